"""Calendars in PostgreSQL, one statement per call."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from attrs import define
from sqlalchemy import Connection, Row, bindparam, delete, select, text

from adapters.postgres.calendar_history import edit_values
from adapters.postgres.outbox import Outbox
from adapters.postgres.queries.availability import (
    WEEK,
    kept_settings,
    open_days,
    settings_of,
    stored_week,
)
from adapters.postgres.tables.availability import blackouts
from instainstru_core.availability.errors import (
    BlackoutNotFound,
    CalendarNotFound,
)
from instainstru_core.availability.ids import BlackoutId
from instainstru_core.availability.model.facts import Blackout, BookedLesson, StoredWeek
from instainstru_core.availability.model.history import CalendarEdit
from instainstru_core.availability.model.planes import DayPlanes, plane_bytes
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.model.settings import CalendarSettings, KeptSettings
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
        non_travel_buffer_minutes, travel_buffer_minutes, min_advance_minutes,
        overnight_protection_enabled
    FROM instructors AS instructor LEFT JOIN calendars USING (instructor_id)
    WHERE instructor.instructor_id = :instructor_id
    """
)
_CONFIGURE = text(
    """
    INSERT INTO calendars (instructor_id, non_travel_buffer_minutes, travel_buffer_minutes,
        min_advance_minutes, overnight_protection_enabled)
    SELECT instructor_id, CAST(:non_travel AS integer), CAST(:travel AS integer), :advance,
        :overnight
    FROM instructors WHERE instructor_id = :instructor_id
    ON CONFLICT (instructor_id) DO UPDATE SET
        non_travel_buffer_minutes =
            coalesce(excluded.non_travel_buffer_minutes, calendars.non_travel_buffer_minutes),
        travel_buffer_minutes =
            coalesce(excluded.travel_buffer_minutes, calendars.travel_buffer_minutes),
        min_advance_minutes = excluded.min_advance_minutes,
        overnight_protection_enabled = excluded.overnight_protection_enabled,
        changed_xid = pg_current_xact_id()
    RETURNING 1
    """
)
_SAVE_DAYS = """
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
_SAVE = text(_SAVE_DAYS)
# The line of the history costs no trip of its own.
_SAVE_WITH_EDIT = text(
    f"""
    WITH kept AS (
        INSERT INTO calendar_edits (edit_id, instructor_id, actor_id, cause, saved_at, dates,
            opened_minutes, closed_minutes, flips)
        VALUES (:edit_id, :instructor_id, :actor_id, :cause, :saved_at, CAST(:dates AS date[]),
            :opened, :closed, :flips)
    )
    {_SAVE_DAYS}
    """  # noqa: S608 - constants
)
_ACKNOWLEDGE = text(
    """
    INSERT INTO calendars AS calendar (instructor_id, acknowledged_at)
    SELECT instructor_id, :at FROM instructors WHERE instructor_id = :instructor_id
    ON CONFLICT (instructor_id) DO UPDATE SET
        acknowledged_at = coalesce(calendar.acknowledged_at, excluded.acknowledged_at)
    RETURNING 1
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
_BLOCK_ALL = text(
    """
    INSERT INTO blackouts (blackout_id, instructor_id, day, reason, created_at)
    SELECT blackout_id, instructor_id, day, reason, created_at
    FROM unnest(
        CAST(:blackout_ids AS uuid[]), CAST(:instructor_ids AS uuid[]), CAST(:days AS date[]),
        CAST(:reasons AS text[]), CAST(:created AS timestamptz[])
    ) AS wanted (blackout_id, instructor_id, day, reason, created_at)
    ON CONFLICT ON CONSTRAINT blackouts_instructor_day_key DO NOTHING
    RETURNING day
    """
)
_LIFT = (
    delete(blackouts)
    .where(
        blackouts.c.instructor_id == bindparam("instructor"),
        blackouts.c.blackout_id == bindparam("lifted"),
    )
    .returning(blackouts.c.day)
)


@define
class PostgresCalendars:
    """The `Calendars` port."""

    _connection: Connection
    _outbox: Outbox
    _rules: CalendarRules = DEFAULT_RULES

    def lock(self, instructor_id: InstructorId) -> CalendarSettings:
        return self._settings(_LOCK, instructor_id)

    def settings(self, instructor_id: InstructorId) -> CalendarSettings:
        return self._settings(_READ_SETTINGS, instructor_id)

    def configure(
        self, instructor_id: InstructorId, settings: CalendarSettings, *, buffers: bool = True
    ) -> None:
        values = {
            "instructor_id": instructor_id.value,
            "non_travel": settings.non_travel_buffer_minutes if buffers else None,
            "travel": settings.travel_buffer_minutes if buffers else None,
            "advance": settings.min_advance_minutes,
            "overnight": settings.overnight_protection_enabled,
        }
        if self._connection.execute(_CONFIGURE, values).first() is None:
            raise CalendarNotFound(instructor_id)

    def kept_settings(self, instructor_id: InstructorId) -> KeptSettings:
        return kept_settings(self._connection, instructor_id, self._rules)

    def acknowledge(self, instructor_id: InstructorId, *, at: datetime) -> None:
        values = {"instructor_id": instructor_id.value, "at": at}
        if self._connection.execute(_ACKNOWLEDGE, values).first() is None:
            raise CalendarNotFound(instructor_id)

    def days(
        self, instructor_id: InstructorId, first: date, last: date
    ) -> Mapping[date, DayPlanes]:
        return open_days(self._connection, instructor_id, first, last)

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
        edit: CalendarEdit | None = None,
    ) -> None:
        if days:
            values = {
                "instructor_id": instructor_id.value,
                "updated_at": at,
                "days": [*days],
                "travel": [plane_bytes(each.travel) for each in days.values()],
                "studio": [plane_bytes(each.studio) for each in days.values()],
                "online": [plane_bytes(each.online) for each in days.values()],
            }
            if edit is None:
                self._connection.execute(_SAVE, values)
            else:
                self._connection.execute(_SAVE_WITH_EDIT, values | edit_values(edit))
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

    def block_all(self, blackouts: Sequence[Blackout]) -> frozenset[date]:
        values = {
            "blackout_ids": [each.blackout_id.value for each in blackouts],
            "instructor_ids": [each.instructor_id.value for each in blackouts],
            "days": [each.day for each in blackouts],
            "reasons": [each.reason for each in blackouts],
            "created": [each.created_at for each in blackouts],
        }
        return frozenset(self._connection.scalars(_BLOCK_ALL, values))

    def lift(self, instructor_id: InstructorId, blackout_id: BlackoutId) -> date:
        values = {"instructor": instructor_id, "lifted": blackout_id}
        day: date | None = self._connection.scalar(_LIFT, values)
        if day is None:
            raise BlackoutNotFound(blackout_id)
        return day

    def announce(self, events: tuple[Event, ...]) -> None:
        self._outbox.record(events)

    def _settings(self, statement: Any, instructor_id: InstructorId) -> CalendarSettings:
        values = {"instructor_id": instructor_id.value}
        if (row := self._connection.execute(statement, values).first()) is None:
            raise CalendarNotFound(instructor_id)
        return settings_of(*row, self._rules)


def _lesson(row: Row[*tuple[Any, ...]]) -> BookedLesson:
    booking_id, starts_at, ends_at, location_type = row
    return BookedLesson(
        str(EntityId(booking_id)),
        Interval(starts_at, ends_at),
        LocationType(location_type).format,
    )
