"""The money of one lesson, from checkout to settlement. Source: spec 02 §3.1."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self, TypedDict

from attrs import evolve, frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import InvalidState
from instainstru_core.kernel.events import Aggregate, Event
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.time import Interval
from instainstru_core.payments import events as facts
from instainstru_core.payments.ids import CardId, OperationId, PaymentId
from instainstru_core.payments.model.holds import CardHold, Failure, FailureKind, HoldStatus
from instainstru_core.payments.model.move import Move
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.processor import Authorised, Declined
from instainstru_core.pricing.model.quotes import PriceBreakdown

AUTHORISE_BEFORE = timedelta(hours=24)
CAPTURE_AFTER = timedelta(hours=24)
HOLD_LIFE = timedelta(days=7)
CAPTURE_RETRY_EVERY = timedelta(hours=4)
CAPTURE_GIVE_UP_AFTER = timedelta(hours=72)


class Named(TypedDict):
    """What every event about a payment names."""

    payment_id: PaymentId
    booking_id: BookingId
    student_id: StudentId
    instructor_id: InstructorId
    occurred_at: datetime


class PaymentState(StrEnum):
    """Where the money is. Source: spec 02 §3.1."""

    PAYMENT_METHOD_REQUIRED = "payment_method_required"
    SCHEDULED = "scheduled"
    AUTHORIZED = "authorized"
    LOCKED = "locked"
    CAPTURED = "captured"
    SETTLED = "settled"
    MANUAL_REVIEW = "manual_review"


@frozen(kw_only=True)
class Payment(Aggregate):
    """The money of one lesson, at a price frozen at checkout (PR-10).

    *closing* is how it shall end, decided while the processor still has to do its part (PY-6);
    *outcome* is how it ended. *card_token* is what the processor knows the chosen card by.
    *resume_state* is where a frozen payment goes on from (PY-40), and *move* where the lesson is
    being moved to meanwhile (PY-18).
    """

    payment_id: PaymentId
    booking_id: BookingId
    student_id: StudentId
    instructor_id: InstructorId
    lesson: Interval
    breakdown: PriceBreakdown
    state: PaymentState
    card_id: CardId
    card_token: str
    created_at: datetime
    auth_due_at: datetime
    attempts: int = 0
    last_attempt_at: datetime | None = None
    hold: CardHold | None = None
    failure: Failure | None = None
    closing: Outcome | None = None
    outcome: Outcome | None = None
    review_reason: str | None = None
    review_since: datetime | None = None
    resume_state: PaymentState | None = None
    settled_at: datetime | None = None
    move: Move | None = None

    @property
    def group(self) -> str:
        """The transfer group of everything at the processor. Source: PY-2."""
        return f"booking:{self.booking_id}"

    @property
    def capture_due_at(self) -> datetime:
        """When the money is taken at the earliest. Source: PY-22, BK-23."""
        return self.lesson.ends_at + CAPTURE_AFTER

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do."""
        return self.state is PaymentState.SETTLED

    @property
    def held(self) -> Money:
        """What is, or may be, held on the card now."""
        return self.hold.amount if self.hold is not None and self.hold.open else NOTHING

    @property
    def granted(self) -> Money:
        """What the card granted; not what still waits for its cardholder."""
        active = self.hold is not None and self.hold.status is HoldStatus.ACTIVE
        return self.hold.amount if active and self.hold is not None else NOTHING

    @property
    def captured(self) -> Money:
        """What was taken from the card and not given back."""
        taken = self.hold is not None and self.hold.status is HoldStatus.CAPTURED
        return self.hold.captured_amount if taken and self.hold is not None else NOTHING

    @property
    def frozen(self) -> bool:
        """Whether a report or an issue keeps every job away from it. Source: PY-40, PY-41."""
        return self.resume_state is not None

    @property
    def standing(self) -> PaymentState:
        """Where the money is, whether it is frozen or not."""
        return self.resume_state or self.state

    @property
    def over(self) -> bool:
        """Whether its money has gone, or is going, where it goes. Source: PY-40."""
        if self.standing in {PaymentState.CAPTURED, PaymentState.SETTLED}:
            return True
        return self.closing is not None and not self.failed_capture

    @property
    def failed_capture(self) -> bool:
        """Whether the lesson was taught and the card did not pay yet. Source: PY-23."""
        return self.failure is not None and self.failure.kind is FailureKind.CAPTURE

    @property
    def next_slot(self) -> str:
        """The slot of the next authorisation. Source: PY-60."""
        return f"auth#{self.attempts + 1}"

    @classmethod
    def open(
        cls,
        payment_id: PaymentId,
        *,
        booking_id: BookingId,
        student_id: StudentId,
        instructor_id: InstructorId,
        lesson: Interval,
        breakdown: PriceBreakdown,
        card_id: CardId,
        card_token: str,
        at: datetime,
    ) -> Self:
        """A payment that no card has granted yet."""
        return cls(
            payment_id=payment_id,
            booking_id=booking_id,
            student_id=student_id,
            instructor_id=instructor_id,
            lesson=lesson,
            breakdown=breakdown,
            state=PaymentState.PAYMENT_METHOD_REQUIRED,
            card_id=card_id,
            card_token=card_token,
            created_at=at,
            auth_due_at=lesson.starts_at - AUTHORISE_BEFORE,
        )

    def schedule(self, *, at: datetime) -> Self:
        """The card will be asked 24 hours before the lesson. Source: PY-8."""
        self._expect(PaymentState.PAYMENT_METHOD_REQUIRED)
        scheduled = evolve(self, state=PaymentState.SCHEDULED)
        return scheduled.recording(
            facts.PaymentScheduled(**self.named(at), auth_due_at=self.auth_due_at)
        )

    def need_no_card(self, *, at: datetime) -> Self:
        """Nothing is to be charged: as good as held. Source: PR-4."""
        self._expect(PaymentState.PAYMENT_METHOD_REQUIRED, PaymentState.SCHEDULED)
        return self.authorised(at)

    def use_card(self, card_id: CardId, card_token: str) -> Self:
        """Another card pays from now on. Source: PY-15."""
        return evolve(self, card_id=card_id, card_token=card_token)

    def use_price(self, breakdown: PriceBreakdown) -> Self:
        """Agreed to anew, before any card granted the old one. Source: PR-14."""
        self._expect(PaymentState.PAYMENT_METHOD_REQUIRED)
        return evolve(self, breakdown=breakdown)

    def attempt(self, *, at: datetime) -> Self:
        """The card is about to be asked."""
        return evolve(self, attempts=self.attempts + 1, last_attempt_at=at)

    def hold_money(self, hold_id: OperationId, granted: Authorised, *, at: datetime) -> Self:
        """The card granted the hold."""
        hold = CardHold(
            hold_id=hold_id,
            intent=granted.intent,
            amount=granted.amount,
            status=HoldStatus.ACTIVE,
            authorized_at=at,
            expires_at=granted.expires_at or at + HOLD_LIFE,
        )
        held = evolve(self, hold=hold)
        return held if self.closing is not None else held.authorised(at)

    def await_cardholder(self, hold_id: OperationId, intent: str, amount: Money) -> Self:
        """The cardholder must confirm first. Source: PY-9."""
        hold = CardHold(
            hold_id=hold_id,
            intent=intent,
            amount=amount,
            status=HoldStatus.REQUIRES_ACTION,
        )
        return evolve(self, hold=hold)

    def refuse_hold(
        self, refusal: Declined, *, at: datetime, final: bool = False, scheduled: bool = False
    ) -> Self:
        """The card refused; a refusal of a *scheduled* hold is news. Source: PY-9, PY-12, PY-13."""
        hold = self.hold
        if hold is not None and hold.status is HoldStatus.REQUIRES_ACTION:
            hold = evolve(hold, status=HoldStatus.FAILED)
        if self.closing is not None:
            return evolve(self, hold=hold)
        kind = self.failure.kind if self.failure is not None else FailureKind.AUTHORIZATION
        warned = self.failure is not None and self.failure.final_attempt_at is not None
        failure = self._failed(kind, refusal.category, hard=refusal.hard, at=at)
        if final and not warned:
            failure = evolve(failure, final_attempt_at=at)
        failed = evolve(self, hold=hold, failure=failure).stands_at(
            PaymentState.PAYMENT_METHOD_REQUIRED
        )
        if not scheduled or kind is FailureKind.CAPTURE:
            return failed
        named = self.named(at)
        failed = failed.recording(
            facts.PaymentAuthorizationFailed(
                **named,
                failure_count=failure.count,
                category=refusal.category,
                lesson_starts_at=self.lesson.starts_at,
            )
        )
        return failed.warned(at) if final and not warned else failed

    def warn(self, *, at: datetime) -> Self:
        """The card is not asked again: the warning stands for the last attempt. Source: PY-13."""
        if self.failure is None:
            raise InvalidState("nothing failed that could be warned of")
        return evolve(self, failure=evolve(self.failure, final_attempt_at=at)).warned(at)

    def end_as(self, outcome: Outcome) -> Self:
        """Decide how it shall end. Source: PY-6."""
        return evolve(self, closing=outcome)

    def let_go(self) -> Self:
        """The hold is gone."""
        if self.hold is None:
            return self
        return evolve(self, hold=evolve(self.hold, status=HoldStatus.VOIDED))

    def take(self, charge: str, amount: Money, *, at: datetime) -> Self:
        """The money was taken."""
        if self.hold is None:
            raise InvalidState("there is no hold to take money from")
        hold = evolve(self.hold, status=HoldStatus.CAPTURED, captured_amount=amount, charge=charge)
        taken = evolve(self, hold=hold, failure=None).stands_at(PaymentState.CAPTURED)
        return taken.recording(facts.PaymentCaptured(**self.named(at), amount=amount))

    def take_nothing(self) -> Self:
        """There is nothing (more) to take: the credit paid it all, or it was taken before."""
        return evolve(self, state=PaymentState.CAPTURED)

    def give_back(self, amount: Money, *, at: datetime) -> Self:
        """What was taken is on its way back to the card. Source: PY-38, PY-43."""
        if self.hold is None:
            raise InvalidState("there is no hold whose money could be given back")
        returned = evolve(self, hold=evolve(self.hold, status=HoldStatus.REFUNDED))
        return returned.recording(facts.PaymentRefunded(**self.named(at), amount=amount))

    def fail_capture(self, reason: str, *, at: datetime) -> Self:
        """The card did not give its money; how the payment shall end stays decided. Source: PY-23.

        What is decided is kept for the card that pays at last.
        """
        hold = self.hold
        if hold is not None and hold.open:
            hold = evolve(hold, status=HoldStatus.FAILED)
        first = not self.failed_capture
        failure = self._failed(FailureKind.CAPTURE, reason, hard=False, at=at)
        failed = evolve(self, hold=hold, failure=failure).stands_at(
            PaymentState.PAYMENT_METHOD_REQUIRED
        )
        news = facts.PaymentFailed(**self.named(at), reason=reason)
        return failed.recording(news) if first else failed

    def settle(self, outcome: Outcome, *, payout: Money, at: datetime) -> Self:
        """Nothing is left to do."""
        settled = evolve(
            self,
            state=PaymentState.SETTLED,
            closing=None,
            outcome=outcome,
            review_reason=None,
            resume_state=None,
            settled_at=at,
        )
        return settled.recording(
            facts.PaymentSettled(
                **self.named(at), outcome=outcome.value, card_amount=self.captured, payout=payout
            )
        )

    def abandon(self, *, at: datetime) -> Self:
        """No card paid in time. Source: PY-14."""
        return self.recording(facts.PaymentAbandoned(**self.named(at)))

    def pay_out(self, amount: Money, *, at: datetime) -> Self:
        """The instructor has *amount* more."""
        return self.recording(facts.PayoutSent(**self.named(at), amount=amount))

    def fail_payout(self, amount: Money, reason: str, *, at: datetime) -> Self:
        """The transfer was refused for the first time. Source: PY-47."""
        return self.recording(facts.PayoutFailed(**self.named(at), amount=amount, reason=reason))

    def review(self, reason: str, *, at: datetime) -> Self:
        """Stop everything automatic: a person must look. Source: PY-58."""
        stopped = evolve(
            self,
            state=PaymentState.MANUAL_REVIEW,
            review_reason=reason,
            review_since=at,
            resume_state=None,
        )
        return stopped.recording(facts.PaymentReviewOpened(**self.named(at), reason=reason))

    def end_unpaid(self, outcome: Outcome, reason: str, *, at: datetime) -> Self:
        """Nobody could be charged, and a person must know. Source: PY-36."""
        return evolve(self, closing=None, outcome=outcome).review(reason, at=at)

    def resume(self) -> Self:
        """What could not be paid out goes on as captured. Source: PY-47."""
        return evolve(self, state=PaymentState.CAPTURED, review_reason=None)

    def authorised(self, at: datetime) -> Self:
        """The money is as good as there; a failed capture is remembered until it is taken."""
        authorised = evolve(self, failure=self.failure if self.failed_capture else None).stands_at(
            PaymentState.AUTHORIZED
        )
        return authorised.recording(
            facts.PaymentAuthorized(**self.named(at), amount=self.breakdown.card_amount)
        )

    def warned(self, at: datetime) -> Self:
        """The student is told that time runs out."""
        return self.recording(
            facts.PaymentFinalWarning(
                **self.named(at), cancels_at=self.lesson.starts_at - timedelta(hours=12)
            )
        )

    def stands_at(self, state: PaymentState) -> Self:
        """The money is elsewhere now; who keeps it frozen, or looks at it, goes on doing so."""
        if self.frozen:
            return evolve(self, resume_state=state)
        return self if self.review_reason is not None else evolve(self, state=state)

    def _failed(self, kind: FailureKind, category: str, *, hard: bool, at: datetime) -> Failure:
        before = self.failure
        if before is None or before.kind is not kind:
            return Failure(
                kind=kind, category=category, hard=hard, count=1, first_at=at, last_at=at
            )
        return evolve(before, category=category, hard=hard, count=before.count + 1, last_at=at)

    def _expect(self, *states: PaymentState) -> None:
        if self.state not in states:
            raise InvalidState(f"the payment is {self.state}")

    def named(self, at: datetime) -> Named:
        """What every event about it says of it."""
        return Named(
            payment_id=self.payment_id,
            booking_id=self.booking_id,
            student_id=self.student_id,
            instructor_id=self.instructor_id,
            occurred_at=at,
        )

    def recording(self, event: Event) -> Self:
        """The same, with one more thing to tell."""
        return evolve(self, events=(*self.events, event))
