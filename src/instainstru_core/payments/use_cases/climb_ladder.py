"""Ask a card again that refused, warn, or give the lesson up. Source: PY-13, PY-14."""

from instainstru_core.booking.model.states import Completed, Confirmed
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.holds import FailureKind
from instainstru_core.payments.model.ladder import LadderStep, ladder_step
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.planner import Ending
from instainstru_core.payments.ports import PaymentGateway, PaymentWork
from instainstru_core.payments.use_cases.carry_out import change
from instainstru_core.payments.use_cases.record_answer import Desk


def climb_ladder(
    payment_id: PaymentId,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> Payment:
    """Take the step that is due, and file the next look; nothing once the card paid.

    Raises:
        PaymentNotFound: There is no such payment.
        OutcomeUnknown: The processor didn't answer; the sweeper asks again.
    """
    with begin() as work:
        payment = work.payments.get(payment_id)

    def decide(work: PaymentWork, desk: Desk, payment: Payment) -> Payment:
        failure, now = payment.failure, clock.now()
        if (
            failure is None
            or failure.kind is not FailureKind.AUTHORIZATION
            or payment.state is not PaymentState.PAYMENT_METHOD_REQUIRED
            or payment.closing is not None
            or payment.move is not None
        ):
            return payment
        booking = desk.booking
        if not isinstance(booking.state, Confirmed | Completed):
            return payment
        if any(not each.finished for each in work.payment_operations.of(payment_id)):
            desk.come_back(payment)
            return payment
        if isinstance(booking.state, Completed):
            # It was taught while nobody looked: from here on it is a capture that failed (PY-16).
            return desk.ask_card(payment, off_session=True)
        match ladder_step(failure, lesson_starts_at=payment.lesson.starts_at, now=now):
            case LadderStep.CANCEL:
                work.bookings.save(booking.abandon(at=now))
                return desk.close(payment.abandon(at=now), Ending.AUTH_DEADLINE)
            case LadderStep.RETRY | LadderStep.FINAL_ATTEMPT:
                return desk.ask_card(payment, off_session=True)
            case LadderStep.WARN:
                warned = payment.warn(at=now)
                desk.come_back(warned)
                return warned
            case LadderStep.NONE:
                desk.come_back(payment)
                return payment

    return change(payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)
