"""External calendars, in memory."""

from collections.abc import Sequence
from datetime import datetime

from attrs import define, evolve

from instainstru_core.availability.external.errors import FeedExists, FeedNotFound
from instainstru_core.availability.external.ids import FeedId
from instainstru_core.availability.external.model.feed import Feed
from instainstru_core.availability.model.private import NOT_BUSY, PrivateBusy
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables


def private_busy_of(tables: Tables, instructor_id: InstructorId) -> PrivateBusy:
    """What all external calendars of the instructor take together."""
    total = NOT_BUSY
    for each in _of(tables, instructor_id):
        total = total.together(_busy(tables).get(each.feed_id, NOT_BUSY))
    return total


@define
class InMemoryFeeds:
    """The `Feeds` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def add(self, feed: Feed) -> Feed:
        if any(each.address == feed.address for each in self.of(feed.instructor_id)):
            raise FeedExists
        return self._keep(feed)

    def get(self, feed_id: FeedId) -> Feed:
        if (found := _feeds(self._tables).get(feed_id)) is None:
            raise FeedNotFound(feed_id)
        return found

    def of(self, instructor_id: InstructorId) -> Sequence[Feed]:
        return _of(self._tables, instructor_id)

    def save(self, feed: Feed) -> Feed:
        kept = _feeds(self._tables).get(feed.feed_id)
        if kept is None or kept.version != feed.version:
            raise StaleAggregate
        return self._keep(feed)

    def remove(self, instructor_id: InstructorId, feed_id: FeedId) -> None:
        if self.get(feed_id).instructor_id != instructor_id:
            raise FeedNotFound(feed_id)
        del _feeds(self._tables)[feed_id]
        _busy(self._tables).pop(feed_id, None)

    def busy(self, feed_id: FeedId) -> PrivateBusy:
        return _busy(self._tables).get(feed_id, NOT_BUSY)

    def take(self, feed: Feed, busy: PrivateBusy) -> None:
        _busy(self._tables)[feed.feed_id] = busy

    def due(self, *, now: datetime, limit: int) -> Sequence[Feed]:
        due = [each for each in _feeds(self._tables).values() if each.next_check_at <= now]
        return sorted(due, key=lambda feed: (feed.next_check_at, feed.feed_id))[:limit]

    def _keep(self, feed: Feed) -> Feed:
        self._outbox.record(feed.events)
        kept = evolve(feed, version=feed.version + 1, events=())
        _feeds(self._tables)[feed.feed_id] = kept
        return kept


@define
class InMemoryFeedQueries:
    """The `FeedQueries` port."""

    _tables: Tables

    def of(self, instructor_id: InstructorId) -> Sequence[Feed]:
        return _of(self._tables, instructor_id)

    def total_busy(self, instructor_id: InstructorId) -> PrivateBusy:
        return private_busy_of(self._tables, instructor_id)


def _of(tables: Tables, instructor_id: InstructorId) -> Sequence[Feed]:
    own = [each for each in _feeds(tables).values() if each.instructor_id == instructor_id]
    return sorted(own, key=lambda feed: (feed.added_at, feed.feed_id))


def _feeds(tables: Tables) -> dict[FeedId, Feed]:
    return tables.of("external_calendars", FeedId, Feed)


def _busy(tables: Tables) -> dict[FeedId, PrivateBusy]:
    return tables.of("private_busy", FeedId, PrivateBusy)
