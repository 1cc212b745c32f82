"""What the console finds and shows of bookings. Source: BK-50…BK-52, AD-6."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from attrs import field, frozen
from attrs.validators import ge, le, max_len

from instainstru_core.accounts.ids import AccountId
from instainstru_core.admin.model.action import AdminAction
from instainstru_core.booking.claims.model.issues import BookingIssue
from instainstru_core.booking.claims.model.reports import NoShowReport
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import BookingStatus, ReminderKind
from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.payment import PaymentState

MAX_SEARCH: Final = 100
MAX_PER_PAGE: Final = 200


class PaymentStatus(StrEnum):
    """Where the money is, and two other names for it. Source: BK-50.

    `pending` is no payment, or none that a card granted; `refunded` was taken and given back.
    """

    PAYMENT_METHOD_REQUIRED = "payment_method_required"
    SCHEDULED = "scheduled"
    AUTHORIZED = "authorized"
    LOCKED = "locked"
    CAPTURED = "captured"
    SETTLED = "settled"
    MANUAL_REVIEW = "manual_review"
    PENDING = "pending"
    REFUNDED = "refunded"


class Cause(StrEnum):
    """Why somebody must look at a booking. Source: BK-51."""

    AWAITS_COMPLETION = "awaits_completion"
    NO_SHOW_DISPUTED = "no_show_disputed"
    ISSUE_OPEN = "issue_open"
    PAYMENT_IN_REVIEW = "payment_in_review"


def _sought(text: str) -> str:
    return " ".join(text.split())


@frozen(kw_only=True)
class BookingSearch:
    """One page of all bookings, the newest first. Source: BK-43, BK-50.

    *search* is a booking's or a payment's id, what the processor calls one of its operations, or
    part of a service's name, a person's name or an e-mail address. What is empty doesn't matter.
    """

    search: str = field(default="", converter=_sought, validator=max_len(MAX_SEARCH))
    statuses: frozenset[BookingStatus] = frozenset()
    payment_statuses: frozenset[PaymentStatus] = frozenset()
    first_day: date | None = None
    last_day: date | None = None
    needs_action: bool | None = None
    page: int = field(default=1, validator=ge(1))
    per_page: int = field(default=20, validator=[ge(1), le(MAX_PER_PAGE)])

    @property
    def part(self) -> str:
        """What is searched for, in small letters; some scripts take more of them."""
        return self.search.lower()


@frozen(kw_only=True)
class Someone:
    """A party of a booking by full name; both are empty once the account is gone."""

    account_id: AccountId
    name: str
    email: str


@frozen(kw_only=True)
class BookingRow:
    """A booking as the console lists it."""

    booking: Booking
    student: Someone
    instructor: Someone
    payment_id: PaymentId | None
    payment_state: PaymentState | None
    card_amount: Money | None
    causes: Sequence[Cause]


@frozen(kw_only=True)
class BookingRows:
    """Part of the list, by number."""

    items: Sequence[BookingRow]
    total: int
    page: int
    per_page: int

    @property
    def has_next(self) -> bool:
        """Whether a page follows."""
        return self.page * self.per_page < self.total

    @property
    def has_prev(self) -> bool:
        """Whether a page with rows precedes."""
        return self.page > 1 and self.total > 0


@frozen(kw_only=True)
class Takings:
    """Lessons of a time that took place or shall, what they cost, and what was earned then.

    *gross* is the price of the lessons that start in that time; *revenue* is what the books say
    the platform earned in it, with fees and commissions, less what was given back. Source: BK-52.
    """

    lessons: int
    gross: Money
    revenue_cents: int


@frozen(kw_only=True)
class BookingFigures:
    """Today, this week, and what waits for somebody, by cause. Source: BK-52."""

    today: Takings
    week: Takings
    needs_action: Mapping[Cause, int]


@frozen(kw_only=True)
class Told:
    """Somebody was told something about a booking, in the app."""

    at: datetime
    kind: str
    account_id: AccountId


@frozen(kw_only=True)
class BookingFile:
    """Everything about a booking that is no money. Source: AD-6."""

    row: BookingRow
    report: NoShowReport | None
    issue: BookingIssue | None
    chain: Sequence[Booking]
    actions: Sequence[AdminAction]
    reminders: Mapping[ReminderKind, datetime]
    told: Sequence[Told]
