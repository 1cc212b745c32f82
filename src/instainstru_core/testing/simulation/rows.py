"""Tables that are changed in place, know how to undo it, and find rows by what they hold.

A unit of the ordinary store copies each table that it touches: right for a test, too slow for
months. These keep the same promise, kept or undone as a whole, where units never overlap.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, TypeVar, cast

from attrs import Factory, define, frozen

from instainstru_core.testing.memory.tables import Tables

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")
NOT_THERE: Final[Any] = object()


@frozen
class Change:
    """What one assignment or removal found before it."""

    rows: "Rows"
    key: Any
    before: Any

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.rows.name

    @property
    def after(self) -> Any:
        """The row as it is now; None when it is gone."""
        return self.rows.get(self.key)


class Rows(dict[Any, Any]):
    """One table; every change is written into a log before it happens."""

    def __init__(self, name: str, log: list[Change]) -> None:
        super().__init__()
        self.name = name
        self._log = log
        self._indexes: dict[str, dict[Any, dict[Any, Any]]] = {}
        self._readers: list[tuple[Callable[[Any], Any], dict[Any, dict[Any, Any]]]] = []

    def __setitem__(self, key: Any, row: Any) -> None:
        before = self.get(key, NOT_THERE)
        self._log.append(Change(self, key, before))
        self._put(key, before, row)

    def __delitem__(self, key: Any) -> None:
        before = self[key]
        self._log.append(Change(self, key, before))
        self._drop(key, before)

    def pop(self, key: Any, *default: Any) -> Any:
        """As a dict's."""
        if key not in self:
            return super().pop(key, *default)
        row = self[key]
        del self[key]
        return row

    def update(self, *others: Any, **named: Any) -> None:
        """As a dict's."""
        for key, row in dict(*others, **named).items():
            self[key] = row

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """As a dict's."""
        if key not in self:
            self[key] = default
        return self[key]

    def clear(self) -> None:
        """As a dict's."""
        for key in list(self):
            del self[key]

    def popitem(self) -> tuple[Any, Any]:
        """As a dict's: the row that came last."""
        if not self:
            raise KeyError("the table is empty")
        key = next(reversed(self))
        row = self[key]
        del self[key]
        return key, row

    def where(self, attribute: str, wanted: object) -> Sequence[Any]:
        """The rows of which *attribute* is *wanted*, in the order in which they came to be so."""
        if attribute not in self._indexes:
            index: dict[Any, dict[Any, Any]] = {}
            read = attrgetter(attribute)
            for key, row in self.items():
                index.setdefault(read(row), {})[key] = row
            self._indexes[attribute] = index
            self._readers.append((read, index))
        return list(self._indexes[attribute].get(wanted, {}).values())

    def undo(self, change: Change) -> None:
        """Put back what *change* replaced."""
        now = self.get(change.key, NOT_THERE)
        if change.before is NOT_THERE:
            if now is not NOT_THERE:
                self._drop(change.key, now)
        else:
            self._put(change.key, now, change.before)

    def _put(self, key: Any, before: Any, row: Any) -> None:
        super().__setitem__(key, row)
        for read, index in self._readers:
            value = read(row)
            if before is not NOT_THERE:
                was = read(before)
                if was != value:
                    del index[was][key]
            index.setdefault(value, {})[key] = row

    def _drop(self, key: Any, before: Any) -> None:
        super().__delitem__(key)
        for read, index in self._readers:
            del index[read(before)][key]


@define
class LiveTables(Tables):
    """Every table there is, as it stands; *log* is what the unit at work has changed so far."""

    log: list[Change] = Factory(list)
    _rows: dict[str, Rows] = Factory(dict)

    def of(self, name: str, _key: type[KeyT], _value: type[ValueT]) -> dict[KeyT, ValueT]:
        """The table called *name*, typed."""
        return cast("dict[KeyT, ValueT]", self.named(name))

    def where(
        self, name: str, _key: type[KeyT], _value: type[ValueT], attribute: str, wanted: object
    ) -> Sequence[ValueT]:
        """The rows of a table of which *attribute* is *wanted*."""
        return self.named(name).where(attribute, wanted)

    def named(self, name: str) -> Rows:
        """The table called *name*."""
        if (rows := self._rows.get(name)) is None:
            rows = self._rows[name] = Rows(name, self.log)
        return rows

    def kept(self) -> dict[str, dict[Any, Any]]:
        """Every table as it is."""
        return {name: dict(rows) for name, rows in self._rows.items()}

    def take_back(self) -> None:
        """Undo everything that is in the log, the latest first."""
        for change in reversed(self.log):
            change.rows.undo(change)
        self.log.clear()

    def keep(self) -> Sequence[Change]:
        """Everything that is in the log is kept; the log is empty again."""
        changes = tuple(self.log)
        self.log.clear()
        return changes

    def all_rows(self) -> Mapping[str, Rows]:
        """Every table by its name."""
        return self._rows
