"""A process that does one thing, and may be killed at any step of it, as `kill -9` would."""

import json
import os
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast

from attrs import Factory, define, frozen
from sqlalchemy import Engine, text

from entrypoints.crash_points import CrashPoint, Fuse, Watcher, watched_gateway, watched_units
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.strategies.payments import Till
from tests.integration.crashes.counter import Line

REFUSED: Final = (DomainError, OutcomeUnknown)
"""What a client is told; anything else is a defect."""

_OTHER_IDS: Final = 1_000_000
_WROTE: Final = text("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
_BROKEN: Final = 3


@frozen
class Step:
    """*label* was about to happen, or had happened; *durable* if it left anything behind."""

    label: str
    side: str
    durable: bool = True


@define
class Recorder:
    """Writes down every step of a process that nobody kills."""

    steps: list[Step] = Factory(list)
    wrote: list[bool] = Factory(list)

    def reach(self, label: str, side: str) -> None:
        """One step more."""
        self.steps.append(Step(label, side, side == "before" or self._durable(label)))

    def noting(self, begin: Begin[Any]) -> Begin[Any]:
        """Units that tell whether they wrote anything."""

        @contextmanager
        def noted() -> Iterator[Any]:
            with begin() as work:
                yield work
                wrote = bool(work._connection.scalar(_WROTE))
                self.wrote.append(wrote)

        return noted

    def _durable(self, label: str) -> bool:
        return label.startswith("gateway.") or self.wrote.pop()


@frozen
class Workshop:
    """Where processes are forked that share the database and the processor with this one."""

    engine: Engine
    till: Till
    line: Line

    def rehearse(self, act: Callable[[], object]) -> list[CrashPoint]:
        """Let a process do it undisturbed: every point at which it could have died."""
        recorder = Recorder()
        told, tell = os.pipe()
        child = self._fork(act, recorder, on_end=lambda: _write(tell, recorder.steps))
        os.close(tell)
        with os.fdopen(told) as letter:
            steps = [Step(*each) for each in json.loads(letter.read() or "[]")]
        assert _ended(child) == 0, "the undisturbed process failed; see its standard error"
        return points_of(steps)

    def kill(self, act: Callable[[], object], point: CrashPoint) -> None:
        """Let a process begin it, and die at *point*."""
        ended = _ended(self._fork(act, Fuse(point)))
        assert ended == -signal.SIGKILL, f"it did not die at {point}, but ended with {ended}"

    def _fork(
        self, act: Callable[[], object], watcher: Watcher, on_end: Callable[[], None] | None = None
    ) -> int:
        child = os.fork()
        if child:
            return child
        try:
            self._live(act, watcher)
            if on_end is not None:
                on_end()
        except BaseException:  # noqa: BLE001 - this process must never go on as pytest
            traceback.print_exc()
            os._exit(_BROKEN)
        os._exit(0)

    def _live(self, act: Callable[[], object], watcher: Watcher) -> None:
        # The parent's connections stay the parent's: they are forgotten here, not closed.
        self.engine.dispose(close=False)
        till, begin = self.till, self.till.begin
        assert isinstance(till.ids, CountedIds)
        till.ids._last += _OTHER_IDS
        if isinstance(watcher, Recorder):
            begin = watcher.noting(begin)
        till.begin = watched_units(begin, watcher)
        # Nothing that this process does may reach its own copy of the processor.
        till.gateway = watched_gateway(cast("PaymentGateway", self.line), watcher)
        till.processor = cast("SimulatedProcessor", None)
        try:
            act()
        except REFUSED as refusal:
            sys.stderr.write(f"refused: {refusal!r}\n")


def points_of(steps: Sequence[Step]) -> list[CrashPoint]:
    """Between every two durable steps, and amid every transaction that writes.

    Before a call is the same instant as after what came before it, so only one of both is a point.
    """
    passed: Counter[tuple[str, str]] = Counter()
    points = []
    for number, step in enumerate(steps):
        passed[step.label, step.side] += 1
        call, before = step.label.startswith("gateway."), step.side == "before"
        durable = steps[_end_of(steps, number)].durable if before else step.durable
        if durable and not (call and before and number):
            points.append(CrashPoint(step.label, passed[step.label, step.side], step.side))
    return points


def _end_of(steps: Sequence[Step], number: int) -> int:
    """Where the step that begins at *number* ends."""
    begun = steps[number]
    return next(
        (
            later
            for later in range(number + 1, len(steps))
            if steps[later].label == begun.label and steps[later].side == "after"
        ),
        number,
    )


def _write(pipe: int, steps: Sequence[Step]) -> None:
    os.write(pipe, json.dumps([[each.label, each.side, each.durable] for each in steps]).encode())


def _ended(child: int) -> int:
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)
