"""What the doctor says of the books and of those who wait. Source: PY-58, PY-85, §11.7."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from adapters.system.signing import Ed25519Signer
from entrypoints.cli import money
from entrypoints.settings import Settings, read_settings
from entrypoints.tiers import Refused
from instainstru_core.payments.use_cases.books.sign_chain import sign_chain
from instainstru_core.testing.contracts.balance_watch import opened, watch
from instainstru_core.testing.contracts.reconciliation import DAY, night, take
from instainstru_core.testing.contracts.tip_refunds import given_up
from instainstru_core.testing.fakes.books import FakeBooks
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.refunds import disputed, settled
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till


@pytest.fixture
def till(engine: Engine) -> Till:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


@pytest.fixture
def settings(postgres_url: str, valkey_url: str, tmp_path: Path) -> Settings:
    return read_settings(
        {"DATABASE_URL": postgres_url, "VALKEY_URL": valkey_url, "DATA_DIR": str(tmp_path)}
    )


def test_the_newest_part_of_the_chain_is_looked_at(
    engine: Engine, till: Till, settings: Settings
) -> None:
    """§11.7: from what was signed last; whoever changed it is told of, and what to do."""
    assert "0 journals since the beginning" in money.chain(settings)
    settled(till)
    signer = Ed25519Signer.of(settings.keys.ledger)
    till.clock.move(timedelta(days=1))
    day = sign_chain(begin=till.begin, signer=signer, clock=till.clock).day
    assert f"sound: 1 journals since what was signed for {day}" in money.chain(settings)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE ledger_digests SET signature = 'abcd'"))
    with pytest.raises(Refused, match=r"digest forged.*verify-books"):
        money.chain(settings)


def test_py_85_overdue_differences_are_ills(till: Till, settings: Settings) -> None:
    """PY-85: open for a night they are counted; for two, they are an ill."""
    assert money.differences(settings) == "0 open, 0 of them overdue"
    books = FakeBooks()
    take(till, "ch_1", 1000)
    night(till, books)
    assert money.differences(settings) == "1 open, 0 of them overdue"
    night(till, books, DAY + timedelta(days=1))
    where = f"1 open, 1 of them overdue: see .*/reconciliations/{DAY + timedelta(days=1)}/items"
    with pytest.raises(Refused, match=where):
        money.differences(settings)


def test_py_86_another_balance_is_an_ill_at_once(till: Till, settings: Settings) -> None:
    books = opened(till)
    books.unlisted_cents = 5
    watch(till, books)
    with pytest.raises(Refused, match="the processor states another balance"):
        money.differences(settings)


def test_py_58_who_waits_for_a_person_is_counted(till: Till, settings: Settings) -> None:
    """PY-58: by the reason, with where to look; that is work to do, and no ill."""
    assert money.reviews(settings) == "nothing waits for a person"
    disputed(till, given_up(till))
    found = money.reviews(settings)
    assert "2 wait for a person (chargeback 1, tip_transfer_failed 1)" in found
    assert "/admin/payments?payment_state=manual_review" in found
    assert "/admin/tips" in found
