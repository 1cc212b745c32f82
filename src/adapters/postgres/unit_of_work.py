"""Units of work as PostgreSQL transactions, and reads without one."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from attrs import frozen
from sqlalchemy import Connection, Engine

from adapters.postgres.due_work import PostgresWorkItems
from adapters.postgres.outbox import Dump, Outbox, Routes
from adapters.postgres.queries.due_work import PostgresDueWorkQueries
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock


class PostgresWork:
    """Every repository, on one transaction; each is made when first asked for."""

    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    @cached_property
    def work_items(self) -> PostgresWorkItems:
        """Everything still to be done."""
        return PostgresWorkItems(self._connection, self._outbox)


class PostgresReads:
    """Every query, on one autocommitting connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def due_work(self) -> PostgresDueWorkQueries:
        """Work on file."""
        return PostgresDueWorkQueries(self._connection)


@frozen
class PostgresUnits:
    """Begins units of work, and reads, on connections of one engine."""

    _engine: Engine
    _ids: Ids
    _clock: Clock
    _dump: Dump
    _routes: Routes

    @contextmanager
    def begin(self) -> Iterator[PostgresWork]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        with self._engine.begin() as connection:
            outbox = Outbox(connection, self._ids, self._clock, self._dump, self._routes)
            yield PostgresWork(connection, outbox)
            outbox.flush()

    @contextmanager
    def read(self) -> Iterator[PostgresReads]:
        """A connection in autocommit: each statement stands alone, without BEGIN and ROLLBACK."""
        with self._engine.connect() as connection:
            yield PostgresReads(connection.execution_options(isolation_level="AUTOCOMMIT"))
