"""The platform's clocks: the system's, and one that a demonstration can push forward."""

import fcntl
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from attrs import define, frozen

_BYTES = 8
_MICROSECOND = timedelta(microseconds=1)
FURTHEST = timedelta(days=3660)
"""How far a clock may be ahead: time zones and calendars are no good for much longer."""


class ClockRefused(ValueError):
    """A clock moves forward only, and not beyond its bound."""


@frozen
class SystemClock:
    """The `Clock` port: the operating system's time."""

    def now(self) -> datetime:
        """This instant, in UTC."""
        return datetime.now(UTC)


@define(eq=False)
class MovableClock:
    """The `Clock` port with a time machine: the system's time plus an offset in a shared file.

    Every process that opened the file sees a move at once, and looking costs no system call: the
    offset is one aligned 64-bit number in mapped memory.
    """

    _path: Path
    _offset: memoryview

    @classmethod
    def at(cls, path: Path) -> Self:
        """Open the clock that is kept in this file, new ones without offset."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path) as descriptor:
            if os.fstat(descriptor).st_size < _BYTES:
                os.ftruncate(descriptor, _BYTES)
            mapped = mmap.mmap(descriptor, _BYTES)
        return cls(path=path, offset=memoryview(mapped).cast("q"))

    @property
    def offset(self) -> timedelta:
        """How far this clock is ahead of the system's."""
        return timedelta(microseconds=self._offset[0])

    def now(self) -> datetime:
        """This instant, in UTC, as far ahead as the clock was moved."""
        return datetime.now(UTC) + self.offset

    def move(self, by: timedelta) -> datetime:
        """Push the clock forward for every process, and return the new time.

        Raises:
            ClockRefused: Time does not run backwards, nor beyond the bound.
        """
        if by < timedelta(0):
            message = f"the clock moves forward only, not by {by}"
            raise ClockRefused(message)
        with _locked(self._path):
            if self.offset + by > FURTHEST:
                message = f"the clock may be at most {FURTHEST.days} days ahead"
                raise ClockRefused(message)
            self._offset[0] += by // _MICROSECOND
        return self.now()


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        # Said out loud: mapped memory keeps a copy of the descriptor, and the lock with it.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)
