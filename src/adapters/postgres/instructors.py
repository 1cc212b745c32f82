"""Those who teach, and what they offer, in PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from attrs import define, evolve
from sqlalchemy import Connection, Row, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert

from adapters.postgres.outbox import Outbox
from adapters.postgres.tables.catalog import services
from adapters.postgres.tables.instructors import instructor_areas, instructors, offerings
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.errors import (
    InstructorNotFound,
    OfferingNotFound,
    ProfileExists,
    ServiceAlreadyOffered,
)
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.instructors.model.profile import Instructor, TeachingPlace
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.kernel.lessons import Format

# The mark by which every process notices that free time, price or place of somebody changed.
_MARK = text(
    """
    INSERT INTO calendars (instructor_id, changed_xid)
    VALUES (:instructor_id, pg_current_xact_id())
    ON CONFLICT (instructor_id) DO UPDATE SET changed_xid = pg_current_xact_id()
    """
)

_AREAS = (
    select(func.coalesce(func.array_agg(instructor_areas.c.region_slug), text("'{}'::text[]")))
    .where(instructor_areas.c.instructor_id == instructors.c.instructor_id)
    .scalar_subquery()
    .label("service_area")
)
_ONE = select(instructors, _AREAS).where(
    instructors.c.instructor_id
    == bindparam("instructor_id", type_=instructors.c.instructor_id.type)
)
_ONE_LOCKED = _ONE.with_for_update(key_share=True, of=instructors)

_REPLACE_AREAS = text(
    """
    WITH gone AS (
        DELETE FROM instructor_areas
        WHERE instructor_id = :instructor_id AND region_slug <> ALL (CAST(:slugs AS text[]))
    )
    INSERT INTO instructor_areas (instructor_id, region_slug)
    SELECT :instructor_id, unnest(CAST(:slugs AS text[]))
    ON CONFLICT DO NOTHING
    """
)

_OFFERINGS = select(
    offerings, services.c.name.label("service_name"), services.c.slug.label("service_slug")
).join(services, services.c.service_id == offerings.c.service_id)
OFFERINGS_OF = _OFFERINGS.where(
    offerings.c.instructor_id == bindparam("instructor_id", type_=offerings.c.instructor_id.type)
).order_by(services.c.name, offerings.c.offering_id)
ONE_INSTRUCTOR = _ONE


@define
class PostgresInstructors:
    """The `Instructors` port."""

    _connection: Connection
    _outbox: Outbox

    def get(self, instructor_id: InstructorId) -> Instructor:
        return self._read(_ONE, instructor_id)

    def get_for_update(self, instructor_id: InstructorId) -> Instructor:
        return self._read(_ONE_LOCKED, instructor_id)

    def _read(self, statement: Any, instructor_id: InstructorId) -> Instructor:
        row = self._connection.execute(statement, {"instructor_id": instructor_id}).one_or_none()
        if row is None:
            raise InstructorNotFound(instructor_id)
        return instructor_of(row)

    def add(self, instructor: Instructor) -> Instructor:
        statement = (
            postgres_insert(instructors)
            .values(_columns(instructor) | {"instructor_id": instructor.instructor_id})
            .on_conflict_do_nothing(constraint="instructors_pkey")
            .returning(instructors.c.version)
        )
        if (version := self._connection.scalar(statement)) is None:
            raise ProfileExists(instructor.instructor_id)
        return self._kept(instructor, version)

    def save(self, instructor: Instructor) -> Instructor:
        statement = (
            update(instructors)
            .where(instructors.c.instructor_id == instructor.instructor_id)
            .where(instructors.c.version == instructor.version)
            .values(_columns(instructor))
            .returning(instructors.c.version)
        )
        if (version := self._connection.scalar(statement)) is None:
            raise StaleAggregate(str(instructor.instructor_id))
        return self._kept(instructor, version)

    def _kept(self, instructor: Instructor, version: int) -> Instructor:
        key = instructor.instructor_id.value
        slugs = sorted(instructor.service_area)
        self._connection.execute(_REPLACE_AREAS, {"instructor_id": key, "slugs": slugs})
        mark_changed(self._connection, instructor.instructor_id)
        self._outbox.record(instructor.events)
        return evolve(instructor, version=version, events=())


def mark_changed(connection: Connection, instructor_id: InstructorId) -> None:
    """Let every process notice, as this transaction commits, that the instructor changed."""
    connection.execute(_MARK, {"instructor_id": instructor_id.value})


@define
class PostgresOfferings:
    """The `Offerings` port."""

    _connection: Connection
    _outbox: Outbox

    def of(self, instructor_id: InstructorId) -> Sequence[Offering]:
        rows = self._connection.execute(OFFERINGS_OF, {"instructor_id": instructor_id})
        return tuple(offering_of(row) for row in rows)

    def get(self, instructor_id: InstructorId, offering_id: OfferingId) -> Offering:
        statement = _OFFERINGS.where(offerings.c.offering_id == offering_id)
        statement = statement.where(offerings.c.instructor_id == instructor_id)
        if (row := self._connection.execute(statement).one_or_none()) is None:
            raise OfferingNotFound(offering_id)
        return offering_of(row)

    def for_service(self, instructor_id: InstructorId, service_id: ServiceId) -> Offering | None:
        statement = _OFFERINGS.where(offerings.c.instructor_id == instructor_id)
        statement = statement.where(offerings.c.service_id == service_id)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else offering_of(row)

    def add(self, offering: Offering) -> Offering:
        keys = {
            "offering_id": offering.offering_id,
            "instructor_id": offering.instructor_id,
            "service_id": offering.service_id,
        }
        statement = (
            postgres_insert(offerings)
            .values(_offering_columns(offering) | keys)
            .on_conflict_do_nothing(constraint="offerings_instructor_service_key")
            .returning(offerings.c.version)
        )
        if (version := self._connection.scalar(statement)) is None:
            raise ServiceAlreadyOffered(offering.service_id)
        return self._kept(offering, version)

    def save(self, offering: Offering) -> Offering:
        statement = (
            update(offerings)
            .where(offerings.c.offering_id == offering.offering_id)
            .where(offerings.c.version == offering.version)
            .values(_offering_columns(offering))
            .returning(offerings.c.version)
        )
        if (version := self._connection.scalar(statement)) is None:
            raise StaleAggregate(str(offering.offering_id))
        return self._kept(offering, version)

    def _kept(self, offering: Offering, version: int) -> Offering:
        mark_changed(self._connection, offering.instructor_id)
        self._outbox.record(offering.events)
        return evolve(offering, version=version, events=())


def _columns(instructor: Instructor) -> dict[str, Any]:
    place = instructor.teaching_place
    return {
        "first_name": instructor.first_name,
        "last_initial": instructor.last_initial,
        "bio": instructor.bio,
        "zone": instructor.zone,
        "is_live": instructor.is_live,
        "payable": instructor.payable,
        "founding": instructor.founding,
        "status_active": instructor.status_active,
        "went_live_at": instructor.went_live_at,
        "teaching_label": place and place.label,
        "teaching_address": place and place.address,
        "teaching_lat": place and place.lat,
        "teaching_lng": place and place.lng,
        "teaching_shown_lat": place and place.shown[0],
        "teaching_shown_lng": place and place.shown[1],
        "teaching_region": place and place.region,
        "version": instructor.version + 1,
    }


def instructor_of(row: Row[Any]) -> Instructor:
    """The instructor that *row* keeps, with the column `service_area` beside the table's own."""
    place = None
    if row.teaching_label is not None:
        place = TeachingPlace(
            label=row.teaching_label,
            address=row.teaching_address,
            lat=row.teaching_lat,
            lng=row.teaching_lng,
            region=row.teaching_region,
            shown=(row.teaching_shown_lat, row.teaching_shown_lng),
        )
    return Instructor(
        instructor_id=row.instructor_id,
        first_name=row.first_name,
        last_initial=row.last_initial,
        bio=row.bio,
        zone=row.zone,
        is_live=row.is_live,
        service_area=frozenset(row.service_area),
        teaching_place=place,
        payable=row.payable,
        founding=row.founding,
        status_active=row.status_active,
        went_live_at=row.went_live_at,
        version=row.version,
    )


