"""What a caller hears when there is no connection to be had. Source: SE-24."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.postgres.connecting import DatabaseBusy, DatabaseDown, connected
from adapters.postgres.engine import postgres_engine


def test_a_pool_that_is_used_up_says_busy(postgres_url: str) -> None:
    engine = postgres_engine(postgres_url, connections=1, wait_seconds=0.05)
    try:
        with connected(engine), pytest.raises(DatabaseBusy) as caught, connected(engine):
            raise AssertionError("got a second connection")
        assert caught.value.retry_after_seconds == 2
    finally:
        engine.dispose()


def test_a_database_that_cannot_be_reached_is_down() -> None:
    engine = postgres_engine("postgresql://nobody@127.0.0.1:1/test", connections=1)
    with pytest.raises(DatabaseDown), connected(engine):
        raise AssertionError("got a connection")


def test_a_connection_that_is_lost_is_replaced(postgres_url: str) -> None:
    """The caller is told; the next one gets a fresh connection."""
    engine = postgres_engine(postgres_url, connections=1)
    try:
        with pytest.raises(DatabaseDown), connected(engine) as connection:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        with connected(engine) as connection:
            assert connection.scalar(text("SELECT 1")) == 1
    finally:
        engine.dispose()


def test_errors_do_not_name_what_was_given(postgres_url: str) -> None:
    """SE-26, SE-35: an error goes to the log, and what people typed does not."""
    engine = postgres_engine(postgres_url, connections=1)
    try:
        with connected(engine) as connection, pytest.raises(DBAPIError) as caught:
            connection.execute(text("SELECT 1 / (length(:secret) - 9)"), {"secret": "hush hush"})
        assert "hush" not in str(caught.value)
    finally:
        engine.dispose()
