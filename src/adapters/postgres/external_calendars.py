"""External calendars in PostgreSQL, one statement per call; two where time is taken anew."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from attrs import define, evolve
from sqlalchemy import Connection, Row, bindparam, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.outbox import Outbox
from adapters.postgres.tables.external_calendars import external_calendars, private_busy
from instainstru_core.availability.external.errors import FeedExists, FeedNotFound
from instainstru_core.availability.external.ids import FeedId
from instainstru_core.availability.external.model.addresses import FeedAddress
from instainstru_core.availability.external.model.feed import Feed, FeedProblem, Validators
from instainstru_core.availability.model.planes import plane_bytes
from instainstru_core.availability.model.private import PrivateBusy
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.kernel.zones import Zone

_FEEDS: Final = external_calendars.c
_THIS: Final = _FEEDS.feed_id == bindparam("this", type_=_FEEDS.feed_id.type)
_OWNER: Final = _FEEDS.instructor_id == bindparam("owner", type_=_FEEDS.instructor_id.type)
_ADD: Final = (
    insert(external_calendars)
    .on_conflict_do_nothing(constraint="external_calendars_instructor_url_key")
    .returning(_FEEDS.feed_id)
)
_GET: Final = select(external_calendars).where(_THIS)
_OF: Final = select(external_calendars).where(_OWNER).order_by(_FEEDS.added_at, _FEEDS.feed_id)
_SAVE: Final = (
    update(external_calendars)
    .where(_THIS, _FEEDS.version == bindparam("seen"))
    .returning(_FEEDS.version)
)
_REMOVE: Final = delete(external_calendars).where(_THIS, _OWNER).returning(_FEEDS.feed_id)
# Whoever is reading one at this moment has it: the next round finds what is left of it.
_DUE: Final = (
    select(external_calendars)
    .where(_FEEDS.next_check_at <= bindparam("now"))
    .order_by(_FEEDS.next_check_at, _FEEDS.feed_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_BUSY: Final = select(private_busy.c.day, private_busy.c.slots).where(
    private_busy.c.feed_id == bindparam("this", type_=_FEEDS.feed_id.type)
)
_TOTAL: Final = select(private_busy.c.day, private_busy.c.slots).where(
    private_busy.c.instructor_id == bindparam("owner", type_=_FEEDS.instructor_id.type)
)
_CLEAR: Final = delete(private_busy).where(
    private_busy.c.feed_id == bindparam("this", type_=_FEEDS.feed_id.type)
)
_TAKE: Final = text(
    """
    INSERT INTO private_busy (instructor_id, feed_id, day, slots)
    SELECT :instructor_id, :feed_id, day, slots
    FROM unnest(CAST(:days AS date[]), CAST(:slots AS bytea[])) AS taken (day, slots)
    """
)


@define
class PostgresFeeds:
    """The `Feeds` port."""

    _connection: Connection
    _outbox: Outbox

    def add(self, feed: Feed) -> Feed:
        values = {
            "feed_id": feed.feed_id,
            "instructor_id": feed.instructor_id,
            "url": feed.address.url,
            "added_at": feed.added_at,
            **_changing(feed),
            "version": 1,
        }
        if self._connection.scalar(_ADD, values) is None:
            raise FeedExists
        self._outbox.record(feed.events)
        return evolve(feed, version=1, events=())

    def get(self, feed_id: FeedId) -> Feed:
        row = self._connection.execute(_GET, {"this": feed_id}).one_or_none()
        if row is None:
            raise FeedNotFound(feed_id)
        return _feed(row)

    def of(self, instructor_id: InstructorId) -> Sequence[Feed]:
        return _of(self._connection, instructor_id)

    def save(self, feed: Feed) -> Feed:
        values = {**_changing(feed), "version": feed.version + 1}
        given = {"this": feed.feed_id, "seen": feed.version, **values}
        version = self._connection.scalar(_SAVE, given)
        if version is None:
            raise StaleAggregate
        self._outbox.record(feed.events)
        return evolve(feed, version=version, events=())

    def remove(self, instructor_id: InstructorId, feed_id: FeedId) -> None:
        given = {"this": feed_id, "owner": instructor_id}
        if self._connection.scalar(_REMOVE, given) is None:
            raise FeedNotFound(feed_id)

    def busy(self, feed_id: FeedId) -> PrivateBusy:
        return _busy(self._connection.execute(_BUSY, {"this": feed_id}).all())

    def take(self, feed: Feed, busy: PrivateBusy) -> None:
        self._connection.execute(_CLEAR, {"this": feed.feed_id})
        if busy:
            values = {
                "instructor_id": feed.instructor_id.value,
                "feed_id": feed.feed_id.value,
                "days": [*busy.days],
                "slots": [plane_bytes(each) for each in busy.days.values()],
            }
            self._connection.execute(_TAKE, values)

    def due(self, *, now: datetime, limit: int) -> Sequence[Feed]:
        return [_feed(row) for row in self._connection.execute(_DUE, {"now": now, "most": limit})]


@define
class PostgresFeedQueries:
    """The `FeedQueries` port."""

    _connection: Connection

    def of(self, instructor_id: InstructorId) -> Sequence[Feed]:
        return _of(self._connection, instructor_id)

    def total_busy(self, instructor_id: InstructorId) -> PrivateBusy:
        return _busy(self._connection.execute(_TOTAL, {"owner": instructor_id}).all())


def _of(connection: Connection, instructor_id: InstructorId) -> Sequence[Feed]:
    return [_feed(row) for row in connection.execute(_OF, {"owner": instructor_id})]


def _busy(rows: Sequence[Row[Any, Any]]) -> PrivateBusy:
    return PrivateBusy.of_bytes([day for day, _ in rows], b"".join(bytes(each) for _, each in rows))


def _changing(feed: Feed) -> dict[str, Any]:
    """What becomes of a feed: everything but its id, owner, address and version."""
    return {
        "next_check_at": feed.next_check_at,
        "checked_at": feed.checked_at,
        "succeeded_at": feed.succeeded_at,
        "problem": None if feed.problem is None else feed.problem.value,
        "failures": feed.failures,
        "told_at": feed.told_at,
        "etag": feed.validators.etag,
        "last_modified": feed.validators.last_modified,
        "expanded_at": feed.expanded_at,
        "expanded_zone": None if feed.expanded_zone is None else str(feed.expanded_zone),
        "busy_minutes": feed.busy_minutes,
    }


def _feed(row: Row[Any]) -> Feed:
    host = row.url.removeprefix("https://").partition("/")[0]
    return Feed(
        feed_id=row.feed_id,
        instructor_id=row.instructor_id,
        address=FeedAddress(row.url, host),
        added_at=row.added_at,
        next_check_at=row.next_check_at,
        checked_at=row.checked_at,
        succeeded_at=row.succeeded_at,
        problem=None if row.problem is None else FeedProblem(row.problem),
        failures=row.failures,
        told_at=row.told_at,
        validators=Validators(etag=row.etag, last_modified=row.last_modified),
        expanded_at=row.expanded_at,
        expanded_zone=None if row.expanded_zone is None else Zone(row.expanded_zone),
        busy_minutes=row.busy_minutes,
        version=row.version,
    )