def _offering_columns(offering: Offering) -> dict[str, Any]:
    return {
        "hourly_rate_cents": offering.hourly_rate,
        "rate_travel_cents": offering.rates.get(Format.TRAVEL),
        "rate_studio_cents": offering.rates.get(Format.STUDIO),
        "rate_online_cents": offering.rates.get(Format.ONLINE),
        "own_rates": sorted(str(each) for each in offering.own_rates),
        "durations": list(offering.durations),
        "description": offering.description,
        "active": offering.active,
        "version": offering.version + 1,
    }


def offering_of(row: Row[Any]) -> Offering:
    """The offering that *row* keeps, with its service's name and slug."""
    rates = {
        Format.TRAVEL: row.rate_travel_cents,
        Format.STUDIO: row.rate_studio_cents,
        Format.ONLINE: row.rate_online_cents,
    }
    return Offering(
        offering_id=row.offering_id,
        instructor_id=row.instructor_id,
        service_id=row.service_id,
        service_name=row.service_name,
        service_slug=row.service_slug,
        rates={each: rate for each, rate in rates.items() if rate is not None},
        durations=tuple(row.durations),
        active=row.active,
        hourly_rate=row.hourly_rate_cents,
        own_rates=frozenset(Format(each) for each in row.own_rates),
        description=row.description,
        version=row.version,
    )
