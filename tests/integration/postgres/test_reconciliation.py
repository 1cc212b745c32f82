"""The books beside the processor's, in PostgreSQL. Source: PY-85."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from instainstru_core.payments.model.processor import BalanceKind
from instainstru_core.testing.contracts.balance_watch import BalanceWatchContract
from instainstru_core.testing.contracts.reconciliation import (
    MORNING,
    ReconciliationContract,
    night,
    take,
)
from instainstru_core.testing.fakes.books import FakeBooks
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till


@pytest.fixture
def till(engine: Engine) -> Till:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


class TestPostgresReconciliation(ReconciliationContract):
    """The real one."""


class TestBalanceWatch(BalanceWatchContract):
    """The real one."""


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE processor_transactions SET amount_cents = 1",
        "UPDATE processor_transactions SET posted = NOT posted, source = 'other'",
        "DELETE FROM processor_transactions",
    ],
)
def test_what_the_processor_told_is_never_changed(engine: Engine, till: Till, change: str) -> None:
    books = FakeBooks()
    take(till, "ch_1", 100)
    books.move(BalanceKind.CHARGE, "ch_1", 100, at=MORNING)
    assert night(till, books).agrees
    with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
        connection.execute(text(change))


def test_two_nights_open_tell_once(engine: Engine, till: Till) -> None:
    """An alarm each night, and none because a run was made again."""
    books = FakeBooks()
    take(till, "ch_1", 100)
    night(till, books)
    for _ in range(2):
        night(till, books, MORNING.date().replace(day=MORNING.day + 1))
    with engine.connect() as connection:
        told = connection.scalar(
            text("SELECT count(*) FROM events WHERE name = 'ledger.differences_overdue'")
        )
    assert told == 1
