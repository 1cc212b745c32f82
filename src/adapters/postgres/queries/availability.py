"""Calendars, read without a unit of work; facts are kept in memory as long as nothing changed."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any, TypeAlias

from attrs import Factory, define
from sqlalchemy import Connection, Row, bindparam, select, text

from adapters.postgres.hot import HotRow
from adapters.postgres.tables.availability import blackouts
from instainstru_core.availability.errors import CalendarNotFound
from instainstru_core.availability.model.facts import (
    MIN_LESSON_MINUTES,
    Answers,
    Blackout,
    CalendarFacts,
    Glance,
    StoredWeek,
)
from instainstru_core.availability.model.planes import DAY_BYTES, FORMATS, DayPlanes
from instainstru_core.availability.model.private import NOT_BUSY, PrivateBusy
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.model.settings import Busy, CalendarSettings, KeptSettings
from instainstru_core.availability.model.weeks import Week
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import Zone

REMEMBERED = 2_048
AROUND = timedelta(days=2)

# The instructor once, with an empty day when the week has none: one statement says all of it.
WEEK = text(
    """
    SELECT instructor.zone, stored.day, stored.travel || stored.studio || stored.online,
        stored.updated_at
    FROM instructors AS instructor
    LEFT JOIN availability_days AS stored
        ON stored.instructor_id = instructor.instructor_id
        AND stored.day BETWEEN :monday AND CAST(:monday AS date) + 6
    WHERE instructor.instructor_id = :instructor_id
    """
)
_DAYS = text(
    """
    SELECT day, travel || studio || online FROM availability_days
    WHERE instructor_id = :instructor_id AND day BETWEEN :first AND :last
    ORDER BY day
    """
)
_GLANCE = HotRow(
    """
    SELECT coalesce(calendar.changed_xid::text::bigint, 0) AS version, instructor.zone,
        instructor.is_live AND instructor.status_active AS visible, instructor.payable,
        concat(instructor.first_name, ' ', instructor.last_initial, '.') AS name
    FROM instructors AS instructor LEFT JOIN calendars AS calendar USING (instructor_id)
    WHERE instructor.instructor_id = :instructor_id
    """
)
_KEPT_SETTINGS = text(
    """
    SELECT acknowledged_at, instructor.zone, non_travel_buffer_minutes, travel_buffer_minutes,
        min_advance_minutes, overnight_protection_enabled
    FROM instructors AS instructor LEFT JOIN calendars USING (instructor_id)
    WHERE instructor.instructor_id = :instructor_id
    """
)
_BLACKOUTS = (
    select(blackouts)
    .where(
        blackouts.c.instructor_id == bindparam("instructor"),
        blackouts.c.day >= bindparam("first"),
    )
    .order_by(blackouts.c.day)
)
# Everything at one snapshot, so that the version is the version of all the rest.
FACTS = """
    SELECT instructor.instructor_id, coalesce(calendar.changed_xid::text::bigint, 0),
        instructor.zone,
        calendar.non_travel_buffer_minutes, calendar.travel_buffer_minutes,
        calendar.min_advance_minutes, calendar.overnight_protection_enabled,
        open_days.days, open_days.planes, blocked.days,
        taken.starts, taken.ends, taken.places, taken.expiries,
        elsewhere.days, elsewhere.planes,
        ARRAY[
            offered.travel, offered.studio, offered.online
        ],
        offered.shortest
    FROM instructors AS instructor
    LEFT JOIN calendars AS calendar USING (instructor_id)
    CROSS JOIN LATERAL (
        SELECT array_agg(day ORDER BY day) AS days,
            string_agg(travel || studio || online, ''::bytea ORDER BY day) AS planes
        FROM availability_days AS stored
        WHERE stored.instructor_id = instructor.instructor_id
            AND day BETWEEN :first AND :last
    ) AS open_days
    CROSS JOIN LATERAL (
        SELECT array_agg(day) AS days FROM blackouts
        WHERE blackouts.instructor_id = instructor.instructor_id
            AND day BETWEEN :first AND :last
    ) AS blocked
    CROSS JOIN LATERAL (
        SELECT array_agg(starts_at) AS starts, array_agg(ends_at) AS ends,
            array_agg(location_type) AS places,
            array_agg(CASE status WHEN 'PENDING' THEN hold_expires_at END) AS expiries
        FROM bookings
        WHERE bookings.instructor_id = instructor.instructor_id
            AND status <> 'CANCELLED'
            AND ends_at >= :since AND starts_at <= :until
    ) AS taken
    CROSS JOIN LATERAL (
        SELECT array_agg(day ORDER BY day, feed_id) AS days,
            string_agg(slots, ''::bytea ORDER BY day, feed_id) AS planes
        FROM private_busy
        WHERE private_busy.instructor_id = instructor.instructor_id
            AND day BETWEEN CAST(:since AS date) AND CAST(:until AS date)
    ) AS elsewhere
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(rate_travel_cents IS NOT NULL), false) AS travel,
            coalesce(bool_or(rate_studio_cents IS NOT NULL), false) AS studio,
            coalesce(bool_or(rate_online_cents IS NOT NULL), false) AS online,
            min((SELECT min(each) FROM unnest(durations) AS each)) AS shortest
        FROM offerings JOIN services USING (service_id)
        WHERE offerings.instructor_id = instructor.instructor_id
            AND offerings.active AND services.is_active
    ) AS offered
