"""Our own values as JSON at rest: events, work payloads, idempotency records, configuration.

One converter, a hook per value type: ids and instants are text, money is whole cents, a state out
of several is a map with its `type`. What isn't known is refused. Every record carries the version
`v` of its shape; an older shape is brought up step by step before it is read.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Final, TypeAlias, TypeVar, Union, get_args, get_origin

from attrs import Factory, frozen, has
from cattrs import Converter

from instainstru_core.due_work.model import Payload
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.ids import EntityId
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import instant_text
from instainstru_core.kernel.zones import Zone

T = TypeVar("T")
Upcast: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]
"""Brings a record of one version to the shape of the next."""

_VERSION_KEY: Final = "v"
_TYPE_KEY: Final = "type"


class Unreadable(ValueError):
    """A stored record that this release can't read."""


@frozen(kw_only=True)
class Serializer:
    """Writes and reads our values as JSON text.

    *upcasts* holds, per class, the steps from version 1 up; their number gives the present version.
    """

    upcasts: Mapping[type, tuple[Upcast, ...]] = Factory(dict)

    def dump(self, value: object, /) -> str:
        """*value* as JSON text; an attrs value gets its version, a plain map only its values."""
        return json.dumps(self.plain(value), separators=(",", ":"), default=_plain_value)

    def plain(self, value: object, /) -> object:
        """*value* as plain JSON values."""
        written = _CONVERTER.unstructure(value)
        if has(type(value)) and isinstance(written, dict):
            written[_VERSION_KEY] = self._version(type(value))
        return written

    def load(self, kind: type[T], text: str) -> T:
        """The value of *kind* that *text* writes.

        Raises:
            Unreadable: It isn't one, or was written by a later release.
        """
        try:
            record = json.loads(text)
        except ValueError as error:
            raise Unreadable(f"not JSON where a {kind.__name__} was expected") from error
        return self.read(kind, record)

    def read(self, kind: type[T], record: Payload) -> T:
        """The value of *kind* that plain JSON values hold.

        Raises:
            Unreadable: It isn't one, or was written by a later release.
        """
        try:
            fields = dict(record)
            version = _exactly(fields.pop(_VERSION_KEY), int)
            steps = self.upcasts.get(kind, ())
            if version not in range(1, len(steps) + 2):
                raise Unreadable(f"a {kind.__name__} of version {version!r} is not known here")
            for step in steps[version - 1 :]:
                fields = step(fields)
            return _CONVERTER.structure(fields, kind)
        except Unreadable:
            raise
        except Exception as error:
            raise Unreadable(f"not a {kind.__name__} in its present shape") from error

    def _version(self, kind: type) -> int:
        return len(self.upcasts.get(kind, ())) + 1


def _plain_value(value: object) -> object:
    """For values inside plain maps, whose types nobody declared."""
    match value:
        case EntityId() | Zone():
            return str(value)
        case Money():
            return value.cents
        case datetime():
            return instant_text(value)
        case date():
            return value.isoformat()
        case frozenset() | set():
            return sorted(value)
    if has(type(value)):
        return _CONVERTER.unstructure(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _instant(text: object, _kind: type) -> datetime:
    if not isinstance(text, str) or not text.endswith("Z"):
        raise Malformed("expected an instant in UTC")
    return datetime.fromisoformat(text).astimezone(UTC)


def _day(text: object, _kind: type) -> date:
    if not isinstance(text, str):
        raise Malformed("expected a date")
    return date.fromisoformat(text)


def _money(cents: object, _kind: type) -> Money:
    if not isinstance(cents, int) or isinstance(cents, bool):
        raise Malformed("expected whole cents")
    return Money(cents)


def _entity_id(text: object, kind: type[EntityId]) -> EntityId:
    if not isinstance(text, str):
        raise Malformed("expected an id")
    return kind.parse(text)


def _zone(name: object, _kind: type) -> Zone:
    if not isinstance(name, str):
        raise Malformed("expected the name of a zone")
    return Zone(name)


def _exactly(value: object, kind: type[T]) -> T:
    """No `int("7")`, no `str(7)`: what was written as one kind is read as that kind."""
    if issubclass(kind, Enum) and type(value) in {str, int}:
        return kind(value)
    if type(value) is not kind:
        raise Malformed(f"expected {kind.__name__}, got {type(value).__name__}")
    return value


def _is_id(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, EntityId)


def _is_states(kind: object) -> bool:
    """Whether it is a union of several attrs classes, perhaps with None."""
    if get_origin(kind) not in {Union, UnionType}:
        return False
    members = [member for member in get_args(kind) if member is not NoneType]
    return len(members) > 1 and all(has(member) for member in members)


def _read_states(kind: object, converter: Converter) -> Callable[[Any, Any], object]:
    members = {member.__name__: member for member in get_args(kind) if member is not NoneType}
    may_lack = NoneType in get_args(kind)

    def read(record: Any, _kind: Any) -> object:
        if record is None and may_lack:
            return None
        fields = dict(record)
        return converter.structure(fields, members[fields.pop(_TYPE_KEY)])

    return read


def _write_states(_kind: object, converter: Converter) -> Callable[[Any], object]:
    def write(value: Any) -> object:
        if value is None:
            return None
        return {_TYPE_KEY: type(value).__name__, **converter.unstructure(value)}

    return write


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    for kind, read in ((datetime, _instant), (date, _day), (Money, _money), (Zone, _zone)):
        converter.register_structure_hook(kind, read)
    for exact in (str, int, bool):
        converter.register_structure_hook(exact, _exactly)
    converter.register_unstructure_hook(datetime, instant_text)
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_unstructure_hook(Money, lambda amount: amount.cents)
    converter.register_unstructure_hook(Zone, str)
    converter.register_structure_hook_func(_is_id, _entity_id)
    converter.register_unstructure_hook_func(_is_id, str)
    converter.register_structure_hook_factory(_is_states)(_read_states)
    converter.register_unstructure_hook_factory(_is_states)(_write_states)
    return converter


_CONVERTER: Final = _converter()
