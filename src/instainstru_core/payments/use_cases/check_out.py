"""Check out: agree to the price, name a card, and have the lesson. Source: PY-7…PY-11, BK-17."""

from datetime import timedelta
from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.booking.errors.life import BookingNotFound, HoldExpired, WrongState
from instainstru_core.booking.errors.refusals import InstructorNotBookable
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Confirmed, Pending
from instainstru_core.booking.policies.checks import check_standing
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import NOTHING
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.credits.model import ReleaseFault
from instainstru_core.payments.errors import (
    BookingCancelledMeanwhile,
    CardDeclined,
    CardNotFound,
    InstructorNotPayable,
    OpenPaymentExists,
    PaymentMethodRequired,
    QuoteChanged,
)
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import CardId, PaymentId
from instainstru_core.payments.model.cards import SavedCard
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.operation import PaymentOperation
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.processor import RequiresAction
from instainstru_core.payments.ports import CheckoutFacts, PaymentWork
from instainstru_core.payments.timers import authorisation_timer
from instainstru_core.payments.use_cases.carry_out import carry_out
from instainstru_core.payments.use_cases.confirm_hold import confirm_hold
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.payments.use_cases.record_answer import Desk
from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.pricing.model.quotes import PriceBreakdown, quote
from instainstru_core.pricing.model.tiers import evaluate_tier

WorkT = TypeVar("WorkT", bound=PaymentWork)


@frozen(kw_only=True)
class CheckOut:
    """A student pays for a lesson held for them; without *card_id* their default card pays.

    *fingerprint* names the quote they agreed to (PR-14).
    """

    student_id: StudentId
    booking_id: BookingId
    fingerprint: str
    card_id: CardId | None = None
    credit_cents: int = 0


@frozen(kw_only=True)
class CheckedOut:
    """The payment, and the secret with which the cardholder must confirm it, if they must."""

    payment: Payment
    booking_confirmed: bool
    client_secret: str | None = None


def check_out(
    request: CheckOut,
    *,
    begin: Begin[WorkT],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
    config: PricingConfig,
    rules: CalendarRules = DEFAULT_RULES,
    answer: Answer[WorkT, CheckedOut] = unanswered,
) -> CheckedOut:
    """Confirm the booking: 24 hours ahead at once, later than that once the card granted the hold.

    Repeat it after 3-D Secure to finish, or with another card after a refusal.

    Raises:
        BookingNotFound: There is none, or it is somebody else's.
        AccountLocked, AccountRestricted, CreditBalanceNegative: The student's standing (PY-71).
        WrongState: It can't be confirmed any more.
        HoldExpired: The time to pay is over, at the lesson's start at the latest.
        InstructorNotBookable: The public doesn't see the instructor any more.
        InstructorNotPayable: The instructor's account is not complete.
        PaymentMethodRequired: No card is named, and none saved.
        CardNotFound: The card is not one of the student's.
        QuoteChanged: The price is not the one that *fingerprint* names.
        CardDeclined: The bank refused; any card may be tried again.
        BookingCancelledMeanwhile: It was cancelled while the card was asked.
        OutcomeUnknown: The processor didn't answer; the same checkout may be sent again.
    """
    with begin() as work:
        counter = _Counter(request, work, ids, clock, config, rules)
        payment = counter.serve()
        if not counter.must_ask:
            result = CheckedOut(payment=payment, booking_confirmed=counter.confirmed)
            if counter.waiting_hold is None:
                answer(work, result)
                return result
    if counter.waiting_hold is not None:
        payment = confirm_hold(
            payment.payment_id, begin=begin, gateway=gateway, ids=ids, clock=clock
        )
    else:
        payment = carry_out(
            counter.must_ask, payment, begin=begin, gateway=gateway, ids=ids, clock=clock
        )
    return _conclude(payment, begin=begin, gateway=gateway, answer=answer)


