"""Statements of the hottest reads, sent by the driver itself. Source: OP-18.

SQLAlchemy spends three times what the driver does on a statement and its one row: it looks the
text up, copies the values, and dresses the row. What is asked at every request goes around that:
the same words on the same connection, prepared by the driver as everything else is.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from psycopg import Connection as DriverConnection
from psycopg import Error
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import DBAPIError

_DIALECT: Final = make_url("postgresql+psycopg://").get_dialect()()


class HotRow:
    """A read-only statement with at most one row, written like any `text` with `:names`.

    Its failures and its listeners are SQLAlchemy's: who counts statements counts these too.
    """

    __slots__ = ("_driven", "_statement")

    def __init__(self, statement: str) -> None:
        self._statement = text(statement)
        self._driven = str(self._statement.compile(dialect=_DIALECT))

    def of(self, connection: Connection, values: Mapping[str, object]) -> Any:
        """The row, by the names of its columns; None: there is none.

        Raises:
            DBAPIError: It failed, as SQLAlchemy says it.
        """
        driver = cast(DriverConnection[Any], connection.connection.driver_connection)
        for hear in connection.dispatch.before_cursor_execute:
            hear(connection, None, self._driven, values, None, False)
        try:
            with driver.cursor(row_factory=namedtuple_row) as cursor:
                return cursor.execute(self._driven, values).fetchone()
        except Error as error:
            if driver.closed:
                # SQLAlchemy finds it lost as well, and forgets what else the pool holds of it.
                return connection.execute(self._statement, values).one_or_none()
            raise DBAPIError.instance(
                self._driven, None, error, Error, hide_parameters=True, dialect=connection.dialect
            ) from error
