"""PostgreSQL keeps the contracts of catalogue, places and instructors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from adapters.postgres.places import PostgresPlaces
from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.catalog.use_cases.load_catalog import load_catalog
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.queries import InstructorPage
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.places.use_cases.load_regions import load_regions
from instainstru_core.ports import Reads, Work
from instainstru_core.testing.contracts.catalogs import CatalogContract, small_catalog
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

    def test_what_did_not_change_is_not_read_again(
        self, engine: Engine, units: PostgresUnits
    ) -> None:
        """OP-17: one statement finds that out."""
        load_catalog(small_catalog(), begin=units.begin)
        with units.read() as reads:
            before = reads.catalog_pages.tree()
        with statements_on(engine) as statements, units.read() as reads:
            assert reads.catalog_pages.tree() is before
        assert len(statements) == 1

    def test_what_another_process_changed_is_read_again(
        self, units: PostgresUnits, engine: Engine
    ) -> None:
        """OP-17: nothing stale is ever shown."""
        load_catalog(small_catalog(), begin=units.begin)
        with units.read() as reads:
            assert "piano" in [each.slug for each in reads.catalog_pages.tree().shown_services()]
        with engine.begin() as connection:
            connection.execute(text("UPDATE services SET is_active = false WHERE slug = 'piano'"))
        with units.read() as reads:
            shown = [each.slug for each in reads.catalog_pages.tree().shown_services()]
        assert "piano" not in shown
        with engine.begin() as connection:
            connection.execute(text("UPDATE services SET is_active = true WHERE slug = 'piano'"))
        with units.read() as reads:
            assert "piano" in [each.slug for each in reads.catalog_pages.tree().shown_services()]


@contextmanager
def statements_on(engine: Engine) -> Iterator[list[str]]:
    """Every statement of the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


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

    def test_a_page_that_did_not_change_is_not_read_again(
        self, begin: Begin[Work], ids: Ids, engine: Engine, units: PostgresUnits
    ) -> None:
        """OP-17: one statement finds that out, whoever changed it."""
        with begin() as work:
            maya = work.instructors.add(some_instructor(ids)).instructor_id
            offering = work.offerings.add(some_offering(ids, maya))
        before = _page(units, maya)
        with statements_on(engine) as statements:
            assert _page(units, maya) is before
        assert len(statements) == 1
        with begin() as work:
            work.offerings.save(offering.withdraw(at=NOON))
        after = _page(units, maya)
        assert not after.active_offerings
        for change in (
            "UPDATE instructors SET bio = 'Another.'",
            "UPDATE services SET name = 'Pianoforte' WHERE slug = 'piano'",
            "UPDATE services SET name = 'Piano' WHERE slug = 'piano'",
            "UPDATE offerings SET description = 'New.'",
        ):
            with engine.begin() as connection:
                connection.execute(text(change))
            assert _page(units, maya) != after
            after = _page(units, maya)


def _mark(engine: Engine, instructor_id: InstructorId) -> int:
    statement = text("SELECT changed_xid::text::bigint FROM calendars WHERE instructor_id = :id")
    with engine.connect() as connection:
        return int(connection.scalar(statement, {"id": instructor_id.value}))


def _page(units: PostgresUnits, instructor_id: InstructorId) -> InstructorPage:
    with units.read() as reads:
        return reads.instructor_pages.page(instructor_id)