def _conclude(
    payment: Payment,
    *,
    begin: Begin[WorkT],
    gateway: PaymentGateway,
    answer: Answer[WorkT, CheckedOut],
) -> CheckedOut:
    """Say how the asking ended; asking again would end the same, so the answer may come after."""
    if payment.state is PaymentState.AUTHORIZED:
        result = CheckedOut(payment=payment, booking_confirmed=True)
    elif payment.closing is not None or payment.settled:
        raise BookingCancelledMeanwhile("the booking was cancelled meanwhile; nothing is charged")
    elif payment.hold is not None and payment.hold.status is HoldStatus.REQUIRES_ACTION:
        seen = gateway.find_authorisation(payment.hold.intent)
        secret = seen.client_secret if isinstance(seen, RequiresAction) else None
        result = CheckedOut(payment=payment, booking_confirmed=False, client_secret=secret)
    else:
        raise CardDeclined(
            payment.failure.category if payment.failure is not None else "processing_error"
        )
    with begin() as work:
        answer(work, result)
    return result


def _waits(payment: Payment, card: SavedCard) -> bool:
    """Whether *card* waits for its holder to confirm the payment. Source: PY-9."""
    hold = payment.hold
    waits = hold is not None and hold.status is HoldStatus.REQUIRES_ACTION
    return waits and payment.card_id == card.card_id


