"""A server or worker that must not run says why, and doesn't. Source: SE-40, SE-42."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from sqlalchemy import text

from adapters.postgres.engine import postgres_engine
from adapters.postgres.migrate import migrate

PROGRAMS = ["entrypoints.http", "entrypoints.workers"]


def start(program: str, url: str, valkey_url: str, directory: Path) -> tuple[int, str]:
    """Run *program* on the database at *url* until it gives up: its status, and what it said."""
    # What it runs before it gives up is counted elsewhere: to count it is dearer than to run it.
    passed = {name: os.environ[name] for name in os.environ if not name.startswith("COVERAGE_")}
    passed.pop("SITE_MODE", None)
    environment = {
        **passed,
        "CI": "1",
        "DATABASE_URL": url,
        "VALKEY_URL": valkey_url,
        "DATA_DIR": str(directory),
        "PYTHONPATH": "src",
    }
    ended = subprocess.run(
        [sys.executable, "-m", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return ended.returncode, ended.stderr


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_database_without_a_stamp_is_not_served(
    program: str, empty_url: str, valkey_url: str, tmp_path: Path
) -> None:
    """SE-42: missing tier stamp."""
    status, said = start(program, empty_url, valkey_url, tmp_path)
    assert (status, "Traceback" in said) == (2, False)
    assert "stamped by no tier" in said
    assert "run `migrate`" in said


@pytest.mark.parametrize("program", PROGRAMS)
def test_another_tiers_database_is_not_served(
    program: str, empty_url: str, valkey_url: str, tmp_path: Path
) -> None:
    """SE-40: the stamp decides, whatever the URL says."""
    engine = postgres_engine(empty_url, connections=2)
    migrate(engine, tier="STG")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT tier FROM tier_stamp")) == "STG"
    engine.dispose()
    status, said = start(program, empty_url, valkey_url, tmp_path)
    assert (status, "Traceback" in said) == (2, False)
    assert "stamped STG" in said


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_unreachable_database_is_said_so_without_its_password(
    program: str, empty_url: str, valkey_url: str, tmp_path: Path
) -> None:
    """SE-26, SE-42: who can't be asked can't be trusted, and secrets stay out of errors."""
    parts = urlsplit(empty_url)
    away = urlunsplit(parts._replace(netloc="me:hush-hush@127.0.0.1:1", query=""))
    status, said = start(program, away, valkey_url, tmp_path)
    assert (status, "Traceback" in said) == (2, False)
    assert "can't be reached" in said
    assert "hush" not in said
