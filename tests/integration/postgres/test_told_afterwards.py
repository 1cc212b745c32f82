"""What is told and done of a lesson's money after it ended, on PostgreSQL."""

import pytest
from sqlalchemy import Engine

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from instainstru_core.testing.contracts.review_counts import ReviewCountsContract
from instainstru_core.testing.contracts.told_afterwards import ToldAfterwardsContract
from instainstru_core.testing.contracts.unlocked_refunds import UnlockedRefundsContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till


@pytest.fixture
def till(engine: Engine) -> Till:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


class TestToldAfterwards(ToldAfterwardsContract):
    """On PostgreSQL."""


class TestUnlockedRefunds(UnlockedRefundsContract):
    """On PostgreSQL."""


class TestReviewCounts(ReviewCountsContract):
    """On PostgreSQL."""
