"""Statements that go around SQLAlchemy fail, count and answer as the others do. Source: OP-18."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError

from adapters.postgres.connecting import DatabaseDown, connected
from adapters.postgres.engine import postgres_engine
from adapters.postgres.hot import HotRow

SOMEBODY = UUID(int=7)
NUMBERED = HotRow("SELECT CAST(:who AS uuid) AS who, 10 % 4 AS rest WHERE :wanted = 1")


@pytest.fixture
def own(postgres_url: str) -> Iterator[Engine]:
    """An engine of our own: its connections may be lost."""
    engine = postgres_engine(postgres_url, connections=2)
    yield engine
    engine.dispose()


def autocommitting(connection: Connection) -> Connection:
    """The same connection, as reads use it."""
    return connection.execution_options(isolation_level="AUTOCOMMIT")


def test_a_row_is_read_by_its_names(own: Engine) -> None:
    with connected(own) as connection:
        row = NUMBERED.of(autocommitting(connection), {"who": SOMEBODY, "wanted": 1})
        assert (row.who, row.rest) == (SOMEBODY, 2)


def test_no_row_is_none(own: Engine) -> None:
    with connected(own) as connection:
        assert NUMBERED.of(autocommitting(connection), {"who": SOMEBODY, "wanted": 2}) is None


def test_whoever_counts_statements_counts_it(own: Engine) -> None:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(own, "before_cursor_execute", note)
    with connected(own) as connection:
        NUMBERED.of(connection, {"who": SOMEBODY, "wanted": 1})
    assert [one for one in seen if "10 %" in one] == seen
    assert len(seen) == 1


def test_it_is_part_of_a_transaction(own: Engine) -> None:
    """What the transaction wrote is seen, and nobody else sees it once it is rolled back."""
    counted = HotRow("SELECT count(*) AS found FROM pg_class WHERE relname = :name")
    name = {"name": "hot_and_gone"}
    with connected(own) as connection:
        with connection.begin() as transaction:
            connection.execute(text("CREATE TABLE hot_and_gone ()"))
            assert counted.of(connection, name).found == 1
            transaction.rollback()
        assert counted.of(connection, name).found == 0


def test_a_failure_does_not_name_what_was_given(own: Engine) -> None:
    """SE-26, SE-35: as SQLAlchemy's do not; the connection lives on."""
    divided = HotRow("SELECT 1 / (length(:secret) - 9) AS never")
    with connected(own) as connection:
        reads = autocommitting(connection)
        with pytest.raises(DBAPIError, match="division by zero") as caught:
            divided.of(reads, {"secret": "hush hush"})
        assert "hush" not in str(caught.value)
        assert NUMBERED.of(reads, {"who": SOMEBODY, "wanted": 1}).rest == 2


def test_a_lost_database_is_down_once(own: Engine) -> None:
    """SE-24: the first to ask hears of it; what else the pool held is not tried again."""
    with connected(own) as first, connected(own) as second:
        lost = [one.scalar(text("SELECT pg_backend_pid()")) for one in (first, second)]
    with own.connect() as killer:
        here = killer.scalar(text("SELECT pg_backend_pid()"))
        other = next(pid for pid in lost if pid != here)
        killer.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": other})
        with pytest.raises(DatabaseDown), connected(own) as dying:
            NUMBERED.of(autocommitting(dying), {"who": SOMEBODY, "wanted": 1})
    with connected(own) as third, connected(own) as fourth:
        fresh = {one.scalar(text("SELECT pg_backend_pid()")) for one in (third, fourth)}
    assert fresh.isdisjoint(lost)
