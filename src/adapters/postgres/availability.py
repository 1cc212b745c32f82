"""Calendars in PostgreSQL, one statement per call."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from attrs import define
from sqlalchemy import Connection, Row, bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.outbox import Outbox
from adapters.postgres.queries.availability import WEEK, settings_of, stored_week
from adapters.postgres.tables.availability import blackouts
from instainstru_core.availability.errors import BlackoutExists, CalendarNotFound
from instainstru_core.availability.model.facts import Blackout, BookedLesson, StoredWeek
from instainstru_core.availability.model.planes import DayPlanes, plane_bytes
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.ids import EntityId
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.time import Interval

# One statement locks the calendar, marks it as changed, and reads what the rules need of it. An
# instructor who doesn't exist gives no row to insert, so nothing comes back.
_LOCK = text(
    """
    INSERT INTO calendars AS calendar (instructor_id)
    SELECT instructor_id FROM instructors WHERE instructor_id = :instructor_id
    ON CONFLICT (instructor_id) DO UPDATE SET changed_xid = pg_current_xact_id()
    RETURNING
        (SELECT zone FROM instructors WHERE instructor_id = calendar.instructor_id),
        calendar.non_travel_buffer_minutes, calendar.travel_buffer_minutes,
        calendar.min_advance_minutes, calendar.overnight_protection_enabled
    """
)
_READ_SETTINGS = text(
    """
    SELECT instructor.zone,
        coalesce(non_travel_buffer_minutes, 15), coalesce(travel_buffer_minutes, 60),
        coalesce(min_advance_minutes, 0), coalesce(overnight_protection_enabled, true)
    FROM instructors AS instructor LEFT JOIN calendars USING (instructor_id)
    WHERE instructor.instructor_id = :instructor_id
    """
)
_CONFIGURE = text(
    """
    INSERT INTO calendars (instructor_id, non_travel_buffer_minutes, travel_buffer_minutes,
        min_advance_minutes, overnight_protection_enabled)
    SELECT instructor_id, :non_travel, :travel, :advance, :overnight
    FROM instructors WHERE instructor_id = :instructor_id
    ON CONFLICT (instructor_id) DO UPDATE SET
        non_travel_buffer_minutes = excluded.non_travel_buffer_minutes,
        travel_buffer_minutes = excluded.travel_buffer_minutes,
        min_advance_minutes = excluded.min_advance_minutes,
        overnight_protection_enabled = excluded.overnight_protection_enabled,
        changed_xid = pg_current_xact_id()
    RETURNING 1
    """
)
_DAYS = text(
    """
    SELECT day, travel || studio || online FROM availability_days
    WHERE instructor_id = :instructor_id AND day BETWEEN :first AND :last
    ORDER BY day
    """
)
_SAVE_DAYS = text(
    """
    INSERT INTO availability_days (instructor_id, day, travel, studio, online, updated_at)
    SELECT :instructor_id, day, travel, studio, online, :updated_at
    FROM unnest(
        CAST(:days AS date[]), CAST(:travel AS bytea[]), CAST(:studio AS bytea[]),
        CAST(:online AS bytea[])
    ) AS saved (day, travel, studio, online)
    ON CONFLICT (instructor_id, day) DO UPDATE SET
        travel = excluded.travel, studio = excluded.studio, online = excluded.online,
        updated_at = excluded.updated_at
    """
)
_LESSONS = text(
    """
    SELECT booking_id, starts_at, ends_at, location_type FROM bookings
    WHERE instructor_id = :instructor_id AND starts_at >= :since AND starts_at < :until
        AND (status = 'CONFIRMED' OR status = 'PENDING' AND hold_expires_at > :now)
    ORDER BY starts_at
    """
)
_BLACKOUTS = select(blackouts.c.day).where(
    blackouts.c.instructor_id == bindparam("instructor_id"),
    blackouts.c.day.between(bindparam("first"), bindparam("last")),
)
_BLOCK = (
    insert(blackouts)
    .on_conflict_do_nothing(constraint="blackouts_instructor_day_key")
    .returning(blackouts.c.blackout_id)
)
_UNBLOCK = (
    delete(blackouts)
    .where(
        blackouts.c.instructor_id == bindparam("instructor_id"),
        blackouts.c.day == bindparam("blocked_day"),
    )
    .returning(blackouts.c.blackout_id)
)


@define
class PostgresCalendars:
    """The `Calendars` port."""

    _connection: Connection
    _outbox: Outbox

    def lock(self, instructor_id: InstructorId) -> CalendarSettings:
        return self._settings(_LOCK, instructor_id)

    def settings(self, instructor_id: InstructorId) -> CalendarSettings:
        return self._settings(_READ_SETTINGS, instructor_id)

    def configure(self, instructor_id: InstructorId, settings: CalendarSettings) -> None:
        values = {
            "instructor_id": instructor_id.value,
            "non_travel": settings.non_travel_buffer_minutes,
            "travel": settings.travel_buffer_minutes,
            "advance": settings.min_advance_minutes,
            "overnight": settings.overnight_protection_enabled,
        }
        if self._connection.execute(_CONFIGURE, values).first() is None:
            raise CalendarNotFound(instructor_id)

    def days(
        self, instructor_id: InstructorId, first: date, last: date
    ) -> Mapping[date, DayPlanes]:
        rows = self._connection.execute(_DAYS, _range(instructor_id, first, last))
        found = {day: DayPlanes.of_bytes(bytes(planes)) for day, planes in rows}
        return {day: planes for day, planes in found.items() if planes}

    def week(self, instructor_id: InstructorId, monday: date) -> StoredWeek:
        values = {"instructor_id": instructor_id.value, "monday": monday}
        return stored_week(self._connection.execute(WEEK, values).all(), instructor_id, monday)

    def save_days(
        self,
        instructor_id: InstructorId,
        days: Mapping[date, DayPlanes],
        *,
        at: datetime,
        events: tuple[Event, ...] = (),
    ) -> None:
        if days:
            self._connection.execute(
                _SAVE_DAYS,
                {
                    "instructor_id": instructor_id.value,
                    "updated_at": at,
                    "days": [*days],
                    "travel": [plane_bytes(each.travel) for each in days.values()],
                    "studio": [plane_bytes(each.studio) for each in days.values()],
                    "online": [plane_bytes(each.online) for each in days.values()],
                },
            )
        self._outbox.record(events)

    def lessons(
        self, instructor_id: InstructorId, within: Interval, *, now: datetime
    ) -> Sequence[BookedLesson]:
        values = {
            "instructor_id": instructor_id.value,
            "since": within.starts_at,
            "until": within.ends_at,
            "now": now,
        }
        return [_lesson(row) for row in self._connection.execute(_LESSONS, values)]

    def blackouts(self, instructor_id: InstructorId, first: date, last: date) -> frozenset[date]:
        values = {"instructor_id": instructor_id, "first": first, "last": last}
        return frozenset(self._connection.scalars(_BLACKOUTS, values))

    def block(self, blackout: Blackout) -> None:
        values = {
            "blackout_id": blackout.blackout_id,
            "instructor_id": blackout.instructor_id,
            "day": blackout.day,
            "reason": blackout.reason,
            "created_at": blackout.created_at,
        }
        if self._connection.execute(_BLOCK, values).first() is None:
            raise BlackoutExists(blackout.day)

    def unblock(self, instructor_id: InstructorId, day: date) -> bool:
        values = {"instructor_id": instructor_id, "blocked_day": day}
        return self._connection.execute(_UNBLOCK, values).first() is not None

    def _settings(self, statement: Any, instructor_id: InstructorId) -> CalendarSettings:
        values = {"instructor_id": instructor_id.value}
        if (row := self._connection.execute(statement, values).first()) is None:
            raise CalendarNotFound(instructor_id)
        return settings_of(*row)


def _range(instructor_id: InstructorId, first: date, last: date) -> dict[str, object]:
    return {"instructor_id": instructor_id.value, "first": first, "last": last}


def _lesson(row: Row[*tuple[Any, ...]]) -> BookedLesson:
    booking_id, starts_at, ends_at, location_type = row
    return BookedLesson(
        str(EntityId(booking_id)),
        Interval(starts_at, ends_at),
        LocationType(location_type).format,
    )
