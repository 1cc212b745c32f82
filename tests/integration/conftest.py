"""The servers that integration tests run on: private ones, unless the environment names others."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, text

from adapters.embedded.postgres import postgres_server
from adapters.embedded.valkey import valkey_server
from adapters.postgres.engine import postgres_engine
from adapters.postgres.outbox import Routes
from adapters.postgres.schema import create_schema
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.ids import Ulids
from adapters.system.serialization import Serializer
from entrypoints.tiers import Tier, vet_url
from instainstru_core.reactions import AWAITED, ROUTES
from instainstru_core.testing.fakes.clock import HandMovedClock
from tests.integration.emptying import empty

CONNECTIONS = 10
START = datetime(2030, 1, 7, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """An empty database on a server of this run (or of `DATABASE_URL`), one per test worker."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"instainstru_test_{worker}"
    if given := os.environ.get("DATABASE_URL"):
        vet_url(Tier.INT, given)
        with _fresh_database(given, name) as url:
            yield url
        return
    directory = Path(tempfile.mkdtemp(prefix="ii-pg-"))
    with postgres_server(directory, durable=False, remove_after=True) as server:
        yield server.ensure_database(name)


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A server of this run, or of `VALKEY_URL`."""
    if given := os.environ.get("VALKEY_URL"):
        yield given
        return
    with valkey_server(Path(tempfile.mkdtemp(prefix="ii-vk-")), remove_after=True) as server:
        yield server.url


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
    """An engine on a database with every table, and no row."""
    yield schema
    empty(schema)


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
    return PostgresUnits(
        engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES, awaited=AWAITED)
    )


@contextmanager
def _fresh_database(server: str, name: str) -> Iterator[str]:
    identifier = sql.Identifier(name)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier)
    parts = urlsplit(server)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
        yield urlunsplit(parts._replace(path=f"/{name}"))
        connection.execute(drop)
