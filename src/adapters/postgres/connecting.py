"""Connections of the pool, and what their absence means. Source: SE-24, OP-18."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from instainstru_core.kernel.errors import Unavailable


class DatabaseBusy(Unavailable):
    """Every connection was in use for longer than anybody should wait."""

    code: ClassVar[str] = "overloaded"

    def __str__(self) -> str:
        return "too many requests are waiting; try again in a moment"


class DatabaseDown(Unavailable):
    """The database does not answer, or went away."""

    code: ClassVar[str] = "database_unavailable"

    def __str__(self) -> str:
        return "the database does not answer; try again in a moment"


@contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """A connection for the block.

    Raises:
        DatabaseBusy: None became free in time.
        DatabaseDown: The database can't be reached, or was lost meanwhile.
    """
    try:
        connection = engine.connect()
    except PoolExhausted as error:
        raise DatabaseBusy from error
    except OperationalError as error:
        raise DatabaseDown from error
    with connection:
        try:
            yield connection
        except DBAPIError as error:
            if error.connection_invalidated:
                raise DatabaseDown from error
            raise
