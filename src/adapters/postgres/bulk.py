"""Many rows at once: sample people and their lessons, by COPY."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from itertools import islice
from typing import Any, Final, Protocol

from attrs import define
from psycopg import Connection as PsycopgConnection
from psycopg import sql
from sqlalchemy import Connection, Engine, Table, Uuid, exists, func, select, text, type_coerce

from adapters.postgres.accounts import account_columns
from adapters.postgres.instructors import _columns, _offering_columns
from adapters.postgres.tables.accounts import accounts
from adapters.postgres.tables.availability import availability_days, calendars
from adapters.postgres.tables.booking import bookings
from adapters.postgres.tables.instructors import instructor_areas, instructors, offerings
from adapters.postgres.tables.payments import connect_accounts
from instainstru_core.accounts.model import Account
from instainstru_core.availability.model.planes import DayPlanes, plane_bytes
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.kernel.ids import EntityId
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.zones import Zone
from instainstru_core.payments.model.cards import ConnectAccount

BATCH: Final = 500
_MARK_ALL = text("UPDATE calendars SET changed_xid = pg_current_xact_id()")
_ANALYZE = text("ANALYZE")


class Teacher(Protocol):
    """One who teaches, with everything that makes them bookable."""

    @property
    def account(self) -> Account:
        """Their login."""
        ...

    @property
    def instructor(self) -> Instructor:
        """Their profile."""
        ...

    @property
    def offerings(self) -> Sequence[Offering]:
        """What they offer."""
        ...

    @property
    def days(self) -> Mapping[date, DayPlanes]:
        """When they are open."""
        ...


@define
class PostgresBulk:
    """Loads what is made elsewhere, in batches that each succeed or fail as one.

    No events are recorded: nobody is told about people that are made up.
    """

    _engine: Engine

    def known_accounts(self, pattern: str) -> int:
        """How many accounts have an address like *pattern* (SQL LIKE)."""
        statement = select(func.count()).where(accounts.c.email_key.like(pattern))
        with self._engine.connect() as connection:
            return connection.scalar(statement) or 0

    def last_open_days(self) -> Mapping[InstructorId, date]:
        """The last day that each instructor has ever opened."""
        table = availability_days.c
        statement = select(table.instructor_id, func.max(table.day)).group_by(table.instructor_id)
        with self._engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(statement)}

    def add_accounts(self, people: Iterable[Account]) -> None:
        """Keep accounts that don't teach."""
        with self._engine.begin() as connection:
            _copy(connection, accounts, (account_columns(person) for person in people))

    def add_teachers(self, teachers: Iterable[Teacher], *, at: datetime) -> Iterable[int]:
        """Keep *teachers*, and say after each batch how many more there are."""
        remaining = iter(teachers)
        while batch := list(islice(remaining, BATCH)):
            with self._engine.begin() as connection:
                self._add_batch(connection, batch, at)
            yield len(batch)

    def add_days(
        self, days: Mapping[InstructorId, Mapping[date, DayPlanes]], *, at: datetime
    ) -> None:
        """Open days that were never touched."""
        rows = (
            _day_row(instructor_id, day, planes, at)
            for instructor_id, opened in days.items()
            for day, planes in opened.items()
        )
        with self._engine.begin() as connection:
            _copy(connection, availability_days, rows)
            connection.execute(_MARK_ALL)

    def add_payout_accounts(self, opened: Iterable[ConnectAccount]) -> None:
        """Keep instructors' accounts at the processor."""
        rows = (
            {
                "instructor_id": each.instructor_id,
                "account": each.account,
                "charges_enabled": each.charges_enabled,
                "details_submitted": each.details_submitted,
                "opened_at": each.opened_at,
            }
            for each in opened
        )
        with self._engine.begin() as connection:
            _copy(connection, connect_accounts, rows)

    def without_payout_account(self, pattern: str) -> Sequence[InstructorId]:
        """Instructors with an address like *pattern* who have no account at the processor."""
        statement = (
            select(instructors.c.instructor_id)
            .join(accounts, type_coerce(accounts.c.account_id, Uuid) == instructors.c.instructor_id)
            .where(accounts.c.email_key.like(pattern))
            .where(~exists().where(connect_accounts.c.instructor_id == instructors.c.instructor_id))
            .order_by(instructors.c.instructor_id)
        )
        with self._engine.connect() as connection:
            return connection.scalars(statement).all()

    def has_lessons(self) -> bool:
        """Whether anybody ever booked anything."""
        with self._engine.connect() as connection:
            return connection.scalar(select(exists(select(bookings.c.booking_id)))) or False

    def finish(self) -> None:
        """Let the planner know what is there now."""
        with self._engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(_ANALYZE)

    def _add_batch(self, connection: Connection, batch: Sequence[Teacher], at: datetime) -> None:
        _copy(connection, accounts, (account_columns(each.account) for each in batch))
        _copy(
            connection,
            instructors,
            (
                _columns(each.instructor) | {"instructor_id": each.instructor.instructor_id}
                for each in batch
            ),
        )
        _copy(
            connection,
            instructor_areas,
            (
                {"instructor_id": each.instructor.instructor_id, "region_slug": slug}
                for each in batch
                for slug in sorted(each.instructor.service_area)
            ),
        )
        _copy(
            connection,
            offerings,
            (
                _offering_columns(offering)
                | {
                    "offering_id": offering.offering_id,
                    "instructor_id": offering.instructor_id,
                    "service_id": offering.service_id,
                }
                for each in batch
                for offering in each.offerings
            ),
        )
        _copy(
            connection,
            calendars,
            ({"instructor_id": each.instructor.instructor_id} for each in batch),
        )
        _copy(
            connection,
            availability_days,
            (
                _day_row(each.instructor.instructor_id, day, planes, at)
                for each in batch
                for day, planes in each.days.items()
            ),
        )


def _day_row(
    instructor_id: InstructorId, day: date, planes: DayPlanes, at: datetime
) -> dict[str, Any]:
    return {
        "instructor_id": instructor_id,
        "day": day,
        "travel": plane_bytes(planes.travel),
        "studio": plane_bytes(planes.studio),
        "online": plane_bytes(planes.online),
        "updated_at": at,
    }


def _copy(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write *rows*, which all have the same columns as the first."""
    remaining = iter(rows)
    first = next(remaining, None)
    if first is None:
        return
    names = tuple(first)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    driver = connection.connection.driver_connection
    assert isinstance(driver, PsycopgConnection)  # noqa: S101 (the one driver that is installed)
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write_row([_plain(first[name]) for name in names])
        for row in remaining:
            copy.write_row([_plain(row[name]) for name in names])


def _plain(value: object) -> object:
    match value:
        case EntityId():
            return value.value
        case Money():
            return value.cents
        case Zone():
            return value.name
        case Enum():
            return value.value
        case _:
            return value
