"""Lessons as files for other calendars. Source: BK-47, BK-48."""

from collections.abc import Sequence

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.calendar.model import CalendarEntry, feed_window, token_hash
from instainstru_core.booking.calendar.policies import entry_of
from instainstru_core.booking.calendar.ports import CalendarFileReads
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin


def read_calendar(
    booking_id: BookingId, *, viewer: AccountId, read: Begin[CalendarFileReads], clock: Clock
) -> CalendarEntry:
    """One lesson; one that was moved answers with where it is now.

    Raises:
        BookingNotFound: None, or not one of *viewer*'s.
        NeverAgreed: It was never confirmed.
    """
    with read() as reads:
        card = reads.calendar_files.head(booking_id, viewer=viewer)
    return entry_of(card, now=clock.now())


def read_feed(
    token: str, *, read: Begin[CalendarFileReads], clock: Clock
) -> Sequence[CalendarEntry]:
    """Everything in the feed that *token* opens, from 30 days ago to a year ahead.

    Raises:
        FeedNotFound: It opens none.
    """
    now = clock.now()
    with read() as reads:
        owner = reads.calendar_files.feed(token_hash(token))
        cards = reads.calendar_files.heads(owner, feed_window(now))
    return [entry_of(card, now=now) for card in cards]
