"""Give a tip for a lesson: charged at once, and sent on whole. Source: PY-50, PY-51."""

from datetime import timedelta
from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Completed
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.errors import (
    CardDeclined,
    CardNotFound,
    OutcomeUnknown,
    PaymentMethodRequired,
)
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import CardId, TipId
from instainstru_core.payments.model.operation import OperationKind
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import ChargeResult, RequiresAction
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.tips.errors import AlreadyTipped, TipInProgress, TipNotAllowed
from instainstru_core.payments.tips.model import Tip, TipState, check_amount
from instainstru_core.payments.use_cases.carry_out import change_at
from instainstru_core.payments.use_cases.tips.hear_tip import hear_tip
from instainstru_core.payments.use_cases.tips.record_tip import TipDesk
from instainstru_core.pricing.model.config import PricingConfig

WorkT = TypeVar("WorkT", bound=PaymentWork)


@frozen(kw_only=True)
class GiveTip:
    """The student gives *amount_cents* for a lesson, with *card_id* or their default card."""

    student_id: StudentId
    booking_id: BookingId
    amount_cents: int
    card_id: CardId | None = None


@frozen(kw_only=True)
class TipGiven:
    """How the tip stands; with a client secret the cardholder must confirm first."""

    tip: Tip
    client_secret: str | None = None


def give_tip(
    request: GiveTip,
    *,
    begin: Begin[WorkT],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
    config: PricingConfig,
    answer: Answer[WorkT, TipGiven] = unanswered,
) -> TipGiven:
    """Charge the tip; again after 3-D Secure to finish, or after a refusal with any card.

    Whatever the processor does not answer is `processing`, and the sweeper finds out.

    Raises:
        TipAmountOutOfRange: It is less or more than a tip may be.
        BookingNotFound: There is no such lesson of this student.
        TipNotAllowed: The lesson was not given, or too long ago.
        AlreadyTipped: The lesson was tipped.
        TipInProgress: A tip of another amount is not finished.
        CardNotFound: The card is not one of the student's.
        PaymentMethodRequired: None is named, and there is no default.
        CardDeclined: The bank refused; the tip may be tried again.
        OutcomeUnknown: It waits for its cardholder, and the processor did not say how it stands.
    """
    amount = check_amount(request.amount_cents, least=config.tip_minimum, most=config.tip_maximum)
    with begin() as work:
        booking = work.bookings.get(request.booking_id)
        if booking.student != request.student_id:
            raise BookingNotFound(request.booking_id)
        payment = work.payments.find_for_update(request.booking_id)
    if payment is None:
        raise TipNotAllowed("only a lesson that was given can be tipped")
    tips: list[TipId] = []

    def decide(work: PaymentWork, desk: TipDesk, payment: Payment) -> Payment:
        before = _latest(work, payment)
        if before is not None and before.succeeded:
            raise AlreadyTipped(before.tip_id)
        if before is not None and before.open and before.amount != amount:
            raise TipInProgress(before.amount)
        if before is not None and before.open:
            tip = _take_up(before, request, work, desk, payment)
        else:
            _check_time(desk.booking, clock, config.tip_window_days)
            token = _card(request, work)
            if before is None:
                tip = work.tips.add(
                    Tip(
                        tip_id=ids.new(TipId),
                        payment_id=payment.payment_id,
                        booking_id=desk.booking.booking_id,
                        student_id=payment.student_id,
                        instructor_id=payment.instructor_id,
                        amount=amount,
                        card_token=token,
                        state=TipState.PENDING,
                        created_at=clock.now(),
                    )
                )
            else:
                tip = work.tips.save(before.again(amount, token))
            desk.charge(tip, payment)
        tips.append(tip.tip_id)
        return payment

    try:
        change_at(TipDesk, payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)
    except OutcomeUnknown:
        with begin() as work:
            work.payments.get_for_update(payment.payment_id)
            tip = work.tips.get(tips[-1])
            if tip.state is TipState.PENDING:
                work.tips.save(tip.process())
    return _conclude(
        tips[-1], payment, begin=begin, gateway=gateway, ids=ids, clock=clock, answer=answer
    )


def _conclude(
    tip_id: TipId,
    payment: Payment,
    *,
    begin: Begin[WorkT],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, TipGiven],
) -> TipGiven:
    """Say how it ended; asking again would end the same, so the answer may come after."""
    with begin() as work:
        tip = work.tips.get(tip_id)
    seen: ChargeResult | None = None
    if tip.state is TipState.REQUIRES_ACTION:
        try:
            seen = hear_tip(tip_id, payment, begin=begin, gateway=gateway, ids=ids, clock=clock)
        except OutcomeUnknown:
            with begin() as work:
                if work.tips.get(tip_id).state is TipState.REQUIRES_ACTION:
                    raise
    with begin() as work:
        tip = work.tips.get(tip_id)
        if tip.state is TipState.FAILED:
            raise CardDeclined(tip.failure or "processing_error")
        secret = seen.client_secret if isinstance(seen, RequiresAction) else None
        result = TipGiven(tip=tip, client_secret=secret)
        answer(work, result)
    return result


def _latest(work: PaymentWork, payment: Payment) -> Tip | None:
    tips = work.tips.of_payment(payment.payment_id)
    return tips[-1] if tips else None


def _take_up(tip: Tip, request: GiveTip, work: PaymentWork, desk: TipDesk, payment: Payment) -> Tip:
    """Go on with a tip that is not finished: ask for lost answers, or let another card pay."""
    waiting = [
        each for each in desk.unfinished(tip, payment) if each.kind is not OperationKind.TRANSFER
    ]
    if waiting:
        desk.followups.extend(waiting)
        return tip
    if tip.state is TipState.REQUIRES_ACTION and request.card_id is not None:
        token = _card(request, work)
        if token != tip.card_token:
            tip = work.tips.save(tip.with_card(token))
            desk.take_back(tip, payment)
    return tip


def _check_time(booking: Booking, clock: Clock, days: int) -> None:
    state = booking.state
    if not isinstance(state, Completed):
        raise TipNotAllowed("only a lesson that was given can be tipped")
    if clock.now() - state.at > timedelta(days=days):
        raise TipNotAllowed(f"a lesson can be tipped for {days} days")


def _card(request: GiveTip, work: PaymentWork) -> str:
    mine = work.cards.of(request.student_id)
    for card in mine:
        if card.is_default if request.card_id is None else card.card_id == request.card_id:
            return card.token
    if request.card_id is not None:
        raise CardNotFound("there is no such card")
    raise PaymentMethodRequired("a card is needed to give a tip")