"""
_FACTS = text(f"{FACTS} WHERE instructor.instructor_id = :instructor_id")

_Key: TypeAlias = tuple[InstructorId, date, date]


@define
class RememberedFacts:
    """The facts of calendars that were asked for lately, for all threads of this process.

    What is worked out from them is kept beside them, and weighed: it can be far larger.
    """

    answers: Answers = Factory(Answers)
    _facts: "OrderedDict[_Key, CalendarFacts]" = Factory(OrderedDict)
    _lock: Lock = Factory(Lock)

    def get(self, key: _Key) -> CalendarFacts | None:
        """What is remembered, old or not."""
        with self._lock:
            if (found := self._facts.get(key)) is not None:
                self._facts.move_to_end(key)
            return found

    def keep(self, key: _Key, facts: CalendarFacts) -> None:
        """Remember *facts*, and forget what was not asked for longest."""
        with self._lock:
            self._facts[key] = facts
            self._facts.move_to_end(key)
            if len(self._facts) > REMEMBERED:
                self._facts.popitem(last=False)


@define
class PostgresCalendarQueries:
    """The `CalendarQueries` port."""

    _connection: Connection
    _remembered: RememberedFacts
    _rules: CalendarRules = DEFAULT_RULES

    def week(self, instructor_id: InstructorId, monday: date) -> StoredWeek:
        values = {"instructor_id": instructor_id.value, "monday": monday}
        return stored_week(self._connection.execute(WEEK, values).all(), instructor_id, monday)

    def days(
        self, instructor_id: InstructorId, first: date, last: date
    ) -> Mapping[date, DayPlanes]:
        return open_days(self._connection, instructor_id, first, last)

    def glance(self, instructor_id: InstructorId) -> Glance:
        values = {"instructor_id": instructor_id.value}
        if (row := _GLANCE.of(self._connection, values)) is None:
            raise CalendarNotFound(instructor_id)
        version, zone, visible, payable, name = row
        return Glance(
            instructor_id=instructor_id,
            version=version,
            zone=zone_of(zone),
            visible=visible,
            payable=payable,
            name=name,
        )

    def kept_settings(self, instructor_id: InstructorId) -> KeptSettings:
        return kept_settings(self._connection, instructor_id, self._rules)

    def blackouts_from(self, instructor_id: InstructorId, first: date) -> Sequence[Blackout]:
        values = {"instructor": instructor_id, "first": first}
        rows = self._connection.execute(_BLACKOUTS, values)
        return [Blackout(**row) for row in rows.mappings()]

    def facts(self, glance: Glance, first: date, last: date) -> CalendarFacts:
        key = (glance.instructor_id, first, last)
        found = self._remembered.get(key)
        if found is not None and found.version == glance.version:
            return found
        values = {"instructor_id": glance.instructor_id.value, **facts_range(first, last)}
        if (row := self._connection.execute(_FACTS, values).first()) is None:
            raise CalendarNotFound(glance.instructor_id)
        facts = _facts(row, first, last, self._rules, self._remembered.answers)
        self._remembered.keep(key, facts)
        return facts


def kept_settings(
    connection: Connection, instructor_id: InstructorId, rules: CalendarRules
) -> KeptSettings:
    """One calendar's settings as its instructor reads them.

    Raises:
        CalendarNotFound: Nobody of this id teaches here.
    """
    values = {"instructor_id": instructor_id.value}
    if (row := connection.execute(_KEPT_SETTINGS, values).first()) is None:
        raise CalendarNotFound(instructor_id)
    acknowledged_at, *settings = row
    return KeptSettings(settings=settings_of(*settings, rules), acknowledged_at=acknowledged_at)


def facts_range(first: date, last: date) -> dict[str, object]:
    """The parameters of `FACTS`: lessons of the days around count too, buffers cross midnight."""
    begins = datetime(first.year, first.month, first.day, tzinfo=UTC)
    ends = datetime(last.year, last.month, last.day, tzinfo=UTC)
    return {
        "first": first,
        "last": last,
        "since": begins - AROUND,
        "until": ends + AROUND + timedelta(days=1),
    }


def open_days(
    connection: Connection, instructor_id: InstructorId, first: date, last: date
) -> Mapping[date, DayPlanes]:
    """The days of a calendar from *first* to *last* that are open at all."""
    values = {"instructor_id": instructor_id.value, "first": first, "last": last}
    rows = connection.execute(_DAYS, values)
    found = {day: DayPlanes.of_bytes(bytes(planes)) for day, planes in rows}
    return {day: planes for day, planes in found.items() if planes}


def stored_week(
    rows: Sequence[Row[*tuple[Any, ...]]], instructor_id: InstructorId, monday: date
) -> StoredWeek:
    """A week from the rows of `WEEK`.

    Raises:
        CalendarNotFound: There are none.
    """
    if not rows:
        raise CalendarNotFound(instructor_id)
    stored = [(day, planes, changed) for _, day, planes, changed in rows if day is not None]
    days = {day: DayPlanes.of_bytes(bytes(planes)) for day, planes, _ in stored}
    return StoredWeek(
        week=Week.of(monday, days),
        zone=zone_of(rows[0][0]),
        modified_at=max((changed for *_, changed in stored), default=None),
    )


@lru_cache(maxsize=1_024)
def zone_of(name: str) -> Zone:
    """The zone of that name; making one checks it against the whole list."""
    return Zone(name)


@lru_cache(maxsize=4_096)
def settings_of(
    zone: str,
    non_travel: int | None,
    travel: int | None,
    advance: int | None,
    overnight: bool | None,
    rules: CalendarRules = DEFAULT_RULES,
) -> CalendarSettings:
    """The settings in a row's columns, or the platform's; most calendars share a few."""
    if non_travel is None or travel is None:
        non_travel = rules.default_non_travel_buffer_minutes
        travel = rules.default_travel_buffer_minutes
    return CalendarSettings(
        zone=zone_of(zone),
        non_travel_buffer_minutes=non_travel,
        travel_buffer_minutes=travel,
        min_advance_minutes=advance or 0,
        overnight_protection_enabled=True if overnight is None else overnight,
        rules=rules,
    )


def busy_of(
    starts: Sequence[datetime] | None,
    ends: Sequence[datetime] | None,
    places: Sequence[str] | None,
    expiries: Sequence[datetime | None] | None,
) -> tuple[Busy, ...]:
    """The lessons in a row's four arrays."""
    columns = zip(starts or (), ends or (), places or (), expiries or (), strict=True)
    return tuple(
        Busy(
            Interval(starts_at, ends_at),
            LocationType(place).format,
            None if expires is None else expires.astimezone(UTC),
        )
        for starts_at, ends_at, place, expires in columns
    )


