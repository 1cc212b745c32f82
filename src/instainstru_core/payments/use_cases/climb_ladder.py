"""Ask a card again that refused, warn, or give the lesson up. Source: PY-13, PY-14."""

from collections.abc import Sequence
from datetime import datetime

from instainstru_core.booking.model.states import Completed, Confirmed
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.holds import Failure
from instainstru_core.payments.model.ladder import CANCEL_BEFORE, LadderStep, ladder_step
from instainstru_core.payments.model.operation import REPEAT_AFTER, PaymentOperation
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.planner import Ending
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import change
from instainstru_core.payments.use_cases.pursue_ending import CLIMB_LADDER
from instainstru_core.payments.use_cases.record_answer import Desk

_UNPAID = frozenset({PaymentState.PAYMENT_METHOD_REQUIRED, PaymentState.SCHEDULED})


def climb_ladder(
    payment_id: PaymentId,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> Payment:
    """Take the step that is due, and file the next look; nothing once the card paid.

    Twelve hours ahead a card that does not answer is as good as one that refused.

    Raises:
        PaymentNotFound: There is no such payment.
        OutcomeUnknown: The processor didn't answer; the sweeper asks again.
    """
    with begin() as work:
        payment = work.payments.get(payment_id)

    def decide(work: PaymentWork, desk: Desk, payment: Payment) -> Payment:
        if payment.state not in _UNPAID or payment.closing is not None or payment.move is not None:
            return payment
        if payment.failed_capture or not isinstance(desk.booking.state, Confirmed | Completed):
            return payment
        if desk.awaits_answer(payment):
            every = work.payment_operations.of(payment_id)
            asked = [each for each in every if not each.finished]
            return _wait(work, desk, payment, asked, clock.now())
        if payment.failure is None or payment.state is PaymentState.SCHEDULED:
            return payment
        return _climb(work, desk, payment, payment.failure, clock.now())

    return change(payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)


def _climb(
    work: PaymentWork, desk: Desk, payment: Payment, failure: Failure, now: datetime
) -> Payment:
    if isinstance(desk.booking.state, Completed):
        # It was taught while nobody looked: from here on it is a capture that failed (PY-16).
        return desk.ask_card(payment, off_session=True)
    match ladder_step(failure, lesson_starts_at=payment.lesson.starts_at, now=now):
        case LadderStep.CANCEL:
            return _give_up(work, desk, payment, now)
        case LadderStep.RETRY | LadderStep.FINAL_ATTEMPT:
            return desk.ask_card(payment, off_session=True)
        case LadderStep.WARN:
            warned = payment.warn(at=now)
            desk.come_back(warned)
            return warned
        case LadderStep.NONE:
            desk.come_back(payment)
            return payment


def _wait(
    work: PaymentWork,
    desk: Desk,
    payment: Payment,
    asked: Sequence[PaymentOperation],
    now: datetime,
) -> Payment:
    """The card has not answered: from twelve hours ahead one more lost answer is one too many."""
    deadline = payment.lesson.starts_at - CANCEL_BEFORE
    if now < deadline:
        desk.come_back(payment)
        return payment
    lost = all(each.next_attempt_at >= deadline + REPEAT_AFTER for each in asked)
    if lost and isinstance(desk.booking.state, Confirmed):
        return _give_up(work, desk, payment, now)
    desk.look_at(payment, CLIMB_LADDER, now + REPEAT_AFTER)
    return payment


def _give_up(work: PaymentWork, desk: Desk, payment: Payment, now: datetime) -> Payment:
    """Call the lesson off; a hold that is granted after all is let go. Source: BK-20, PY-14."""
    work.bookings.save(desk.booking.abandon(at=now))
    return desk.close(payment.abandon(at=now), Ending.AUTH_DEADLINE)
