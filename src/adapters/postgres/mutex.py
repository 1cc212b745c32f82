"""Locks in PostgreSQL, for when the usual place of locks is down. Source: SE-12."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from attrs import frozen
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from adapters.postgres.connecting import connected
from instainstru_core.kernel.errors import OperationInProgress
from instainstru_core.kernel.mutex import MUTEX_LIFE

_TAKE = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))")
_GIVE_BACK = text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))")


@frozen
class AdvisoryMutexes:
    """The `Mutexes` port: a session's advisory locks, each on a connection of its own.

    Give it an engine of its own: whoever holds a lock still needs a connection for the work, and
    must never wait for one behind others who do the same. A lock ends with its block or with its
    connection, so a process that dies leaves none; *life* needs no clock here.
    """

    _engine: Engine

    @contextmanager
    def hold(self, name: str, *, life: timedelta = MUTEX_LIFE) -> Iterator[None]:  # noqa: ARG002
        """Hold the lock for the block.

        Raises:
            Unavailable: No connection could be had: it is not known who holds the lock.
        """
        with connected(self._engine) as connection:
            autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
            if not autocommit.scalar(_TAKE, {"name": name}):
                raise OperationInProgress("the same thing is being done right now; ask again soon")
            try:
                yield
            finally:
                _give_back(autocommit, name)


def _give_back(connection: Connection, name: str) -> None:
    try:
        connection.execute(_GIVE_BACK, {"name": name})
    except DBAPIError:
        # The lock lives as long as its session: end that, and never lend it with a lock.
        connection.invalidate()
