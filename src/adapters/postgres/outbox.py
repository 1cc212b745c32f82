"""Events and due work on their way out: collected in a unit, written at once as it ends."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import Factory, define, frozen
from sqlalchemy import Connection, text

from instainstru_core.due_work.ids import EventId, WorkId
from instainstru_core.due_work.model import NewWork
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock

# One statement for both tables: a crash keeps the change with its consequences, or neither.
_WRITE = text(
    """
    WITH recorded AS (
        INSERT INTO events (event_id, name, occurred_at, payload)
        SELECT * FROM unnest(
            CAST(:event_ids AS uuid[]), CAST(:names AS text[]),
            CAST(:occurred AS timestamptz[]), CAST(:event_payloads AS jsonb[])
        )
    )
    INSERT INTO work_items (work_id, handler, payload, due_at, dedupe_key)
    SELECT work_id, handler, payload, due_at, dedupe_key FROM unnest(
        CAST(:work_ids AS uuid[]), CAST(:handlers AS text[]), CAST(:payloads AS jsonb[]),
        CAST(:due AS timestamptz[]), CAST(:dedupe_keys AS text[]), CAST(:awaited AS uuid[])
    ) AS filed (work_id, handler, payload, due_at, dedupe_key, awaited)
    WHERE awaited IS NULL
        OR EXISTS (SELECT FROM waitlist WHERE waitlist.instructor_id = filed.awaited)
    ON CONFLICT (dedupe_key) DO NOTHING
    """
)


class Dump(Protocol):
    """Writes an event, or the payload of a work item, as JSON text."""

    def __call__(self, value: object, /) -> str: ...


@frozen(kw_only=True)
class Routes:
    """Which handlers want which event, by the event's type.

    Those of *awaited* want it only while somebody waits for the instructor whom it says: most
    calendars change without anybody waiting, and work that finds nothing to do is work, too.
    """

    handlers: Mapping[type[Event], tuple[str, ...]]
    awaited: Mapping[str, Callable[[Event], InstructorId]] = Factory(dict)

    def of(self, event: Event) -> tuple[str, ...]:
        """The handlers that want *event*."""
        return self.handlers.get(type(event), ())

    def awaited_by(self, handler: str, event: Event) -> UUID | None:
        """The instructor somebody must wait for, if *handler* shall hear of *event*."""
        instructor_of = self.awaited.get(handler)
        return None if instructor_of is None else instructor_of(event).value


@define
class Outbox:
    """Collects a unit's events and work; `flush` writes them all with one statement."""

    _connection: Connection
    _ids: Ids
    _clock: Clock
    _dump: Dump
    _routes: Routes
    _events: list[Event] = Factory(list)
    _work: list[NewWork] = Factory(list)

    def record(self, events: Iterable[Event]) -> None:
        """Keep *events*, and file a work item for every handler that wants one of them."""
        self._events.extend(events)

    def file(self, work: NewWork) -> None:
        """File *work* for later; a dedupe key filed before makes it nothing."""
        self._work.append(work)

    def withdraw(self, dedupe_key: str) -> None:
        """Forget work that was filed in this unit under *dedupe_key*."""
        self._work = [work for work in self._work if work.dedupe_key != dedupe_key]

    def flush(self) -> None:
        """Write what was collected and forget it."""
        if not self._events and not self._work:
            return
        rows = _Rows(self._ids, self._dump)
        now = self._clock.now()
        for event in self._events:
            rows.add_event(event, self._routes, now)
        for work in self._work:
            rows.add_work(work.handler, self._dump(work.payload), work.due_at, work.dedupe_key)
        self._connection.execute(_WRITE, rows.parameters())
        self._events.clear()
        self._work.clear()


@define
class _Rows:
    _ids: Ids
    _dump: Callable[[object], str]
    _event_rows: list[tuple[object, str, datetime, str]] = Factory(list)
    _work_rows: list[tuple[object, str, str, datetime, str | None, UUID | None]] = Factory(list)

    def add_event(self, event: Event, routes: Routes, now: datetime) -> None:
        payload = self._dump(event)
        event_id = self._ids.new(EventId)
        self._event_rows.append((event_id.value, event.name, event.occurred_at, payload))
        for handler in routes.of(event):
            awaited = routes.awaited_by(handler, event)
            self.add_work(handler, payload, now, f"{handler}:{event_id}", awaited)

    def add_work(
        self,
        handler: str,
        payload: str,
        due_at: datetime,
        dedupe: str | None,
        awaited: UUID | None = None,
    ) -> None:
        work_id = self._ids.new(WorkId)
        self._work_rows.append((work_id.value, handler, payload, due_at, dedupe, awaited))

    def parameters(self) -> dict[str, list[object]]:
        events = [list(column) for column in zip(*self._event_rows, strict=True)] or [[]] * 4
        work = [list(column) for column in zip(*self._work_rows, strict=True)] or [[]] * 6
        names = ("event_ids", "names", "occurred", "event_payloads")
        more = ("work_ids", "handlers", "payloads", "due", "dedupe_keys", "awaited")
        return dict(zip((*names, *more), (*events, *work), strict=True))
