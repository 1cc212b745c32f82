"""Credit is spent, comes back, is lost and earned, on PostgreSQL."""

import pytest
from sqlalchemy import Engine

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from instainstru_core.pricing.ports import FixedPricing
from instainstru_core.testing.contracts.credit_by_staff import StaffContract
from instainstru_core.testing.contracts.credit_expiry import ExpiryContract
from instainstru_core.testing.contracts.credit_figures import OTHER_FIGURES, FiguresContract
from instainstru_core.testing.contracts.milestones import MilestoneContract
from instainstru_core.testing.contracts.spending import AddingContract, SpendingContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till


@pytest.fixture
def till(engine: Engine) -> Till:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


class TestAdding(AddingContract):
    """on PostgreSQL."""


class TestExpiry(ExpiryContract):
    """on PostgreSQL."""


class TestMilestones(MilestoneContract):
    """on PostgreSQL."""


class TestSpending(SpendingContract):
    """on PostgreSQL."""


class TestStaff(StaffContract):
    """on PostgreSQL."""


class TestFigures(FiguresContract):
    """on PostgreSQL."""

    @pytest.fixture
    def till(self, engine: Engine) -> Till:
        ids, clock = CountedIds(), HandMovedClock(NOON)
        units = PostgresUnits(
            engine,
            ids,
            clock,
            Serializer().dump,
            Routes(handlers=ROUTES_OF_MONEY),
            pricing=FixedPricing(OTHER_FIGURES),
        )
        return Till.opened(
            begin=units.begin, read=units.read, ids=ids, clock=clock, pricing=OTHER_FIGURES
        )
