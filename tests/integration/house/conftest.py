"""What the tests of the house share."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

NAME = "instainstru_migrate_test"


@pytest.fixture
def empty_url(postgres_url: str) -> Iterator[str]:
    """A database without anything, on the run's server."""
    plain = postgres_url.replace("postgresql+psycopg://", "postgresql://")
    here = psycopg.conninfo.conninfo_to_dict(plain)["dbname"]
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME))
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
        yield plain.replace(f"/{here}", f"/{NAME}", 1)
        connection.execute(drop)
