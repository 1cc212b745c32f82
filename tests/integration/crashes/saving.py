"""Remember how everything stands, and have it stand so again: quicker than to tell it anew."""

from copy import deepcopy
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, text

from adapters.postgres.schema import whole_metadata
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.accounts import InMemoryMutexes
from instainstru_core.testing.strategies.payments import Till

_COLUMNS: Final = {
    table.name: ", ".join(f'"{each.name}"' for each in table.columns if each.computed is None)
    for table in whole_metadata().sorted_tables
}
_FILLED: Final = text(
    " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in _COLUMNS
    )
)
# Neither guards of append-only tables nor foreign keys are asked.
_UNGUARDED: Final = text("SET LOCAL session_replication_role = replica")


@frozen
class Saved:
    """One moment of a till, its database and its processor."""

    effects: int
    _till: Till
    _connection: Connection
    _tables: frozenset[str]
    _now: datetime
    _last_id: int
    _processor: Any

    @classmethod
    def of(cls, till: Till, connection: Connection) -> "Saved":
        """How everything stands; *connection* keeps the rows, and is used for nothing else."""
        with connection.begin():
            tables = frozenset(connection.scalars(_FILLED))
            for name in tables:
                connection.execute(text(f'CREATE TEMP TABLE "saved_{name}" AS TABLE "{name}"'))
        assert isinstance(till.ids, CountedIds)
        return cls(
            effects=len(till.processor.effects),
            till=till,
            connection=connection,
            tables=tables,
            now=till.clock.now(),
            last_id=till.ids._last,
            processor=deepcopy(till.processor._processor),
        )

    def restore(self) -> None:
        """Have it stand so again."""
        with self._connection.begin():
            filled = set(self._connection.scalars(_FILLED))
            self._connection.execute(_UNGUARDED)
            steps = [f'DELETE FROM "{name}";' for name in filled]
            steps += [_insertion(name) for name in self._tables]
            self._connection.execute(text("".join(steps)))
        till = self._till
        assert isinstance(till.clock, HandMovedClock)
        assert isinstance(till.ids, CountedIds)
        till.clock.set(self._now)
        till.ids._last = self._last_id
        till.processor._processor = deepcopy(self._processor)
        till.mutexes = InMemoryMutexes()


def _insertion(name: str) -> str:
    columns = _COLUMNS[name]
    into = f'INSERT INTO "{name}" ({columns}) OVERRIDING SYSTEM VALUE'
    return f'{into} SELECT {columns} FROM "saved_{name}";'