class _Counter:
    """One checkout inside its first unit: validates, prices, writes down, decides."""

    def __init__(
        self,
        request: CheckOut,
        work: PaymentWork,
        ids: Ids,
        clock: Clock,
        config: PricingConfig,
        rules: CalendarRules,
    ) -> None:
        self._rules = rules
        self.confirmed = False
        self.must_ask: list[PaymentOperation] = []
        self.waiting_hold: str | None = None
        self._request = request
        self._work = work
        self._ids = ids
        self._config = config
        self._now = clock.now()
        self._till = CreditTill(work, ids, self._now)

    def serve(self) -> Payment:
        booking = self._work.bookings.get_for_update(self._request.booking_id)
        if booking.student != self._request.student_id:
            raise BookingNotFound(booking.booking_id)
        before = self._work.payments.find_for_update(booking.booking_id)
        if isinstance(booking.state, Confirmed) and before is not None:
            self.confirmed = True  # Confirming twice is confirming once. Source: BK-18.
            return before
        facts = self._facts(booking)
        check_standing(facts.standing)
        self._check(booking)
        self._check_instructor(facts)
        card = self._card(facts)
        if before is None or before.settled:
            return self._first(booking, self._price(booking, facts, None), card)
        agreed = before.breakdown if self._under_way(booking, before, card) else None
        breakdown = agreed or self._price(booking, facts, before)
        return self._again(booking, before, breakdown, card)

    def _check(self, booking: Booking) -> None:
        state = booking.state
        if not isinstance(state, Pending) or booking.chain.predecessor_id is not None:
            # What takes another lesson's place is paid for by moving that one. Source: BK-33.
            raise WrongState(booking.booking_id, booking.status)
        if self._now >= state.hold_expires_at:
            raise HoldExpired(booking.booking_id, state.hold_expires_at)

    def _facts(self, booking: Booking) -> CheckoutFacts:
        since = self._now - timedelta(days=self._config.tier_activity_window_days)
        return self._work.checkouts.facts(
            student_id=booking.student,
            instructor_id=booking.instructor,
            card_id=self._request.card_id,
            since=since,
        )

    def _check_instructor(self, facts: CheckoutFacts) -> None:
        if not facts.visible:
            raise InstructorNotBookable
        if facts.account is None or not facts.account.payable:
            raise InstructorNotPayable("the instructor's payout account is not complete")

    def _card(self, facts: CheckoutFacts) -> SavedCard:
        if facts.card is not None:
            return facts.card
        if self._request.card_id is not None:
            raise CardNotFound("there is no such card")
        raise PaymentMethodRequired("a card is needed to confirm the booking")

    def _price(
        self, booking: Booking, facts: CheckoutFacts, before: Payment | None
    ) -> PriceBreakdown:
        """The price with the credit asked for, as far as it is there. Source: PR-5, PR-14, CR-4."""
        wanted, credit = self._request.credit_cents, NOTHING
        price = booking.hourly_rate.for_minutes(booking.lesson.minutes)
        if before is not None and not before.settled and before.breakdown.credit:
            # What was set aside stands: no later try takes more, or less. Source: CR-4.
            wanted, credit = before.breakdown.credit.cents, before.breakdown.credit
        elif wanted > 0:
            credit = self._till.available(booking.student, price)
        commission = evaluate_tier(facts.tier, upcoming=1, now=self._now, config=self._config)
        breakdown = quote(
            booking.hourly_rate,
            booking.lesson.minutes,
            booking.location_type.modality,
            commission=commission,
            credit_cents=wanted,
            available_credit=credit,
            config=self._config,
            service_id=booking.service_id,
        )
        if breakdown.fingerprint != self._request.fingerprint:
            raise QuoteChanged.to(breakdown)
        return breakdown

    def _first(self, booking: Booking, breakdown: PriceBreakdown, card: SavedCard) -> Payment:
        payment = Payment.open(
            self._ids.new(PaymentId),
            booking_id=booking.booking_id,
            student_id=booking.student,
            instructor_id=booking.instructor,
            lesson=booking.lesson,
            breakdown=breakdown,
            card_id=card.card_id,
            card_token=card.token,
            at=self._now,
        )
        if not breakdown.card_amount:
            self._confirm(booking)
            return self._add(payment.need_no_card(at=self._now))
        if self._now <= payment.auth_due_at:
            return self._schedule(booking, payment)
        return self._ask(booking, self._add(payment))

    def _schedule(self, booking: Booking, payment: Payment) -> Payment:
        self._confirm(booking)
        self._work.work_items.file(authorisation_timer(payment))
        return self._add(payment.schedule(at=self._now))

    def _add(self, payment: Payment) -> Payment:
        kept = self._work.payments.add(payment)
        if credit := payment.breakdown.credit:
            self._till.reserve_first(
                payment.payment_id,
                payment.student_id,
                lesson_price=payment.breakdown.lesson_price,
                requested=credit,
            )
        return kept

    def _under_way(self, booking: Booking, before: Payment, card: SavedCard) -> bool:
        """Whether a try at the price agreed to then waits for an answer, or its cardholder.

        Nothing that happened since changes that price. Source: PR-10.
        """
        if before.breakdown.fingerprint != self._request.fingerprint:
            return False
        return _waits(before, card) or self._desk(booking).awaits_answer(before)

    def _desk(self, booking: Booking) -> Desk:
        return Desk(self._work, self._ids, self._now, booking)

    def _again(
        self, booking: Booking, before: Payment, breakdown: PriceBreakdown, card: SavedCard
    ) -> Payment:
        """Another try: an answer is missing, the cardholder confirmed, or another card pays."""
        if before.closing is not None:
            raise OpenPaymentExists("the earlier checkout is still being undone")
        if self._desk(booking).awaits_answer(before):
            every = self._work.payment_operations.of(before.payment_id)
            self.must_ask = [each for each in every if not each.finished]
            return before
        same_price = breakdown.fingerprint == before.breakdown.fingerprint
        if before.hold is not None and _waits(before, card) and same_price:
            self.waiting_hold = before.hold.intent
            return before
        self._keep_credit(before, breakdown)
        return self._ask(booking, before.use_price(breakdown).use_card(card.card_id, card.token))

    def _keep_credit(self, before: Payment, breakdown: PriceBreakdown) -> None:
        """Set aside what the new price takes: more where nothing was, less for the minimum."""
        set_aside, wanted = before.breakdown.credit, breakdown.credit
        if wanted < set_aside:
            self._till.release(before, fault=ReleaseFault.PLATFORM, keep=wanted)
        elif wanted > set_aside:
            self._till.reserve(
                before.payment_id,
                before.student_id,
                lesson_price=breakdown.lesson_price,
                requested=wanted,
            )

    def _ask(self, booking: Booking, payment: Payment) -> Payment:
        self._work.bookings.save(booking.extend_hold(attempted_at=self._now, rules=self._rules))
        desk = self._desk(booking)
        asked = desk.ask_card(payment, off_session=False)
        self.must_ask = desk.followups
        return self._work.payments.save(asked)

    def _confirm(self, booking: Booking) -> None:
        self._work.bookings.save(booking.confirm(at=self._now))
        self.confirmed = True
