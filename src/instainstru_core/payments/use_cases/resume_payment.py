"""A report or an issue is settled: the money goes where that sends it, or on from where it was.

Source: BK-39, BK-41, PY-42…PY-46.
"""

from datetime import datetime

from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.states import Cancelled, Completed, NoShow
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.freezing import unfreeze
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.planner import Ending, ending_of
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.timers import authorisation_timer, settlement_timer
from instainstru_core.payments.use_cases.carry_out import change
from instainstru_core.payments.use_cases.record_answer import Desk
from instainstru_core.payments.use_cases.reversing import look_on

_BEFORE_CAPTURE = frozenset({PaymentState.AUTHORIZED, PaymentState.LOCKED})


def resume_payment(
    booking_id: BookingId,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> Payment | None:
    """Go on with the payment as its booking says now; None: there is none.

    While another claim is open it stays frozen. What was overdue runs at once.

    Raises:
        OutcomeUnknown: The processor didn't answer; the sweeper asks again.
    """
    with begin() as work:
        payment = work.payments.find_for_update(booking_id)
    if payment is None:
        return None

    def decide(work: PaymentWork, desk: Desk, payment: Payment) -> Payment:
        if payment.settled or work.claims.open_on(booking_id):
            return payment
        payment = look_on(work, unfreeze(payment, at=clock.now()), at=clock.now())
        if payment.review_reason is not None:
            return payment
        if isinstance(desk.booking.state, NoShow | Cancelled):
            if payment.failed_capture or payment.closing is None:
                return desk.close(payment, ending_of(desk.booking))
            return desk.pursue(payment)
        if payment.closing is not None and not payment.failed_capture:
            return desk.pursue(payment)  # An operator decided. Source: PY-46.
        return _go_on(payment, desk, work=work, now=clock.now())

    return change(payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)


def _go_on(payment: Payment, desk: Desk, *, work: PaymentWork, now: datetime) -> Payment:
    """File what the payment waited for, or take the money where that is due. Source: PY-42."""
    due_at = payment.capture_due_at
    if payment.state in _BEFORE_CAPTURE and isinstance(desk.booking.state, Completed):
        if payment.closing is None and now >= due_at:
            return desk.close(payment, Ending.LESSON_COMPLETED)
        work.work_items.file(settlement_timer(payment, due_at=max(now, due_at)))
    elif payment.state is PaymentState.SCHEDULED:
        asked_at = max(now, payment.auth_due_at)
        work.work_items.file(authorisation_timer(payment, due_at=asked_at))
    elif payment.state is PaymentState.PAYMENT_METHOD_REQUIRED:
        desk.come_back(payment)
    return payment
