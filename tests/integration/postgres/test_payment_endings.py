"""Every way a lesson's money can end, on PostgreSQL."""

import pytest
from sqlalchemy import Engine

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from instainstru_core.testing.contracts.cancellation_previews import PreviewsContract
from instainstru_core.testing.contracts.claimed_money import ClaimedMoneyContract
from instainstru_core.testing.contracts.credit_lots import CreditsContract
from instainstru_core.testing.contracts.late_cancellations import LateCancellationContract
from instainstru_core.testing.contracts.locked_endings import LockedEndingsContract
from instainstru_core.testing.contracts.operators_cancellations import OperatorsContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till


@pytest.fixture
def till(engine: Engine) -> Till:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


class TestClaimedMoney(ClaimedMoneyContract):
    """On PostgreSQL."""


class TestLateCancellation(LateCancellationContract):
    """On PostgreSQL."""


class TestLockedEndings(LockedEndingsContract):
    """On PostgreSQL."""


class TestOperators(OperatorsContract):
    """On PostgreSQL."""


class TestPreviews(PreviewsContract):
    """On PostgreSQL."""


class TestCredits(CreditsContract):
    """On PostgreSQL."""
