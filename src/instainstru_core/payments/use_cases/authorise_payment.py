"""Authorise a scheduled payment 24 hours before its lesson. Source: PY-12."""

from instainstru_core.booking.model.states import Completed, Confirmed
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import change
from instainstru_core.payments.use_cases.record_answer import Desk


def authorise_payment(
    payment_id: PaymentId,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> Payment:
    """Ask the card, in the student's absence; nothing where it was asked before, or need not be.

    Raises:
        PaymentNotFound: There is no such payment.
        OutcomeUnknown: The processor didn't answer; the sweeper asks again.
    """
    with begin() as work:
        payment = work.payments.get(payment_id)

    def decide(_work: PaymentWork, desk: Desk, payment: Payment) -> Payment:
        if payment.move is not None:
            return payment  # What the move comes to files another look.
        if payment.state is not PaymentState.SCHEDULED or clock.now() < payment.auth_due_at:
            return payment
        if desk.awaits_answer(payment):
            desk.watch_deadline(payment)
            return payment
        booking = desk.booking
        if not isinstance(booking.state, Confirmed | Completed) or payment.closing is not None:
            return payment
        if not payment.breakdown.card_amount:
            return payment.need_no_card(at=clock.now())
        desk.watch_deadline(payment)
        return desk.ask_card(payment, off_session=True)

    return change(payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)
