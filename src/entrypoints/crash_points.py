"""Die at a chosen point, to prove that nothing is lost or done twice.

A process started with `INSTAINSTRU_CRASH_AT=authorise_payment#2:before` kills itself, as `kill -9`
would, just before the second commit of the use case `authorise_payment`; `gateway.capture#1:after`
means just after the processor's first answer to a capture. It says so on standard error first. Only
the INT tier accepts the variable.
"""

import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Protocol, TypeVar, cast

from attrs import define, evolve, field, frozen

from entrypoints.tiers import Refused
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.ports import Ports

WorkT = TypeVar("WorkT")
_USE_CASE = re.compile(r"instainstru_core\.\w+(?:\.\w+)?\.use_cases\.(?:\w+\.)?(\w+)")


class Watcher(Protocol):
    """Is told of every step, before and after it."""

    def reach(self, label: str, side: str) -> None:
        """*label* is about to happen, or has happened: its *side* is `before` or `after`."""
        ...


@frozen
class CrashPoint:
    """The *occurrence*-th time *label* is reached, on the given *side* of it."""

    label: str
    occurrence: int
    side: str

    @classmethod
    def parse(cls, text: str) -> "CrashPoint":
        """The point that `label#occurrence:side` names.

        Raises:
            Refused: It has another form.
        """
        found = re.fullmatch(r"([\w.]+)#([1-9][0-9]*):(before|after)", text)
        if found is None:
            message = (
                f"INSTAINSTRU_CRASH_AT is {text!r}: write label#n:before or label#n:after,"
                " such as gateway.capture#1:after"
            )
            raise Refused("crash_point_malformed", message)
        return cls(found[1], int(found[2]), found[3])


@define
class Fuse:
    """Counts how often each label is passed, and burns at the chosen point."""

    point: CrashPoint
    _passed: Counter[tuple[str, str]] = field(factory=Counter)
    _lock: Lock = field(factory=Lock)

    def reach(self, label: str, side: str) -> None:
        """Pass *side* of *label*, or die there."""
        with self._lock:
            self._passed[label, side] += 1
            count = self._passed[label, side]
        if CrashPoint(label, count, side) == self.point:
            # Nothing may be lost in a buffer: this is how one knows that the point was reached.
            os.write(sys.stderr.fileno(), f"crash point {label}#{count}:{side}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)


def crashing_at(point: str, ports: Ports) -> Ports:
    """*ports*, with a fuse around every commit and every call of the processor.

    Raises:
        Refused: *point* names none.
    """
    fuse = Fuse(CrashPoint.parse(point))
    return evolve(
        ports,
        begin=watched_units(ports.begin, fuse),
        gateway=watched_gateway(ports.gateway, fuse),
    )


def watched_units(begin: Begin[WorkT], watcher: Watcher) -> Begin[WorkT]:
    """Units of work of which *watcher* sees every commit, named after the use case."""

    @contextmanager
    def watched() -> Iterator[WorkT]:
        label = _calling_use_case()
        with begin() as work:
            yield work
            watcher.reach(label, "before")
        watcher.reach(label, "after")

    return watched


def watched_gateway(gateway: PaymentGateway, watcher: Watcher) -> PaymentGateway:
    """The processor, of which *watcher* sees every call and every answer."""
    return cast("PaymentGateway", _Watched(gateway, watcher))


def _calling_use_case() -> str:
    """The use case that opened the unit: the innermost one on the stack."""
    frame = sys._getframe(1)  # noqa: SLF001 - the stack is the only place that knows
    while frame is not None:
        found = _USE_CASE.fullmatch(str(frame.f_globals.get("__name__")))
        if found is not None:
            return found[1]
        if frame.f_back is None:
            break
        frame = frame.f_back
    return "unit"


class _Watched:
    """The processor, with a watcher before each call and after each answer."""

    def __init__(self, gateway: object, watcher: Watcher) -> None:
        self._gateway = gateway
        self._watcher = watcher

    def __getattr__(self, name: str) -> Callable[..., object]:
        call = getattr(self._gateway, name)

        def watched(*arguments: object, **named: object) -> object:
            self._watcher.reach(f"gateway.{name}", "before")
            answer = call(*arguments, **named)
            self._watcher.reach(f"gateway.{name}", "after")
            return answer

        return watched
