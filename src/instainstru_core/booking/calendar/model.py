"""One lesson as other calendars see it, and the key of a feed. Source: BK-47, BK-48."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from attrs import field, frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.time import Interval, utc

DOMAIN: Final = "instainstru.com"
FEED_PAST: Final = timedelta(days=30)
FEED_AHEAD: Final = timedelta(days=365)


@frozen(kw_only=True)
class CalendarEntry:
    """An event of a calendar. A lesson that is moved stays one event. Source: BK-47.

    *changed_at* is when anything in it changed last, not when it was asked for: the same lesson is
    the same entry, whoever fetches it how often.
    """

    chain_id: BookingId
    sequence: int
    span: Interval
    is_cancelled: bool
    summary: str
    location: str
    description: str
    created_at: datetime = field(converter=utc)
    changed_at: datetime = field(converter=utc)

    @property
    def uid(self) -> str:
        """By which every calendar knows the event again."""
        return f"{self.chain_id}@{DOMAIN}"


@frozen(kw_only=True)
class CalendarFeed:
    """One person's feed. Who has the token reads it, so only its hash is kept. Source: SE-29."""

    account_id: AccountId
    token_hash: bytes = field(repr=False)
    created_at: datetime = field(converter=utc)


def token_hash(token: str) -> bytes:
    """What is kept of a feed's token. Source: SE-29."""
    return sha256(token.encode()).digest()


def feed_window(now: datetime) -> Interval:
    """The starts of the lessons that a feed lists. Source: BK-48."""
    return Interval(now - FEED_PAST, now + FEED_AHEAD)