def private_busy_of(days: Sequence[date] | None, planes: bytes | None) -> PrivateBusy:
    """What other calendars take, in a row's two columns; most have none."""
    return PrivateBusy.of_bytes(days, bytes(planes or b"")) if days else NOT_BUSY


def _facts(
    row: Row[*tuple[Any, ...]],
    first: date,
    last: date,
    rules: CalendarRules,
    answers: Answers,
) -> CalendarFacts:
    number, version, *settings, days, planes, blocked, starts, ends, places, expiries = row[:14]
    elsewhere_days, elsewhere, offers, shortest = row[14:]
    content = bytes(planes or b"")
    pieces = [content[at : at + DAY_BYTES] for at in range(0, len(content), DAY_BYTES)]
    kept = zip(days or (), map(DayPlanes.of_bytes, pieces), strict=True)
    return CalendarFacts(
        instructor_id=InstructorId(number),
        version=version,
        first=first,
        last=last,
        settings=settings_of(*settings, rules),
        days={day: planes for day, planes in kept if planes},
        blackouts=frozenset(blocked or ()),
        busy=busy_of(starts, ends, places, expiries),
        formats=tuple(each for each, offered in zip(FORMATS, offers, strict=True) if offered),
        private_busy=private_busy_of(elsewhere_days, elsewhere),
        shortest_minutes=shortest or MIN_LESSON_MINUTES,
        answers=answers,
    )
