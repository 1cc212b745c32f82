"""Services that are kept running: a crashed one is started again, later each time."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Final, Protocol, Self

from attrs import define, field

FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 30.0
SETTLED_SECONDS: Final = 60.0
"""A service that ran this long has earned a fresh count of its crashes."""


class Process(Protocol):
    """What a running service shows of itself."""

    def poll(self) -> int | None:
        """Its exit status, or None while it runs."""
        ...

    def ask_to_stop(self) -> None:
        """Ask it to end, without waiting."""
        ...


Starts = Callable[[], AbstractContextManager[Process]]


@define
class Service:
    """One service, how it is started, and how often it crashed of late."""

    name: str
    _starts: Starts
    _now: Callable[[], float] = time.monotonic
    _stack: ExitStack = field(factory=ExitStack, init=False)
    _process: Process | None = field(default=None, init=False)
    _crashes: int = field(default=0, init=False)
    _changed_at: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Start it, and wait as long as its own start waits."""
        self._process = self._stack.enter_context(self._starts())
        self._changed_at = self._now()

    def look(self) -> str | None:
        """Notice a crash, or end the pause after one; say what happened, if anything did."""
        if self._process is None:
            if self._now() - self._changed_at < self.pause_seconds:
                return None
            return self._restart()
        status = self._process.poll()
        if status is None:
            if self._now() - self._changed_at > SETTLED_SECONDS:
                self._crashes = 0
            return None
        self._pause()
        return f"{self.name} ended ({status}); it starts again in {self.pause_seconds:g} s"

    def ask_to_stop(self) -> None:
        """Ask it to end, so that services which don't need each other end at the same time."""
        if self._process is not None:
            self._process.ask_to_stop()

    @property
    def pause_seconds(self) -> float:
        """How long the pause after this crash is: doubled each time, up to a bound."""
        doubled = FIRST_PAUSE_SECONDS * 2.0 ** min(self._crashes - 1, 16)
        return min(LONGEST_PAUSE_SECONDS, doubled)

    def _restart(self) -> str:
        try:
            self.start()
        except RuntimeError as error:
            self._pause()
            return f"{self.name} does not start: {error}"
        return f"{self.name} runs again"

    def _pause(self) -> None:
        self._stack.close()
        self._process = None
        self._crashes += 1
        self._changed_at = self._now()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
