"""Due work in memory: the `WorkItems` port and its queries on a snapshot of frozen values."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum

from attrs import define, evolve, fields, has

from instainstru_core.due_work.ids import EventId, WorkId
from instainstru_core.due_work.model import (
    LEASE,
    MAX_ATTEMPTS,
    MAX_CLAIMS,
    NewWork,
    Payload,
    WorkItem,
    delay_after,
)
from instainstru_core.due_work.queries import Backlog
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.ids import EntityId, Ids
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import instant_text
from instainstru_core.kernel.zones import Zone
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables

CRASHED = f"claimed more than {MAX_CLAIMS} times without an outcome"
PAYLOAD_VERSION = 1


@define
class InMemoryWorkItems:
    """The `WorkItems` port. Units follow one another here, so no row is ever in another's hands."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def file(self, work: NewWork) -> None:
        self._outbox.file(work)

    def claim(self, *, now: datetime, limit: int) -> Sequence[WorkId]:
        rows = _rows(self._tables)
        due = sorted(
            (item for item in rows.values() if not item.dead and item.due_at <= now),
            key=lambda item: (item.due_at, item.work_id),
        )
        claimed = []
        for item in due[:limit]:
            leased = evolve(item, due_at=now + LEASE, claims=item.claims + 1)
            if leased.claims > MAX_CLAIMS:
                leased = evolve(leased, dead=True, last_error=CRASHED)
            else:
                claimed.append(item.work_id)
            rows[item.work_id] = leased
        return claimed

    def take(self, work_id: WorkId) -> WorkItem | None:
        item = self.find(work_id)
        return None if item is None or item.dead else item

    def find(self, work_id: WorkId) -> WorkItem | None:
        return _rows(self._tables).get(work_id)

    def finish(self, work_id: WorkId) -> None:
        _rows(self._tables).pop(work_id, None)
        _forget_key(self._tables, work_id)

    def put_off(self, work_id: WorkId, *, until: datetime) -> None:
        rows = _rows(self._tables)
        if (item := rows.get(work_id)) is not None:
            rows[work_id] = evolve(
                item, due_at=until, attempts=0, claims=0, dead=False, last_error=None
            )

    def fail(
        self, work_id: WorkId, *, error: str, now: datetime, mortal: bool = True
    ) -> WorkItem | None:
        rows = _rows(self._tables)
        item = rows.get(work_id)
        if item is None or item.dead:
            return item
        attempts = item.attempts + 1
        rows[work_id] = evolve(
            item,
            attempts=attempts,
            claims=0,
            due_at=now + delay_after(attempts),
            dead=mortal and attempts >= MAX_ATTEMPTS,
            last_error=error,
        )
        return rows[work_id]

    def withdraw(self, dedupe_key: str) -> None:
        self._outbox.work[:] = [w for w in self._outbox.work if w.dedupe_key != dedupe_key]
        if (work_id := _keys(self._tables).get(dedupe_key)) is not None:
            self.finish(work_id)


@define
class InMemoryDueWorkQueries:
    """The `DueWorkQueries` port."""

    _tables: Tables

    def backlog(self, now: datetime) -> Backlog:
        items = list(_rows(self._tables).values())
        waiting = [item for item in items if not item.dead]
        due = [item.due_at for item in waiting if item.due_at <= now]
        return Backlog(
            waiting=len(waiting),
            due=len(due),
            dead=len(items) - len(waiting),
            oldest_due_at=min(due, default=None),
        )

    def dead_work(self, *, limit: int = 100) -> Sequence[WorkItem]:
        dead = (item for item in _rows(self._tables).values() if item.dead)
        return sorted(dead, key=lambda item: (item.due_at, item.work_id), reverse=True)[:limit]


def file_reactions(
    tables: Tables,
    events: Iterable[Event],
    work: Iterable[NewWork],
    routes: Mapping[type[Event], tuple[str, ...]],
    ids: Ids,
    now: datetime,
) -> None:
    """Write what a unit leaves behind: items for reactions to its events, and its own work."""
    for event in events:
        event_id = ids.new(EventId)
        for handler in routes.get(type(event), ()):
            reaction = NewWork(
                handler=handler,
                payload=event_payload(event),
                due_at=now,
                dedupe_key=f"{handler}:{event_id}",
            )
            _file(tables, reaction, ids.new(WorkId))
    for new in work:
        payload = {key: as_json(value) for key, value in new.payload.items()}
        _file(tables, evolve(new, payload=payload), ids.new(WorkId))


def event_payload(event: Event) -> Payload:
    """The event as handlers find it in their payload."""
    written = as_json(event)
    assert isinstance(written, dict)
    return {**written, "v": PAYLOAD_VERSION}


def as_json(value: object) -> object:
    """*value* as JSON has it: ids and instants as text, money in cents, values as maps."""
    match value:
        case EntityId() | Zone():
            return str(value)
        case Money():
            return value.cents
        case Enum():
            return value.value
        case datetime():
            return instant_text(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): as_json(part) for key, part in value.items()}
        case tuple() | list():
            return [as_json(part) for part in value]
    kind = type(value)
    if has(kind):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(kind)}
    return value


def _file(tables: Tables, new: NewWork, work_id: WorkId) -> None:
    keys = _keys(tables)
    if new.dedupe_key is not None:
        if new.dedupe_key in keys:
            return
        keys[new.dedupe_key] = work_id
        tables.of("work_items_key", WorkId, str)[work_id] = new.dedupe_key
    _rows(tables)[work_id] = WorkItem(
        work_id=work_id, handler=new.handler, payload=new.payload, due_at=new.due_at
    )


def _forget_key(tables: Tables, work_id: WorkId) -> None:
    key = tables.of("work_items_key", WorkId, str).pop(work_id, None)
    if key is not None:
        del _keys(tables)[key]


def _rows(tables: Tables) -> dict[WorkId, WorkItem]:
    return tables.of("work_items", WorkId, WorkItem)


def _keys(tables: Tables) -> dict[str, WorkId]:
    return tables.of("work_items_dedupe_key", str, WorkId)
