"""One of the two objects to a lesson's completion, and an admin decides. Source: BK-41."""

from datetime import datetime

from attrs import evolve, field, frozen
from attrs.validators import max_len, optional

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.claims.errors import (
    AlreadyReported,
    AlreadyResolved,
    IssueWindowClosed,
)
from instainstru_core.booking.claims.events import BookingIssueOpened, BookingIssueResolved
from instainstru_core.booking.claims.model.saying import (
    MAX_NOTES,
    MAX_REASON,
    check_not_settled,
    check_said_in_time,
    checked_reason,
    parties,
)
from instainstru_core.booking.claims.terms import IssueOutcome
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import NoShowType, Party
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.events import Aggregate
from instainstru_core.kernel.time import utc


@frozen(kw_only=True)
class Settlement:
    """What became of an issue, by whom."""

    at: datetime = field(converter=utc)
    outcome: IssueOutcome
    resolver: AccountId
    notes: str | None = field(default=None, validator=optional(max_len(MAX_NOTES)))


@frozen(kw_only=True)
class BookingIssue(Aggregate):
    """An objection to a lesson's completion; at most one a booking. Source: BK-41."""

    booking_id: BookingId
    opener: AccountId
    reason: str = field(validator=max_len(MAX_REASON))
    opened_at: datetime = field(converter=utc)
    settlement: Settlement | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing became of it yet."""
        return self.settlement is None

    def resolved(
        self,
        booking: Booking,
        outcome: IssueOutcome,
        *,
        no_show_type: NoShowType | None,
        by: AccountId,
        at: datetime,
        notes: str | None = None,
    ) -> "BookingIssue":
        """An admin decides; *no_show_type* goes with `no_show`, and with nothing else.

        Raises:
            AlreadyResolved: Somebody did before.
            Malformed: The type is missing, or for nothing.
        """
        if self.settlement is not None:
            raise AlreadyResolved(self.booking_id)
        if (outcome is IssueOutcome.NO_SHOW) is (no_show_type is None):
            raise Malformed("a no-show has a type, and nothing else has one")
        news = BookingIssueResolved(
            occurred_at=at, outcome=outcome, no_show_type=no_show_type, **parties(booking)
        )
        return evolve(
            self,
            settlement=Settlement(at=at, outcome=outcome, resolver=by, notes=notes),
            events=(*self.events, news),
        )


def open_one(
    booking: Booking,
    *,
    by: Party,
    opener: AccountId,
    reason: str,
    at: datetime,
    earlier: BookingIssue | None,
    payment: str | None,
) -> BookingIssue:
    """Object to the completion of *booking*. Source: BK-41.

    Raises:
        WrongState: The lesson is not agreed on, or over otherwise.
        IssueWindowClosed: Before the start, or more than a day after the end.
        AlreadyReported: *earlier* is there, whatever became of it.
        ReasonLength: The reason is too short or too long.
        AlreadySettled: The *payment* is captured or settled (PY-40).
    """
    check_said_in_time(booking, at, IssueWindowClosed)
    if earlier is not None:
        raise AlreadyReported(booking.booking_id)
    said = checked_reason(reason)
    check_not_settled(booking, payment)
    news = BookingIssueOpened(occurred_at=at, opener=opener, opened_by=by, **parties(booking))
    return BookingIssue(
        booking_id=booking.booking_id, opener=opener, reason=said, opened_at=at, events=(news,)
    )
