"""PostgreSQL keeps the contracts of catalogue, places and instructors."""

import pytest
from sqlalchemy import Engine, text

from adapters.postgres.places import PostgresPlaces
from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.places.use_cases.load_regions import load_regions
from instainstru_core.ports import Reads, Work
from instainstru_core.testing.contracts.catalogs import CatalogContract
from instainstru_core.testing.contracts.instructors import (
    NOON,
    InstructorsContract,
    some_instructor,
    some_offering,
)
from instainstru_core.testing.contracts.regions import SMALL_CITY, RegionsContract


@pytest.fixture
def begin(units: PostgresUnits) -> Begin[Work]:
    return units.begin


@pytest.fixture
def read(units: PostgresUnits) -> Begin[Reads]:
    return units.read


class TestPostgresCatalog(CatalogContract):
    """The real one."""


class TestPostgresRegions(RegionsContract):
    """The real one."""

    def test_the_map_is_read_once(self, engine: Engine, units: PostgresUnits) -> None:
        places = PostgresPlaces(engine)
        assert len(places.gazetteer()) == 0
        load_regions(SMALL_CITY, begin=units.begin)
        assert len(places.gazetteer()) == len(SMALL_CITY)
        assert places.gazetteer() is places.gazetteer()


class TestPostgresInstructors(InstructorsContract):
    """The real one."""

    def test_every_change_marks_the_calendar(
        self, begin: Begin[Work], ids: Ids, engine: Engine
    ) -> None:
        """AV-42: whoever keeps facts in memory learns of it."""
        marks = []
        with begin() as work:
            maya = work.instructors.add(some_instructor(ids))
        marks.append(_mark(engine, maya.instructor_id))
        with begin() as work:
            offering = work.offerings.add(some_offering(ids, maya.instructor_id))
        marks.append(_mark(engine, maya.instructor_id))
        with begin() as work:
            work.offerings.save(offering.withdraw(at=NOON))
        marks.append(_mark(engine, maya.instructor_id))
        with begin() as work:
            work.instructors.save(maya.teach_at(None, at=NOON))
        marks.append(_mark(engine, maya.instructor_id))
        assert marks == sorted(set(marks))


def _mark(engine: Engine, instructor_id: InstructorId) -> int:
    statement = text("SELECT changed_xid::text::bigint FROM calendars WHERE instructor_id = :id")
    with engine.connect() as connection:
        return int(connection.scalar(statement, {"id": instructor_id.value}))
