"""Receipts, earnings and transactions on PostgreSQL."""

import pytest
from sqlalchemy import Engine

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from instainstru_core.payments.statements.earnings import totals_of
from instainstru_core.testing.contracts.statement_corners import StatementCornersContract
from instainstru_core.testing.contracts.statements import (
    STORIES,
    StatementsContract,
    earnings,
    told,
    transactions,
    transferred,
)
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till


@pytest.fixture
def till(engine: Engine) -> Till:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


class TestStatements(StatementsContract):
    """On PostgreSQL."""


class TestCorners(StatementCornersContract):
    """On PostgreSQL."""


def test_py_68_all_stories_of_one_instructor(till: Till) -> None:
    """PY-68: the totals are the sum of the lines, and of the transfers."""
    told(till, STORIES)
    lines, rows = earnings(till), transactions(till)
    totals = totals_of(lines)
    assert len(lines) == len(rows) == len(STORIES)
    assert totals.net.cents + totals.tips.cents == transferred(till)
    assert sum(row.total_paid.cents for row in rows) == sum(each[3] for each in STORIES.values())
