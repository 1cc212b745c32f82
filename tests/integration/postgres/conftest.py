"""A schema for the whole run, emptied after each test."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from adapters.postgres.engine import postgres_engine
from adapters.postgres.outbox import Routes
from adapters.postgres.schema import create_schema, whole_metadata
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.ids import Ulids
from adapters.system.serialization import Serializer
from instainstru_core.reactions import ROUTES
from instainstru_core.testing.fakes.clock import HandMovedClock

CONNECTIONS = 10
START = datetime(2030, 1, 7, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def schema(postgres_url: str) -> Iterator[Engine]:
    """An engine on a database with every table."""
    engine = postgres_engine(postgres_url, connections=CONNECTIONS, wait_seconds=20)
    try:
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        create_schema(engine)
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def engine(schema: Engine) -> Iterator[Engine]:
    """An engine on a database with every table, each as the schema leaves it."""
    yield schema
    names = ", ".join(f'"{table.name}"' for table in whole_metadata().sorted_tables)
    with schema.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


@pytest.fixture
def clock() -> HandMovedClock:
    """A clock that moves when told."""
    return HandMovedClock(START)


@pytest.fixture
def ids(clock: HandMovedClock) -> Ulids:
    """Fresh identifiers."""
    return Ulids(clock)


@pytest.fixture
def units(engine: Engine, ids: Ulids, clock: HandMovedClock) -> PostgresUnits:
    """Units of work, with every reaction's route."""
    return PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES))
