"""A world whose handlers note what they did, over a real database."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import Factory, define, frozen

from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.due_work.model import NewWork
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.ports import Reads, Work
from instainstru_core.testing.fakes.clock import HandMovedClock

PATIENCE_SECONDS = 20.0


@define
class Diary:
    """What was done, in the order of doing."""

    _lines: list[str] = Factory(list)
    _lock: threading.Lock = Factory(threading.Lock)

    def note(self, line: str) -> None:
        with self._lock:
            self._lines.append(line)

    @property
    def lines(self) -> list[str]:
        with self._lock:
            return list(self._lines)


@frozen(kw_only=True)
class World:
    """The ports that these handlers are given."""

    begin: Begin[Work]
    read: Begin[Reads]
    clock: HandMovedClock
    diary: Diary

    def file(self, handler: str, *lines: str) -> None:
        with self.begin() as work:
            for line in lines:
                new = NewWork(handler=handler, payload={"line": line}, due_at=self.clock.now())
                work.work_items.file(new)

    def waiting(self) -> int:
        with self.read() as reads:
            return reads.due_work.backlog(self.clock.now()).waiting


@pytest.fixture
def world(units: PostgresUnits, clock: HandMovedClock) -> World:
    return World(begin=units.begin, read=units.read, clock=clock, diary=Diary())


def eventually(claim: Callable[[], bool], *, tick: Callable[[], object] | None = None) -> None:
    """Wait until *claim* holds, with a *tick* now and then."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not claim():
        assert time.monotonic() < deadline, "it did not come true in time"
        if tick is not None:
            tick()
        time.sleep(0.05)


MINUTES_2 = timedelta(minutes=2)
"""Longer than a lease."""
