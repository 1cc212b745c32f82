"""The servers that integration tests run on: private ones, unless the environment names others."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from adapters.embedded.postgres import postgres_server
from adapters.embedded.valkey import valkey_server
from entrypoints.tiers import Tier, vet_url


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
