"""Our values as JSON at rest, and back."""

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, ClassVar, Union, get_args, get_origin
from uuid import UUID

import pytest
from attrs import fields, frozen, has, resolve_types
from hypothesis import given, settings
from hypothesis import strategies as st

import instainstru_core
from adapters.system.serialization import Serializer, Unreadable
from instainstru_core.due_work.ids import EventId, WorkId
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.ids import EntityId
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import NEW_YORK, Zone
from instainstru_core.testing.memory.due_work import event_payload

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
INSTANTS = st.integers(0, 10**16).map(lambda n: NOON + timedelta(microseconds=n))


def every_event() -> Iterator[type[Event]]:
    """Each concrete event of the platform."""
    for module in pkgutil.walk_packages(instainstru_core.__path__, "instainstru_core."):
        if ".testing" not in module.name:
            importlib.import_module(module.name)
    pending = Event.__subclasses__()
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        # attrs makes a slotted class anew: the one its module holds is the one in use.
        # One without a name of its own is only what others build on.
        known = vars(sys.modules[kind.__module__])
        is_ours = known["__name__"].startswith("instainstru_core.")
        if is_ours and known[kind.__name__] is kind and "name" in vars(kind):
            yield kind


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value that a field of this type may hold."""
    return _found(kind)


@cache
def _found(kind: Any) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return st.one_of(*(values_of(member) for member in arguments))
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
        return st.tuples(*(values_of(member) for member in arguments))
    if origin is Mapping:
        return st.dictionaries(*(values_of(member) for member in arguments), max_size=3)
    if origin is frozenset:
        return st.frozensets(values_of(arguments[0]), max_size=3)
    simple: dict[Any, st.SearchStrategy[Any]] = {
        NoneType: st.none(),
        bool: st.booleans(),
        date: st.dates(date(2020, 1, 1), date(2040, 1, 1)),
        datetime: INSTANTS,
        int: st.integers(0, 1000),
        str: st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        Interval: st.builds(
            Interval.lasting, INSTANTS, st.integers(1, 600).map(lambda n: timedelta(minutes=n))
        ),
        Money: st.integers(0, 10**9).map(Money),
        Zone: st.sampled_from([NEW_YORK, Zone("Australia/Lord_Howe")]),
    }
    if kind in simple:
        return simple[kind]
    if isinstance(kind, type) and issubclass(kind, EntityId):
        return st.integers(0, 2**128 - 1).map(lambda number: kind(UUID(int=number)))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    assert has(kind), f"no values known for {kind}"
    resolve_types(kind)
    return st.builds(kind, **{f.name: values_of(f.type) for f in fields(kind) if f.init})


EVENTS = sorted(every_event(), key=lambda kind: kind.name)


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.name)
@settings(max_examples=20)
@given(data=st.data())
def test_every_event_survives_the_round_trip(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(values_of(kind))
    assert Serializer().load(kind, Serializer().dump(event)) == event


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.name)
@settings(max_examples=20)
@given(data=st.data())
def test_handlers_find_the_same_payload_in_memory(kind: type[Event], data: st.DataObject) -> None:
    """The twin files reactions as the database does."""
    event = data.draw(values_of(kind))
    assert json.loads(Serializer().dump(event)) == event_payload(event)


def test_event_names_are_unique_and_dotted() -> None:
    names = [kind.name for kind in EVENTS]
    assert len(set(names)) == len(names)
    assert all(name.count(".") == 1 for name in names)


@frozen
class Idle:
    pass


@frozen
class Busy:
    until: datetime


@frozen
class Idler:
    since: date


@frozen(kw_only=True)
class Noted(Event):
    """An event of every kind of field."""

    name: ClassVar[str] = "test.noted"
    work_id: WorkId
    price: Money
    lesson: Interval
    zone: Zone
    formats: tuple[Format, ...]
    state: Idle | Busy | Idler
    earlier: Idle | Busy | None
    note: str | None
    count: int
    sure: bool


NOTED = Noted(
    occurred_at=NOON,
    work_id=WorkId(UUID(int=1)),
    price=Money(1999),
    lesson=Interval.lasting(NOON, timedelta(hours=1)),
    zone=NEW_YORK,
    formats=(Format.TRAVEL, Format.ONLINE),
    state=Busy(NOON),
    earlier=None,
    note="café",
    count=3,
    sure=True,
)
GOLDEN = {
    "occurred_at": "2030-01-07T12:00:00Z",
    "work_id": "00000000000000000000000001",
    "price": 1999,
    "lesson": {"starts_at": "2030-01-07T12:00:00Z", "ends_at": "2030-01-07T13:00:00Z"},
    "zone": "America/New_York",
    "formats": ["travel", "online"],
    "state": {"type": "Busy", "until": "2030-01-07T12:00:00Z"},
    "earlier": None,
    "note": "café",
    "count": 3,
    "sure": True,
    "v": 1,
}


def test_the_shape_at_rest() -> None:
    """Golden: stored rows are read by later releases."""
    assert json.loads(Serializer().dump(NOTED)) == GOLDEN
    assert Serializer().read(Noted, GOLDEN) == NOTED


@given(values_of(Noted))
def test_any_value_survives_the_round_trip(noted: Noted) -> None:
    assert Serializer().load(Noted, Serializer().dump(noted)) == noted


@pytest.mark.parametrize(
    "change",
    [
        {"unknown": 1},
        {"v": 2},
        {"v": 0},
        {"v": "1"},
        {"v": True},
        {"count": "3"},
        {"count": 3.0},
        {"count": True},
        {"note": 3},
        {"sure": 1},
        {"price": -1},
        {"price": 19.99},
        {"price": True},
        {"work_id": "1"},
        {"work_id": 1},
        {"zone": "Mars/Olympus"},
        {"zone": 1},
        {"occurred_at": "2030-01-07T12:00:00"},
        {"occurred_at": "soon"},
        {"occurred_at": 1893931200},
        {"formats": ["flying"]},
        {"state": {"type": "Gone"}},
        {"state": {"until": "2030-01-07T12:00:00Z"}},
        {"state": {"type": "Idler", "since": 3}},
        {"state": None},
    ],
    ids=str,
)
def test_what_is_not_known_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        Serializer().read(Noted, GOLDEN | change)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", "{}"])
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        Serializer().load(Noted, text)


def test_older_shapes_are_brought_up_step_by_step() -> None:
    def rename(record: dict[str, Any]) -> dict[str, Any]:
        record["price"] = record.pop("cost")
        return record

    def count_up(record: dict[str, Any]) -> dict[str, Any]:
        return {**record, "count": record.get("count", 0) + 1}

    serializer = Serializer(upcasts={Noted: (rename, count_up)})
    first = {key: value for key, value in GOLDEN.items() if key != "price"}
    first |= {"cost": 1999, "count": 2}
    assert serializer.read(Noted, first) == NOTED
    assert serializer.read(Noted, GOLDEN | {"v": 2, "count": 2}) == NOTED
    assert json.loads(serializer.dump(NOTED)) == GOLDEN | {"v": 3}


def test_plain_maps_hold_our_values_too() -> None:
    payload = {
        "id": EventId(UUID(int=2)),
        "zone": NEW_YORK,
        "price": Money(5),
        "at": NOON,
        "day": date(2030, 1, 7),
        "formats": frozenset({Format.ONLINE, Format.TRAVEL}),
        "lesson": Interval.lasting(NOON, timedelta(hours=1)),
    }
    assert json.loads(Serializer().dump(payload)) == {
        "id": "00000000000000000000000002",
        "zone": "America/New_York",
        "price": 5,
        "at": "2030-01-07T12:00:00Z",
        "day": "2030-01-07",
        "formats": ["online", "travel"],
        "lesson": {"starts_at": "2030-01-07T12:00:00Z", "ends_at": "2030-01-07T13:00:00Z"},
    }


def test_what_has_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="complex"):
        Serializer().dump({"z": 1j})
