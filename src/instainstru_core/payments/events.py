"""What happened to the money of lessons. Source: spec 02 §7."""

from datetime import datetime
from typing import ClassVar

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import PaymentId


@frozen(kw_only=True)
class PaymentEvent(Event):
    """Something happened to the money of one lesson."""

    payment_id: PaymentId
    booking_id: BookingId
    student_id: StudentId
    instructor_id: InstructorId


@frozen(kw_only=True)
class PaymentScheduled(PaymentEvent):
    """The card will be asked at *auth_due_at*. Source: PY-8."""

    name: ClassVar[str] = "payment.scheduled"
    auth_due_at: datetime


@frozen(kw_only=True)
class PaymentAuthorized(PaymentEvent):
    """*amount* is held on the card."""

    name: ClassVar[str] = "payment.authorized"
    amount: Money


@frozen(kw_only=True)
class PaymentAuthorizationFailed(PaymentEvent):
    """The card refused the scheduled hold; the first time is news. Source: PY-12."""

    name: ClassVar[str] = "payment.authorization_failed"
    failure_count: int
    category: str
    lesson_starts_at: datetime


@frozen(kw_only=True)
class PaymentFinalWarning(PaymentEvent):
    """The last attempt failed: the lesson will be cancelled at *cancels_at*. Source: PY-13."""

    name: ClassVar[str] = "payment.final_warning"
    cancels_at: datetime


@frozen(kw_only=True)
class PaymentAbandoned(PaymentEvent):
    """No card paid in time: the lesson is off. Source: PY-14."""

    name: ClassVar[str] = "payment.abandoned"


@frozen(kw_only=True)
class PaymentCaptured(PaymentEvent):
    """*amount* was taken from the card."""

    name: ClassVar[str] = "payment.captured"
    amount: Money


@frozen(kw_only=True)
class PaymentRefunded(PaymentEvent):
    """*amount* goes back to the card. Source: PY-38, PY-43."""

    name: ClassVar[str] = "payment.refunded"
    amount: Money


@frozen(kw_only=True)
class PaymentFrozen(PaymentEvent):
    """A report or an issue keeps the money where it is. Source: PY-40, PY-46."""

    name: ClassVar[str] = "payment.frozen"
    reason: str


@frozen(kw_only=True)
class PaymentReleased(PaymentEvent):
    """What kept the money is resolved: it goes on. Source: PY-42."""

    name: ClassVar[str] = "payment.released"


@frozen(kw_only=True)
class PaymentLocked(PaymentEvent):
    """*amount* was taken by a late move, and waits for the lesson. Source: PY-18."""

    name: ClassVar[str] = "payment.locked"
    amount: Money


@frozen(kw_only=True)
class PaymentFailed(PaymentEvent):
    """The lesson was taught, and the card did not pay. Source: PY-23."""

    name: ClassVar[str] = "payment.failed"
    reason: str


@frozen(kw_only=True)
class PaymentEscalated(PaymentEvent):
    """No card paid for three days: the student owes *debt*, who taught gets *payout*. PY-25."""

    name: ClassVar[str] = "payment.escalated"
    debt: Money
    payout: Money


@frozen(kw_only=True)
class PaymentReviewOpened(PaymentEvent):
    """Nothing automatic happens to this payment any more. Source: PY-58."""

    name: ClassVar[str] = "payment.review_opened"
    reason: str


@frozen(kw_only=True)
class PaymentReviewResolved(PaymentEvent):
    """Somebody decided what was looked into for *reason*. Source: PY-58."""

    name: ClassVar[str] = "payment.review_resolved"
    reason: str


@frozen(kw_only=True)
class PaymentDisputed(PaymentEvent):
    """The cardholder's bank took *amount* back, or only asks (*inquiry*). Source: PY-56."""

    name: ClassVar[str] = "payment.disputed"
    amount: Money
    inquiry: bool


@frozen(kw_only=True)
class PaymentDisputeClosed(PaymentEvent):
    """The bank decided about *amount*: *result* is won, lost or closed. Source: PY-57."""

    name: ClassVar[str] = "payment.dispute_closed"
    amount: Money
    result: str


@frozen(kw_only=True)
class PaymentSettled(PaymentEvent):
    """Everybody has what is theirs."""

    name: ClassVar[str] = "payment.settled"
    outcome: str
    card_amount: Money
    payout: Money


@frozen(kw_only=True)
class PayoutSent(PaymentEvent):
    """*amount* reached the instructor's account at the processor."""

    name: ClassVar[str] = "payout.sent"
    amount: Money


@frozen(kw_only=True)
class PayoutFailed(PaymentEvent):
    """*amount* could not be transferred; it stays owed. Source: PY-47."""

    name: ClassVar[str] = "payout.failed"
    amount: Money
    reason: str


@frozen(kw_only=True)
class PayoutAccountOnboarded(Event):
    """The instructor can be paid."""

    name: ClassVar[str] = "payout_account.onboarded"
    instructor_id: InstructorId


@frozen(kw_only=True)
class PayoutAccountRestricted(Event):
    """The instructor can be paid no more."""

    name: ClassVar[str] = "payout_account.restricted"
    instructor_id: InstructorId


@frozen(kw_only=True)
class LedgerBreached(Event):
    """The books don't balance: no transfer is begun until they do. Source: PY-86."""

    name: ClassVar[str] = "ledger.breach"
    imbalance_cents: int
    unsettled: int
    credit_mismatches: int = 0
