"""What calendar feeds need from the world. Source: BK-48."""

from collections.abc import Sequence
from typing import Protocol

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.calendar.model import CalendarFeed
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.queries import BookingCard
from instainstru_core.kernel.time import Interval


class CalendarFeeds(Protocol):
    """Everybody's feed: one each, at most."""

    def put(self, feed: CalendarFeed) -> None:
        """Keep *feed*, instead of the one its owner had."""
        ...

    def remove(self, account_id: AccountId) -> None:
        """Revoke the feed; nothing happens without one."""
        ...


class CalendarQueries(Protocol):
    """Lessons for other calendars."""

    def head(self, booking_id: BookingId, *, viewer: AccountId) -> BookingCard:
        """The lesson that *viewer*'s booking was moved to last, or itself. Source: BK-47.

        Raises:
            BookingNotFound: None, or not one of theirs.
            NeverAgreed: It was never confirmed.
        """
        ...

    def feed(self, token_hash: bytes) -> AccountId:
        """Whose feed it is.

        Raises:
            FeedNotFound: Nobody's, or of somebody who may not enter any more.
        """
        ...

    def heads(self, account_id: AccountId, within: Interval) -> Sequence[BookingCard]:
        """Confirmed and once confirmed lessons that start in *within*, each chain once.

        Earliest first.
        """
        ...


class CalendarFeedWork(Protocol):
    """What one unit of work about feeds can reach."""

    @property
    def calendar_feeds(self) -> CalendarFeeds:
        """Everybody's feed."""
        ...


class CalendarFileReads(Protocol):
    """What can be read for other calendars without a unit of work."""

    @property
    def calendar_files(self) -> CalendarQueries:
        """Lessons for other calendars."""
        ...
