"""External calendars in PostgreSQL."""

import pytest
from sqlalchemy import Engine, text

from adapters.postgres.roster import PostgresRoster
from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.kernel.ids import Ids
from instainstru_core.testing.contracts.feeds import START, FeedsContract, a_feed
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.strategies.booking import open_classroom


class TestPostgresFeeds(FeedsContract):
    """The suite on the real one."""

    @pytest.fixture
    def roster(self, engine: Engine, clock: HandMovedClock) -> PostgresRoster:
        return PostgresRoster(engine, clock)


def test_a_feed_that_somebody_is_reading_is_passed_over(units: PostgresUnits, ids: Ids) -> None:
    room = open_classroom(units.begin, ids)
    with units.begin() as work:
        feed = work.feeds.add(a_feed(room, ids))
    with units.begin() as reading, units.begin() as looking:
        assert [*reading.feeds.due(now=START, limit=9)] == [feed]
        assert [*looking.feeds.due(now=START, limit=9)] == []


def test_who_leaves_takes_the_calendars_along(
    units: PostgresUnits, ids: Ids, engine: Engine
) -> None:
    room = open_classroom(units.begin, ids)
    with units.begin() as work:
        work.feeds.add(a_feed(room, ids))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM offerings"))
        connection.execute(text("DELETE FROM instructors"))
        assert connection.scalar(text("SELECT count(*) FROM external_calendars")) == 0
