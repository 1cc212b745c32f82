"""Units of work as PostgreSQL transactions, and reads without one."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from attrs import frozen
from sqlalchemy import Connection, Engine

from adapters.postgres.catalog import PostgresCatalog
from adapters.postgres.due_work import PostgresWorkItems
from adapters.postgres.instructors import (
    PostgresInstructors,
    PostgresOfferings,
    PostgresProfiles,
)
from adapters.postgres.outbox import Dump, Outbox, Routes
from adapters.postgres.places import PostgresRegions
from adapters.postgres.queries.due_work import PostgresDueWorkQueries
from adapters.postgres.queries.instructors import PostgresInstructorPages
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

    @cached_property
    def catalog(self) -> PostgresCatalog:
        """The one catalogue there is."""
        return PostgresCatalog(self._connection)

    @cached_property
    def regions(self) -> PostgresRegions:
        """The rows of the gazetteer."""
        return PostgresRegions(self._connection)

    @cached_property
    def instructors(self) -> PostgresInstructors:
        """Everyone who teaches."""
        return PostgresInstructors(self._connection, self._outbox)

    @cached_property
    def offerings(self) -> PostgresOfferings:
        """What is taught by whom."""
        return PostgresOfferings(self._connection, self._outbox)

    @cached_property
    def profiles(self) -> PostgresProfiles:
        """Drafts of profiles."""
        return PostgresProfiles(self.instructors)


class PostgresReads:
    """Every query, on one autocommitting connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def due_work(self) -> PostgresDueWorkQueries:
        """Work on file."""
        return PostgresDueWorkQueries(self._connection)

    @cached_property
    def catalog_pages(self) -> PostgresCatalog:
        """The catalogue as it is browsed."""
        return PostgresCatalog(self._connection)

    @cached_property
    def instructor_pages(self) -> PostgresInstructorPages:
        """Profiles as they are read."""
        return PostgresInstructorPages(self._connection)


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
