"""Call a lesson off, and decide in the same stroke what becomes of its money.

Source: BK-25…BK-29, BK-53, PY-27, PY-30…PY-39.
"""

from datetime import datetime
from typing import TypeVar

from attrs import field, frozen
from attrs.validators import max_len, min_len

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.errors.life import LessonStarted, WrongState
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import MAX_REASON_LENGTH, Cancelled, Confirmed, Pending
from instainstru_core.booking.policies.cancelling import policy_case
from instainstru_core.booking.terms import Party, PolicyCase
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking, call_off
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.texts import stripped
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.errors import NothingToRefund
from instainstru_core.payments.model.freezing import unfreeze
from instainstru_core.payments.model.planner import (
    Ending,
    MoneyPolicy,
    SettlementPlan,
    ending_of,
    stored_plan,
)
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.pursue_ending import Clerk

WorkT = TypeVar("WorkT", bound=PaymentWork)
_OPERATORS = frozenset({Permission.MANAGE_ALL_BOOKINGS, Permission.MANAGE_FINANCIALS})


@frozen(kw_only=True)
class CancelledLesson:
    """The booking as it is now, and the plan for its money.

    There is none where nobody checked out, or where a person looks into the payment.
    """

    booking: Booking
    plan: SettlementPlan | None


@frozen(kw_only=True)
class CancelByAdmin:
    """An operator calls a lesson off, and says what becomes of its money. Source: BK-53."""

    principal: Principal
    booking_id: BookingId
    policy: MoneyPolicy
    reason: str = field(converter=stripped, validator=[min_len(1), max_len(MAX_REASON_LENGTH)])


def cancel_lesson(
    request: CancelBooking,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, CancelledLesson] = unanswered,
) -> CancelledLesson:
    """Free the time at once, and write down how the money ends; `release_payment` carries it out.

    Cancelling again answers with the plan that was made.

    Raises:
        BookingNotFound: None, or not one of the caller's.
        Forbidden: The caller's account may not cancel.
        WrongState: It is over.
        LessonStarted: It has begun.
    """
    with begin() as work:
        now = clock.now()
        booking = call_off(request, work=work, now=now)
        plan = _decide(booking, ending_of(booking), None, work=work, ids=ids, now=now)
        result = CancelledLesson(booking=booking, plan=plan)
        answer(work, result)
        return result


def cancel_by_admin(
    request: CancelByAdmin,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, CancelledLesson] = unanswered,
) -> CancelledLesson:
    """Call any lesson off before it is over, with one of PY-39's money policies.

    Raises:
        BookingNotFound: There is none.
        Forbidden: The caller is no operator who may move money.
        WrongState: It is over.
        LessonStarted: The student's policy is asked for, and ends at the start.
        NothingToRefund: A refund is asked for, and nothing is held or was taken.
    """
    principal = request.principal
    if not all(principal.may(each) for each in _OPERATORS):
        raise Forbidden("only operators who may move money can cancel other people's lessons")
    with begin() as work:
        now = clock.now()
        booking = work.bookings.get_for_update(request.booking_id)
        if not isinstance(booking.state, Cancelled):
            ending = _operators(booking, request.policy, work=work, now=now)
            booking = work.bookings.save(
                booking.cancel(
                    at=now,
                    by=Party.ADMIN,
                    actor=principal.account_id,
                    reason=request.reason,
                    policy_case=PolicyCase.ADMIN,
                )
            )
        else:
            ending = ending_of(booking)
        plan = _decide(booking, ending, request.policy, work=work, ids=ids, now=now)
        result = CancelledLesson(booking=booking, plan=plan)
        answer(work, result)
        return result


def _operators(
    booking: Booking, policy: MoneyPolicy, *, work: PaymentWork, now: datetime
) -> Ending:
    """What an operator's *policy* comes to, for the booking as it is now. Source: PY-39."""
    if isinstance(booking.state, Pending):
        return Ending.PENDING_UNPAID
    if not isinstance(booking.state, Confirmed):
        raise WrongState(booking.booking_id, booking.status)
    if policy is MoneyPolicy.STUDENT_POLICY:
        if now >= booking.lesson.starts_at:
            raise LessonStarted(booking.booking_id)
        locked = work.payment_readiness.is_locked(booking.booking_id)
        case = policy_case(booking, by=Party.STUDENT, now=now, payment_locked=locked)
        return Ending(case.value)
    if policy is MoneyPolicy.FULL_REFUND:
        payment = work.payments.find_for_update(booking.booking_id)
        if payment is None or not (payment.held or payment.captured):
            raise NothingToRefund("no money of this lesson is held or was taken")
    return Ending.ADMIN


def _decide(
    booking: Booking,
    ending: Ending,
    policy: MoneyPolicy | None,
    *,
    work: PaymentWork,
    ids: Ids,
    now: datetime,
) -> SettlementPlan | None:
    payment = work.payments.find_for_update(booking.booking_id)
    if payment is None:
        return None
    if (stored := stored_plan(payment, booking)) is not None:
        return stored
    thawed = unfreeze(payment, at=now)
    if thawed.review_reason is not None:
        return None  # Whoever looks at it decides. Source: PY-58.
    plan = Clerk(work, ids, now, booking).decide(payment, ending, policy=policy)
    work.payments.save(thawed.end_as(plan.outcome))
    return plan
