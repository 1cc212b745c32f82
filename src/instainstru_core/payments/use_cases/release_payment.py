"""End the money of a lesson that will not be. Source: PY-30…PY-39."""

from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.planner import Ending
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import change
from instainstru_core.payments.use_cases.record_answer import Desk


def release_payment(
    booking_id: BookingId,
    ending: Ending,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> Payment | None:
    """Do what was decided when the lesson was called off, or what *ending* says now.

    None: nobody ever checked out.

    Raises:
        OutcomeUnknown: The processor didn't answer; the sweeper asks again.
    """
    with begin() as work:
        payment = work.payments.find_for_update(booking_id)
    if payment is None:
        return None

    def decide(_work: PaymentWork, desk: Desk, payment: Payment) -> Payment:
        if payment.settled or payment.review_reason is not None:
            return payment
        if payment.failed_capture and payment.state is PaymentState.PAYMENT_METHOD_REQUIRED:
            return payment  # Its next try is on file. Source: PY-24.
        payment = desk.leave_move(payment)
        if payment.closing is not None:
            return desk.pursue(payment)
        return desk.close(payment, ending)

    return change(payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)
