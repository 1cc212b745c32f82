"""Order a refund in a unit that is open.

What was settled is given back to the card; what was not ends with its lesson. Source: PY-52…PY-54.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import field, frozen
from attrs.validators import max_len, optional

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.errors.life import WrongState
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Completed, Confirmed
from instainstru_core.booking.terms import NoShowType
from instainstru_core.booking.use_cases.resolve_no_show import record_miss
from instainstru_core.due_work.model import NewWork
from instainstru_core.kernel.errors import Forbidden, InvalidState
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.texts import stripped_or_none
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import joined
from instainstru_core.payments.chargebacks.model import ChargebackStatus
from instainstru_core.payments.errors import NothingToRefund
from instainstru_core.payments.ids import PaymentId, RefundId
from instainstru_core.payments.model.operation import PaymentOperation
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.planner import MoneyPolicy
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.refunds.errors import AmountExceedsRemaining
from instainstru_core.payments.refunds.model import Refund, RefundState
from instainstru_core.payments.refunds.plan import (
    REFUND_WINDOW,
    Bearer,
    RefundPlan,
    RefundReason,
    bearer_of,
    outcome_of,
    plan_refund,
)
from instainstru_core.payments.use_cases.cancel_lesson import CancelByAdmin, cancel_by_admin
from instainstru_core.payments.use_cases.carry_out import locked
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.payments.use_cases.refunds.record_refund import RefundDesk
from instainstru_core.payments.use_cases.refunds.refund_facts import refund_facts

_FUNDED = frozenset({PaymentState.AUTHORIZED, PaymentState.LOCKED})
MAX_NOTE = 1000


@frozen(kw_only=True)
class OrderRefund:
    """Who gives back how much of which payment, and why; without *cents* all that can be.

    *proof* is what showed that the figures were seen. Source: PY-52, AD-7.
    """

    principal: Principal
    payment_id: PaymentId
    cents: int | None
    reason: RefundReason
    bearer: Bearer | None = None
    proof: str | None = None
    window: timedelta = REFUND_WINDOW
    note: str | None = field(
        default=None, converter=stripped_or_none, validator=optional(max_len(MAX_NOTE))
    )


@frozen(kw_only=True)
class OrderedRefund:
    """What was ordered, and the calls that carry it out."""

    refund: Refund
    payment: Payment
    before: Booking
    booking: Booking
    followups: Sequence[PaymentOperation]


def order_refund(
    request: OrderRefund, *, work: PaymentWork, ids: Ids, clock: Clock
) -> OrderedRefund:
    """Write the refund and its call down; who opened the unit carries the calls out afterwards.

    Raises:
        Forbidden: The caller may not move money.
        PaymentNotFound: There is no such payment.
        InvalidState: A person looks into it, or its money is on its way.
        AlreadyRefunded: A full refund was made.
        NothingToRefund: There is nothing to give back.
        RefundWindowClosed: The card was charged more than 180 days ago.
        AmountExceedsRemaining: More is asked for than can be given back.
    """
    if not request.principal.may(Permission.MANAGE_FINANCIALS):
        raise Forbidden("only those who manage money can give it back")
    now, payment_id = clock.now(), request.payment_id
    booking, payment = locked(work.payments.get(payment_id), work)
    desk = RefundDesk(work, ids, now, booking)
    if payment.settled:
        if _lost(payment, work):
            raise NothingToRefund("the student's bank gave the money back")
        facts = refund_facts(payment, work=work, ids=ids, now=now)
        plan = plan_refund(
            facts,
            cents=request.cents,
            reason=request.reason,
            bearer=request.bearer,
            window=request.window,
            at=now,
        )
        refund = _refund(request, plan, ids, now)
        work.refunds.add(refund)
        desk.order(refund, payment)
    else:
        plan = _whole(payment, request)
        refund = _refund(request, plan, ids, now, state=RefundState.CLOSED)
        payment = _end(payment, booking, request, work=work, ids=ids, clock=clock)
        work.refunds.add(refund)
    if request.reason is RefundReason.INSTRUCTOR_NO_SHOW and isinstance(booking.state, Completed):
        record_miss(booking, NoShowType.INSTRUCTOR, work=work, at=now)
        CreditTill(work, ids, now).revoke_milestone(payment)  # Source: CR-12.
    return OrderedRefund(
        refund=refund,
        payment=payment,
        before=booking,
        booking=work.bookings.get(booking.booking_id),
        followups=tuple(desk.followups),
    )


def _refund(
    request: OrderRefund,
    plan: RefundPlan,
    ids: Ids,
    now: datetime,
    state: RefundState = RefundState.PENDING,
) -> Refund:
    return Refund(
        refund_id=ids.new(RefundId),
        payment_id=request.payment_id,
        plan=plan,
        reason=request.reason,
        note=request.note,
        operator_id=request.principal.account_id,
        ordered_at=now,
        proof=request.proof,
        state=state,
    )


def _whole(payment: Payment, request: OrderRefund) -> RefundPlan:
    """Money that was not settled goes back whole: nobody else has any of it. Source: PY-54."""
    if payment.over or payment.review_reason is not None or payment.move is not None:
        raise InvalidState(f"the payment is {payment.state}")
    there = payment.captured or payment.held
    if not there:
        raise NothingToRefund("no money of this lesson is held or was taken")
    if request.cents is not None and request.cents > there.cents:
        raise AmountExceedsRemaining(there)
    if request.cents is not None and request.cents < there.cents:
        raise InvalidState("money that was not settled yet goes back whole")
    return RefundPlan(card=there, full=True, bearer=request.bearer or bearer_of(request.reason))


def _end(
    payment: Payment,
    booking: Booking,
    request: OrderRefund,
    *,
    work: PaymentWork,
    ids: Ids,
    clock: Clock,
) -> Payment:
    """Let the lesson's own ending give back what is held or was taken. Source: PY-54."""
    now = clock.now()
    if isinstance(booking.state, Confirmed):
        missed = request.reason is RefundReason.INSTRUCTOR_NO_SHOW
        if missed and now >= booking.lesson.starts_at:
            record_miss(booking, NoShowType.INSTRUCTOR, work=work, at=now)
            return payment
        cancel = CancelByAdmin(
            principal=request.principal,
            booking_id=booking.booking_id,
            policy=MoneyPolicy.FULL_REFUND,
            reason=request.reason.value,
        )
        cancel_by_admin(cancel, begin=joined(work), ids=ids, clock=clock)
        return work.payments.get(payment.payment_id)
    if not isinstance(booking.state, Completed):
        raise WrongState(booking.booking_id, booking.status)
    if payment.state not in _FUNDED:
        raise InvalidState(f"the payment is {payment.state}")
    ended = work.payments.save(payment.end_as(outcome_of(request.reason)))
    work.work_items.file(
        NewWork(
            handler="resume_payment",
            payload={"booking_id": str(booking.booking_id)},
            due_at=now,
            dedupe_key=f"resume_payment:{booking.booking_id}:refund",
        )
    )
    return ended


def _lost(payment: Payment, work: PaymentWork) -> bool:
    """Whether the student's bank took the lesson's money back for good."""
    return any(
        each.status is ChargebackStatus.LOST and not each.beside
        for each in work.chargebacks.of(payment.payment_id)
    )
