"""Move a confirmed lesson to another time, its money with it. Source: BK-30…BK-35, PY-17…PY-20.

In steps, as no transaction spans a call: reserve the new time and write the call down; ask the
processor; swap the bookings in the unit that records its answer. Where nobody need be asked the
first step is the last.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from attrs import evolve, frozen

from instainstru_core.booking.errors.life import MayNotReschedule, MoveUnderWay, WrongState
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled
from instainstru_core.booking.policies.rescheduling import MoneyNow, reschedule
from instainstru_core.booking.terms import CancelKind, Party, PaymentStep
from instainstru_core.booking.use_cases.propose_move import (
    AskedMove,
    ProposedMove,
    find_own,
    propose_move,
    reserve,
)
from instainstru_core.kernel.errors import InvalidState
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.errors import (
    BookingCancelledMeanwhile,
    CardDeclined,
    OutcomeUnknown,
    PaymentMethodRequired,
)
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.move import Move
from instainstru_core.payments.model.moving import money_now
from instainstru_core.payments.model.operation import (
    OperationKind,
    OperationState,
    PaymentOperation,
)
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.processor import RequiresAction
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import carry_out
from instainstru_core.payments.use_cases.confirm_hold import confirm_hold
from instainstru_core.payments.use_cases.record_answer import Desk
from instainstru_core.places.ports import Places
from instainstru_core.pricing.model.config import DEFAULT_PRICING, PricingConfig
from instainstru_core.pricing.model.quotes import PriceBreakdown, quote
from instainstru_core.pricing.model.tiers import evaluate_tier

WorkT = TypeVar("WorkT", bound=PaymentWork)
_MOVABLE = frozenset(
    {PaymentState.SCHEDULED, PaymentState.AUTHORIZED, PaymentState.PAYMENT_METHOD_REQUIRED}
)


@frozen(kw_only=True)
class Rescheduled:
    """The booking that takes the lesson's place, and its payment.

    With a *client_secret* the cardholder must confirm first, and the lesson has not moved yet.
    *step* is None where the lesson was there already.
    """

    booking: Booking
    payment: Payment
    step: PaymentStep | None
    client_secret: str | None = None


def reschedule_booking(
    request: AskedMove,
    *,
    begin: Begin[WorkT],
    gateway: PaymentGateway,
    places: Places,
    ids: Ids,
    clock: Clock,
    config: PricingConfig = DEFAULT_PRICING,
    answer: Answer[WorkT, Rescheduled] = unanswered,
) -> Rescheduled:
    """Move the lesson; asked again in the same words it goes on, or says what became of it.

    Raises:
        BookingNotFound: None, or not one of the caller's.
        DomainError: The first failing check of BK-30, `no_change`, BK-11 and the price.
        PaymentMethodRequired: A card is needed, and none is kept.
        MoveUnderWay: Another move of the lesson has not ended.
        CardDeclined: The bank refused: nothing moved.
        BookingCancelledMeanwhile: The lesson was called off while the card was asked.
        OutcomeUnknown: The processor didn't answer; the same may be asked again.
    """
    with begin() as work:
        counter = _Counter(request, work, places, ids, clock, config)
        payment = counter.serve()
        if counter.result is not None:
            answer(work, counter.result)
    if counter.result is not None:
        with suppress(OutcomeUnknown):  # Only an old hold is to be let go of.
            carry_out(counter.must_ask, payment, begin=begin, gateway=gateway, ids=ids, clock=clock)
        return counter.result
    if counter.waiting:
        payment = confirm_hold(
            payment.payment_id, begin=begin, gateway=gateway, ids=ids, clock=clock
        )
    else:
        payment = carry_out(
            counter.must_ask, payment, begin=begin, gateway=gateway, ids=ids, clock=clock
        )
    result = _conclude(payment, counter.move, begin=begin, gateway=gateway)
    with begin() as work:
        answer(work, result)
    return result


def _conclude(
    payment: Payment, move: Move, *, begin: Begin[PaymentWork], gateway: PaymentGateway
) -> Rescheduled:
    """Say how the asking ended."""
    hold, secret = payment.hold, None
    if payment.move is not None and hold is not None:
        seen = gateway.find_authorisation(hold.intent)
        secret = seen.client_secret if isinstance(seen, RequiresAction) else None
    with begin() as work:
        successor = work.bookings.get(move.successor_id)
        if payment.booking_id == successor.booking_id or payment.move is not None:
            return Rescheduled(
                booking=successor, payment=payment, step=move.step, client_secret=secret
            )
        lesson = work.bookings.get(payment.booking_id)
        refused = _last_refusal(work.payment_operations.of(payment.payment_id))
    if isinstance(lesson.state, Cancelled):
        raise BookingCancelledMeanwhile("the lesson was called off meanwhile; it has not moved")
    raise CardDeclined(refused)


def _last_refusal(operations: Sequence[PaymentOperation]) -> str:
    for each in reversed(operations):
        asked = each.kind in {OperationKind.AUTHORISE, OperationKind.CAPTURE}
        if asked and each.state is OperationState.FAILED and each.error_code:
            return each.error_code
    return "authentication_required"


class _Counter:
    """One move inside its first unit: checks, prices, writes down, decides."""

    def __init__(
        self,
        request: AskedMove,
        work: PaymentWork,
        places: Places,
        ids: Ids,
        clock: Clock,
        config: PricingConfig,
    ) -> None:
        self.must_ask: list[PaymentOperation] = []
        self.waiting = False
        self.result: Rescheduled | None = None
        self._move: Move | None = None
        self._request = request
        self._work = work
        self._places = places
        self._ids = ids
        self._config = config
        self._now = clock.now()

    @property
    def move(self) -> Move:
        """Which move it is that must be asked for."""
        if self._move is None:
            raise InvalidState("no move is under way")
        return self._move

    def serve(self) -> Payment:
        booking = find_own(self._request.booking_id, self._request.principal, work=self._work)
        if (done := self._done_before(booking)) is not None:
            return done
        payment = self._work.payments.find_for_update(booking.booking_id)
        if payment is None:
            by = booking.party_of(self._request.principal.account_id)
            reschedule(booking, by=by, money=MoneyNow(), now=self._now)
            raise WrongState(booking.booking_id, booking.status)  # It was never paid for.
        desk = Desk(self._work, self._ids, self._now, booking)
        if payment.move is not None:
            successor = self._work.bookings.get_for_update(payment.move.successor_id)
            if desk.can_finish(payment, payment.move) or desk.awaits_answer(payment):
                return self._again(booking, successor, payment, payment.move)
            payment = self._work.payments.save(desk.give_up_move(payment))
            self.must_ask = desk.followups
        return self._first(booking, payment, desk)

    def _done_before(self, booking: Booking) -> Payment | None:
        """The same was asked before, and done: there is nothing left to do."""
        state, successor_id = booking.state, booking.chain.successor_id
        moved = isinstance(state, Cancelled) and state.kind is CancelKind.RESCHEDULED
        mine = booking.party_of(self._request.principal.account_id) is Party.STUDENT
        if not moved or not mine or successor_id is None:
            return None
        successor = self._work.bookings.get(successor_id)
        payment = self._work.payments.find_for_update(successor_id)
        if payment is None or not self._request.names(successor, successor.zone):
            return None
        self.result = Rescheduled(booking=successor, payment=payment, step=None)
        return payment

    def _again(self, booking: Booking, successor: Booking, payment: Payment, move: Move) -> Payment:
        """An answer is missing, or the cardholder confirmed; another time has to wait."""
        if booking.party_of(self._request.principal.account_id) is not Party.STUDENT:
            raise MayNotReschedule
        if not self._request.names(successor, successor.zone):
            raise MoveUnderWay(booking.booking_id)
        self._move = move
        self.must_ask = [
            each
            for each in self._work.payment_operations.of(payment.payment_id)
            if not each.finished
        ]
        self.waiting = not self.must_ask
        return payment

    def _first(self, booking: Booking, payment: Payment, desk: Desk) -> Payment:
        proposed = propose_move(
            self._request,
            booking,
            money_now(payment),
            work=self._work,
            places=self._places,
            ids=self._ids,
            now=self._now,
            pricing=self._config,
        )
        check_movable(payment, booking, work=self._work)
        breakdown = price_of_move(
            payment, proposed, work=self._work, now=self._now, config=self._config
        )
        payment = with_card(payment, breakdown, proposed, work=self._work)
        successor = reserve(proposed, work=self._work, now=self._now)
        move = Move(successor_id=successor.booking_id, step=proposed.step, breakdown=breakdown)
        asks = proposed.step in {PaymentStep.LOCK, PaymentStep.IMMEDIATE}
        if asks and breakdown.card_amount:
            payment = self._work.payments.save(desk.begin_move(payment, move))
            self._move = move
        else:
            payment = self._work.payments.save(desk.move_at_once(payment, move, successor))
            self.result = Rescheduled(
                booking=self._work.bookings.get(successor.booking_id),
                payment=payment,
                step=proposed.step,
            )
        self.must_ask = desk.followups
        return payment


def check_movable(payment: Payment, booking: Booking, *, work: PaymentWork) -> None:
    """See that the payment is in nobody else's hands.

    Raises:
        InvalidState: It is over, or a person looks into it.
        MoveUnderWay: The processor has yet to answer something.
    """
    if payment.state not in _MOVABLE or payment.closing is not None:
        raise InvalidState(f"the payment is {payment.state}")
    if any(not each.finished for each in work.payment_operations.of(payment.payment_id)):
        raise MoveUnderWay(booking.booking_id)


def price_of_move(
    payment: Payment,
    proposed: ProposedMove,
    *,
    work: PaymentWork,
    now: datetime,
    config: PricingConfig,
) -> PriceBreakdown:
    """The price agreed to, while it is the same; otherwise today's. Source: PY-17."""
    before, booking = payment.breakdown, proposed.successor
    if proposed.same_price:
        return evolve(before, hourly_rate=booking.hourly_rate, minutes=booking.lesson.minutes)
    since = now - timedelta(days=config.tier_activity_window_days)
    tier = work.instructor_tiers.facts(booking.instructor, since=since)
    return quote(
        booking.hourly_rate,
        booking.lesson.minutes,
        booking.location_type.modality,
        commission=evaluate_tier(tier, upcoming=1, now=now, config=config),
        credit_cents=before.credit.cents,
        available_credit=before.credit,
        config=config,
        service_id=booking.service_id,
    )


def with_card(
    payment: Payment, breakdown: PriceBreakdown, proposed: ProposedMove, *, work: PaymentWork
) -> Payment:
    """The payment with a card that can be asked, where one is needed. Source: BK-34.

    Raises:
        PaymentMethodRequired: None is kept.
    """
    held = payment.hold is not None and payment.hold.status is HoldStatus.ACTIVE
    kept = proposed.step is PaymentStep.CARRY or (proposed.step is PaymentStep.LOCK and held)
    if kept or not breakdown.card_amount:
        return payment
    cards = work.cards.of(payment.student_id)
    if any(each.card_id == payment.card_id for each in cards):
        return payment
    if not cards:
        raise PaymentMethodRequired("a card is needed to move the lesson")
    return payment.use_card(cards[0].card_id, cards[0].token)
