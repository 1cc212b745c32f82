"""Perform work: do one due thing, once, or say when to try again."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias, TypeVar

from attrs import frozen

from instainstru_core.due_work.errors import HandlerUnknown
from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.model import (
    CONTENTION_PAUSE,
    CallsOut,
    InTransaction,
    Periodic,
    WorkItem,
)
from instainstru_core.due_work.ports import DueWork, WorkItems
from instainstru_core.due_work.use_cases.record_failure import record_failure
from instainstru_core.kernel.errors import OperationInProgress
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

WorkT = TypeVar("WorkT", bound=DueWork)
PortsT = TypeVar("PortsT")
Handler: TypeAlias = InTransaction[WorkT, PortsT] | CallsOut[PortsT]


class Outcome(StrEnum):
    """How a try ended."""

    DONE = "done"
    GONE = "gone"
    """Done before, given up, or in another's hands: nothing was left to do here."""

    PUT_OFF = "put_off"
    """Somebody else is at the same thing right now: tried again in a moment, and no failure."""

    FAILED = "failed"
    DEAD = "dead"


@frozen(kw_only=True)
class Performed:
    """What became of one item."""

    outcome: Outcome
    handler: str | None = None
    error: Exception | None = None


def perform_work(
    work_id: WorkId,
    *,
    handlers: Mapping[str, Handler[WorkT, PortsT]],
    periodic: Mapping[str, Periodic],
    ports: PortsT,
    begin: Begin[WorkT],
    clock: Clock,
) -> Performed:
    """Do one item, and say what became of it; a duplicate finds nothing to do. Source: OP-13.

    A handler in the transaction and its item's end are kept together or not at all. One that calls
    out is done when it returns. Periodic work is put off to its next run instead of being finished,
    and never given up. What a handler raises is recorded, not raised.
    """
    item: WorkItem | None = None
    try:
        with begin() as work:
            item = work.work_items.take(work_id)
            if item is None:
                return Performed(outcome=Outcome.GONE)
            handler = handlers.get(item.handler)
            if handler is None:
                raise HandlerUnknown(item.handler)
            if isinstance(handler, InTransaction):
                handler.run(item, work, ports)
                _conclude(item, work.work_items, periodic, clock)
        if isinstance(handler, CallsOut):
            handler.run(item, ports)
            with begin() as work:
                _conclude(item, work.work_items, periodic, clock)
    except OperationInProgress:
        if item is None:
            raise
        return _put_off(item, begin=begin, clock=clock)
    except Exception as error:
        if item is None:
            raise
        return _failed(item, error, periodic=periodic, begin=begin, clock=clock)
    return Performed(outcome=Outcome.DONE, handler=item.handler)


def _conclude(
    item: WorkItem, work_items: WorkItems, periodic: Mapping[str, Periodic], clock: Clock
) -> None:
    job = periodic.get(item.handler)
    if job is None:
        work_items.finish(item.work_id)
    else:
        work_items.put_off(item.work_id, until=job.next_run(clock.now()))


def _put_off(item: WorkItem, *, begin: Begin[WorkT], clock: Clock) -> Performed:
    """Come back once the other is done; a lock left by a crash ends by itself. Source: PY-61."""
    with begin() as work:
        work.work_items.put_off(item.work_id, until=clock.now() + CONTENTION_PAUSE)
    return Performed(outcome=Outcome.PUT_OFF, handler=item.handler)


def _failed(
    item: WorkItem,
    error: Exception,
    *,
    periodic: Mapping[str, Periodic],
    begin: Begin[WorkT],
    clock: Clock,
) -> Performed:
    kept = record_failure(item.work_id, error, periodic=periodic, begin=begin, clock=clock)
    outcome = Outcome.DEAD if kept is not None and kept.dead else Outcome.FAILED
    return Performed(outcome=outcome, handler=item.handler, error=error)
