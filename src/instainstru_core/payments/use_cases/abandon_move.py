"""Nobody paid for a lesson's new time while it was held: the lesson stays where it is. PY-19."""

from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import change
from instainstru_core.payments.use_cases.record_answer import Desk


def abandon_move(
    successor_id: BookingId,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> None:
    """Let go of what the card was to hold for *successor_id*, which ended unconfirmed.

    Nothing for a booking that was to take nobody's place, and nothing while the processor has yet
    to answer: whoever records the answer undoes it.

    Raises:
        OutcomeUnknown: The processor didn't answer; the sweeper asks again.
    """
    with begin() as work:
        predecessor_id = work.bookings.get(successor_id).chain.predecessor_id
        if predecessor_id is None:
            return
        payment = work.payments.find_for_update(predecessor_id)
    if payment is None or payment.move is None:
        return

    def decide(_work: PaymentWork, desk: Desk, payment: Payment) -> Payment:
        if payment.move is None or payment.move.successor_id != successor_id:
            return payment
        return desk.leave_move(payment)

    change(payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)
