"""Snapshots of frozen values, and what a unit of work leaves beside them."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar, cast

from attrs import Factory, define

from instainstru_core.due_work.model import NewWork
from instainstru_core.kernel.events import Event

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


@define
class Tables:
    """Named tables of one snapshot; a table is copied when it is first asked for."""

    _before: Mapping[str, dict[Any, Any]] = Factory(dict)
    _touched: dict[str, dict[Any, Any]] = Factory(dict)

    def of(self, name: str, _key: type[KeyT], _value: type[ValueT]) -> dict[KeyT, ValueT]:
        """The table called *name*, typed."""
        if name not in self._touched:
            self._touched[name] = dict(self._before.get(name, {}))
        return cast("dict[KeyT, ValueT]", self._touched[name])

    def where(
        self, name: str, key: type[KeyT], value: type[ValueT], attribute: str, wanted: object
    ) -> Sequence[ValueT]:
        """The rows of a table of which *attribute*, a dotted name, is *wanted*."""
        read = attrgetter(attribute)
        return [row for row in self.of(name, key, value).values() if read(row) == wanted]

    def kept(self) -> dict[str, dict[Any, Any]]:
        """Every table as this snapshot leaves it."""
        return {**self._before, **self._touched}


@define
class InMemoryOutbox:
    """Collects a unit's events and work."""

    events: list[Event] = Factory(list)
    work: list[NewWork] = Factory(list)

    def record(self, events: tuple[Event, ...]) -> None:
        """Keep *events* for the end of the unit."""
        self.events.extend(events)

    def file(self, work: NewWork) -> None:
        """Keep *work* for the end of the unit."""
        self.work.append(work)
