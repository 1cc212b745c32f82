"""Calendar feeds and reminders in memory."""

from collections.abc import Sequence
from datetime import datetime

from attrs import define

from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import Account, AccountStatus
from instainstru_core.booking.calendar.errors import FeedNotFound, NeverAgreed
from instainstru_core.booking.calendar.model import CalendarFeed
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.events import BookingReminderDue
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled
from instainstru_core.booking.queries import BookingCard
from instainstru_core.booking.reminders.policies import reminders_due
from instainstru_core.booking.terms import CancelKind, ReminderKind
from instainstru_core.kernel.time import Interval
from instainstru_core.testing.memory.booking import InMemoryBookingQueries, bookings_in
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables

_MAY_ENTER = frozenset({AccountStatus.ACTIVE, AccountStatus.SUSPENDED})


@define
class InMemoryCalendarFeeds:
    """The `CalendarFeeds` port."""

    _tables: Tables

    def put(self, feed: CalendarFeed) -> None:
        feeds_in(self._tables)[feed.account_id] = feed

    def remove(self, account_id: AccountId) -> None:
        feeds_in(self._tables).pop(account_id, None)


@define
class InMemoryCalendarFiles:
    """The `CalendarQueries` port of calendar files."""

    _tables: Tables

    def head(self, booking_id: BookingId, *, viewer: AccountId) -> BookingCard:
        rows = bookings_in(self._tables)
        head = rows.get(booking_id)
        if head is None or head.party_of(viewer) is None:
            raise BookingNotFound(booking_id)
        while head.chain.successor_id is not None:
            head = rows[head.chain.successor_id]
        if head.confirmed_at is None:
            raise NeverAgreed(booking_id)
        return self._card(head, viewer)

    def feed(self, token_hash: bytes) -> AccountId:
        accounts = self._tables.of("accounts", AccountId, Account)
        for feed in feeds_in(self._tables).values():
            owner = accounts.get(feed.account_id)
            if feed.token_hash == token_hash and owner and owner.status in _MAY_ENTER:
                return feed.account_id
        raise FeedNotFound

    def heads(self, account_id: AccountId, within: Interval) -> Sequence[BookingCard]:
        mine = [
            each
            for each in bookings_in(self._tables).values()
            if each.party_of(account_id) is not None
            and each.confirmed_at is not None
            and not _moved(each)
            and each.lesson.starts_at in within
        ]
        mine.sort(key=lambda each: (each.lesson.starts_at, each.booking_id))
        return [self._card(each, account_id) for each in mine]

    def _card(self, booking: Booking, viewer: AccountId) -> BookingCard:
        return InMemoryBookingQueries(self._tables).card(booking.booking_id, viewer=viewer)


@define
class InMemoryReminders:
    """The `Reminders` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def due(self, *, now: datetime, limit: int) -> Sequence[BookingId]:
        found = [
            each
            for each in bookings_in(self._tables).values()
            if any(
                (each.booking_id, kind) not in self._sent() for kind in reminders_due(each, now=now)
            )
        ]
        found.sort(key=lambda each: (each.lesson.starts_at, each.booking_id))
        return [each.booking_id for each in found[:limit]]

    def lock(self, booking_id: BookingId) -> Booking | None:
        return bookings_in(self._tables).get(booking_id)

    def mark(self, reminder: BookingReminderDue) -> bool:
        key = (reminder.booking_id, reminder.kind)
        if key in self._sent():
            return False
        self._sent()[key] = reminder.occurred_at
        self._outbox.record((reminder,))
        return True

    def _sent(self) -> dict[tuple[BookingId, ReminderKind], datetime]:
        return self._tables.of("booking_reminders", tuple[BookingId, ReminderKind], datetime)


def feeds_in(tables: Tables) -> dict[AccountId, CalendarFeed]:
    """Every feed of a snapshot."""
    return tables.of("calendar_feeds", AccountId, CalendarFeed)


def _moved(booking: Booking) -> bool:
    return isinstance(booking.state, Cancelled) and booking.state.kind is CancelKind.RESCHEDULED
