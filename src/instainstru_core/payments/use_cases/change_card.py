"""Let another card pay, or ask the same one again now. Source: PY-15."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Completed, Confirmed
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.errors import (
    CardDeclined,
    CardNotFound,
    PaymentNotFound,
    PaymentNotRetryable,
)
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import CardId
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import change
from instainstru_core.payments.use_cases.record_answer import Desk

WorkT = TypeVar("WorkT", bound=PaymentWork)
_RETRYABLE = frozenset({PaymentState.PAYMENT_METHOD_REQUIRED, PaymentState.SCHEDULED})


@frozen(kw_only=True)
class ChangeCard:
    """The student wants *card_id* to pay; without one, the same card is asked again."""

    student_id: StudentId
    booking_id: BookingId
    card_id: CardId | None = None


def _wanted(booking: Booking, payment: Payment) -> bool:
    return payment.closing is None and isinstance(booking.state, Confirmed | Completed)


def change_card(
    request: ChangeCard,
    *,
    begin: Begin[WorkT],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, Payment] = unanswered,
) -> Payment:
    """Swap the card and ask it at once; while 24 hours or more are left, only swap it.

    Raises:
        PaymentNotFound: There is none, or it is somebody else's.
        CardNotFound: The card is not one of the student's.
        PaymentNotRetryable: The payment wants no card.
        CardDeclined: The bank refused.
        OutcomeUnknown: The processor didn't answer; the sweeper asks again.
    """
    with begin() as work:
        payment = work.payments.find_for_update(request.booking_id)
    if payment is None or payment.student_id != request.student_id:
        raise PaymentNotFound("the booking has no payment")

    def decide(work: PaymentWork, desk: Desk, payment: Payment) -> Payment:
        if (
            payment.state not in _RETRYABLE
            or desk.awaits_answer(payment)
            or payment.move is not None
            or not (payment.failed_capture or _wanted(desk.booking, payment))
        ):
            raise PaymentNotRetryable(f"the payment is {payment.state}")
        if request.card_id is not None:
            mine = {card.card_id: card for card in work.cards.of(request.student_id)}
            if request.card_id not in mine:
                raise CardNotFound("there is no such card")
            payment = payment.use_card(request.card_id, mine[request.card_id].token)
        if payment.state is PaymentState.SCHEDULED:
            if clock.now() <= payment.auth_due_at:
                return payment
            desk.watch_deadline(payment)
        return desk.ask_card(payment, off_session=True)

    attempts = payment.attempts
    payment = change(payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)
    asked = payment.attempts > attempts
    if asked and payment.state is PaymentState.PAYMENT_METHOD_REQUIRED:
        raise CardDeclined(payment.failure.category if payment.failure else "processing_error")
    with begin() as work:
        answer(work, payment)
    return payment
