"""What screens read of bookings. Source: BK-42…BK-44, BK-46."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from attrs import field, frozen
from attrs.validators import ge, le

from instainstru_core.accounts.ids import AccountId
from instainstru_core.availability.queries import AvailabilityReads
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.log import LogEntry
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.policies.statistics import BookingCounts
from instainstru_core.booking.policies.views import View
from instainstru_core.booking.terms import BookingStatus, Party
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Interval

MAX_PER_PAGE = 100


def shown_name(first_name: str, last_name: str) -> str:
    """What one party sees of the other: `Jane S.`. Source: BK-44, AC-56."""
    first, last = first_name.strip(), last_name.strip()
    if not first:
        return "Unknown"
    return f"{first} {last[0].upper()}." if last else first


@frozen(kw_only=True)
class BookingList:
    """One page of one person's bookings, in one role. Without a *view*: all, newest start first.

    Lessons that were moved are among them with *include_rescheduled*. Source: BK-42.
    """

    account_id: AccountId
    role: Party
    view: View | None = None
    status: BookingStatus | None = None
    include_rescheduled: bool = False
    page: int = field(default=1, validator=ge(1))
    per_page: int = field(default=20, validator=[ge(1), le(MAX_PER_PAGE)])


@frozen(kw_only=True)
class BookingCard:
    """A booking as one of its parties sees it: the other one by first name and initial.

    Source: BK-44, AC-56.
    """

    booking: Booking
    viewer: Party
    student_name: str
    instructor_name: str


@frozen(kw_only=True)
class BookingPage:
    """Part of a list by number. Source: BK-43."""

    items: Sequence[BookingCard]
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


class BookingQueries(Protocol):
    """Bookings, to be read."""

    def page(self, wanted: BookingList, *, now: datetime) -> BookingPage:
        """The page *wanted*; empty beyond the end. Source: BK-43."""
        ...

    def card(self, booking_id: BookingId, *, viewer: AccountId) -> BookingCard:
        """One booking of *viewer*'s.

        Raises:
            BookingNotFound: None, or not one of theirs.
        """
        ...

    def taken(
        self, instructor: InstructorId, within: Interval, *, now: datetime
    ) -> Sequence[BookingCard]:
        """The instructor's lessons and live holds that own time in *within*, earliest first."""
        ...

    def counts(self, instructor: InstructorId, *, now: datetime) -> BookingCounts:
        """How the instructor's lessons went. Source: BK-46."""
        ...


class BookingLog(Protocol):
    """Every change of every booking's state, for ever."""

    def of(self, booking_id: BookingId) -> Sequence[LogEntry]:
        """What happened to the booking, the oldest first; nothing for one there is not."""
        ...


class BookingReads(AvailabilityReads, Protocol):
    """What can be read of booking without a unit of work."""

    @property
    def booking_queries(self) -> BookingQueries:
        """Bookings, to be read."""
        ...

    @property
    def booking_log(self) -> BookingLog:
        """What happened to bookings."""
        ...
