"""Identifiers from the machine's randomness."""

from secrets import randbits
from threading import Lock
from uuid import UUID

from attrs import define, field

from instainstru_core.kernel.ids import IdT
from instainstru_core.kernel.time import Clock

_RANDOM_BITS = 80
_MOST = (1 << 128) - 1


@define
class Ulids:
    """The `Ids` port: 48 bits of milliseconds, then 80 random ones.

    Each is greater than the one before, also within a millisecond and when the clock stands or
    goes back: then it is the last one plus one.
    """

    _clock: Clock
    _last: int = field(default=0, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def new(self, kind: type[IdT]) -> IdT:
        """A fresh id of *kind*."""
        milliseconds = int(self._clock.now().timestamp() * 1000)
        number = milliseconds << _RANDOM_BITS | randbits(_RANDOM_BITS)
        with self._lock:
            self._last = min(max(number, self._last + 1), _MOST)
            number = self._last
        return kind(UUID(int=number))
