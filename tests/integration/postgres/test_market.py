"""The market on PostgreSQL: one statement a search keeps it true."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, event

from adapters.postgres.places import PostgresPlaces
from adapters.postgres.roster import PostgresRoster
from adapters.postgres.supply import PostgresMarket
from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.instructors.use_cases.go_live import GoLive, go_live
from instainstru_core.instructors.use_cases.pause_listing import PauseListing, pause_listing
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.ports import Work
from instainstru_core.testing.contracts.markets import MarketContract


class TestPostgresMarket(MarketContract):
    """The real one."""

    @pytest.fixture
    def begin(self, units: PostgresUnits) -> Begin[Work]:
        return units.begin

    @pytest.fixture
    def places(self, engine: Engine) -> PostgresPlaces:
        return PostgresPlaces(engine)

    @pytest.fixture
    def market(self, engine: Engine, clock: Clock, places: PostgresPlaces) -> PostgresMarket:
        return PostgresMarket(engine, PostgresRoster(engine, clock), places)

    @pytest.fixture
    def statements(self, engine: Engine) -> Iterator[list[str]]:
        """What is sent to the database."""
        sent: list[str] = []

        def note(_c: object, _cur: object, statement: str, *_: object) -> None:
            sent.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        yield sent
        event.remove(engine, "before_cursor_execute", note)

    def test_asks_the_database_once(self, statements: list[str]) -> None:
        self.teacher()
        assert len(self.found()) == 1
        assert len(self.found()) == 1
        statements.clear()
        assert len(self.found()) == 1
        assert len(statements) == 1

    def test_two_processes_see_the_same(
        self, engine: Engine, clock: Clock, places: PostgresPlaces
    ) -> None:
        """SR-31: what one process changed, another finds changed at its next search."""
        offering = self.teacher()
        here = self._market
        there = PostgresMarket(engine, PostgresRoster(engine, clock), places)
        me = offering.instructor_id
        for market in (here, there):
            self._market = market
            assert self.found() == [me]
        pause_listing(PauseListing(instructor_id=me), begin=self._begin, clock=clock)
        for market in (here, there):
            self._market = market
            assert self.found() == []

    def test_searches_from_many_threads(self) -> None:
        offering = self.teacher()
        me = offering.instructor_id

        def flip(_: int) -> None:
            pause_listing(PauseListing(instructor_id=me), begin=self._begin, clock=self._clock)
            go_live(GoLive(instructor_id=me), begin=self._begin, clock=self._clock)

        with ThreadPoolExecutor(6) as pool:
            searches = [pool.submit(self.found) for _ in range(60)]
            for n in range(10):
                flip(n)
            answers = [each.result() for each in searches]
        assert all(answer in ([], [me]) for answer in answers)
        assert self.found() == [me]
