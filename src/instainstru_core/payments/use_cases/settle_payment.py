"""Settle a taught lesson: take the money, keep the fees, pay the instructor. Source: PY-22."""

from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.states import Completed
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.holds import FailureKind
from instainstru_core.payments.model.payment import (
    CAPTURE_GIVE_UP_AFTER,
    CAPTURE_RETRY_EVERY,
    Payment,
    PaymentState,
)
from instainstru_core.payments.model.planner import Ending
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import change
from instainstru_core.payments.use_cases.debts.escalate_capture import escalate_capture
from instainstru_core.payments.use_cases.record_answer import Desk

_TAKEN = frozenset({PaymentState.AUTHORIZED, PaymentState.LOCKED})


def settle_payment(
    booking_id: BookingId,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> Payment | None:
    """Capture at the earliest 24 hours after the lesson, then transfer; None: there is no payment.

    Raises:
        OutcomeUnknown: The processor didn't answer; the sweeper asks again.
    """
    with begin() as work:
        payment = work.payments.find_for_update(booking_id)
    if payment is None:
        return None

    def decide(work: PaymentWork, desk: Desk, payment: Payment) -> Payment:
        if payment.state not in _TAKEN or payment.closing is not None:
            return payment
        booking = desk.booking
        if not isinstance(booking.state, Completed) or clock.now() < payment.capture_due_at:
            return payment
        if work.claims.open_on(booking_id):
            return payment  # It is about to be frozen. Source: PY-40.
        return desk.close(payment, Ending.LESSON_COMPLETED)

    return change(payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)


def retry_capture(
    payment_id: PaymentId,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> Payment:
    """Hold and take the money anew, every four hours, for three days; then the student owes it.

    Source: PY-23…PY-25.

    Raises:
        PaymentNotFound: There is no such payment.
        OutcomeUnknown: The processor didn't answer; the sweeper asks again.
    """
    with begin() as work:
        payment = work.payments.get(payment_id)
    failed = payment.failure
    if failed is not None and clock.now() - failed.first_at >= CAPTURE_GIVE_UP_AFTER:
        return escalate_capture(payment, begin=begin, gateway=gateway, ids=ids, clock=clock)

    def decide(work: PaymentWork, desk: Desk, payment: Payment) -> Payment:
        failure, now = payment.failure, clock.now()
        if (
            failure is None
            or failure.kind is not FailureKind.CAPTURE
            or payment.state is not PaymentState.PAYMENT_METHOD_REQUIRED
        ):
            return payment
        if desk.awaits_answer(payment):
            return payment
        if now - failure.last_at < CAPTURE_RETRY_EVERY:
            # Asked already: by an earlier run of this very work, or with another card meanwhile.
            return payment
        payment = _on_default_card(payment, work)
        if payment.closing is not None:
            return desk.pursue(payment)
        return desk.ask_card(payment, off_session=True)

    return change(payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)


def _on_default_card(payment: Payment, work: PaymentWork) -> Payment:
    """The payment with its student's default card, where they still have one. Source: PY-23."""
    for card in work.cards.of(payment.student_id):
        if card.is_default:
            return payment.use_card(card.card_id, card.token)
    return payment
