"""Migrating: under a lock, once, and never another tier's database. Source: SE-40, OP-3."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from adapters.postgres.engine import postgres_engine
from adapters.postgres.migrate import WrongTier, check_tier, migrate, schema_state


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engine]:
    """An engine on the empty database."""
    engine = postgres_engine(empty_url, connections=8)
    yield engine
    engine.dispose()


def test_new_database_comes_to_the_newest_schema_and_is_stamped(empty: Engine) -> None:
    assert schema_state(empty).at is None
    state = migrate(empty, tier="INT")
    assert state.is_current
    assert state.newest is not None
    check_tier(empty, tier="INT")


def test_migrating_again_changes_nothing(empty: Engine) -> None:
    first = migrate(empty, tier="INT")
    with empty.connect() as connection:
        stamped = connection.scalar(text("SELECT stamped_at FROM tier_stamp"))
    assert migrate(empty, tier="INT") == first
    with empty.connect() as connection:
        assert connection.scalar(text("SELECT stamped_at FROM tier_stamp")) == stamped


def test_rivals_wait_for_each_other(empty: Engine) -> None:
    with ThreadPoolExecutor(3) as pool:
        states = list(pool.map(lambda _: migrate(empty, tier="INT"), range(3)))
    assert states == [states[0]] * 3
    assert states[0].is_current


def test_other_tiers_database_is_neither_migrated_nor_served(empty: Engine) -> None:
    migrate(empty, tier="STG")
    with pytest.raises(WrongTier, match="stamped STG"):
        migrate(empty, tier="INT")
    with pytest.raises(WrongTier, match="stamped STG"):
        check_tier(empty, tier="INT")
    check_tier(empty, tier="STG")


def test_unstamped_database_is_not_served(empty: Engine) -> None:
    """Source: SE-42."""
    with pytest.raises(WrongTier, match="by no tier"):
        check_tier(empty, tier="INT")
