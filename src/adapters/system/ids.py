"""Identifiers from the machine's randomness."""

from os import getpid, urandom
from threading import Lock
from uuid import UUID

from attrs import define, field

from instainstru_core.kernel.ids import IdT
from instainstru_core.kernel.time import Clock

_RANDOM_BITS = 80
_RANDOM_BYTES = _RANDOM_BITS // 8
_BYTES_AT_ONCE = 400 * _RANDOM_BYTES
_MOST = (1 << 128) - 1


@define
class Ulids:
    """The `Ids` port: 48 bits of milliseconds, then 80 random ones.

    Each is greater than the one before, also within a millisecond and when the clock stands or
    goes back: then it is the last one plus one.

    Randomness is fetched for many ids at once: each fetch lets other threads run, and on a busy
    server it takes far longer to be let back than to fetch. A forked process fetches its own.
    """

    _clock: Clock
    _last: int = field(default=0, init=False)
    _lock: Lock = field(factory=Lock, init=False)
    _random: bytes = field(default=b"", init=False, repr=False)
    _owner: int = field(default=0, init=False)

    def new(self, kind: type[IdT]) -> IdT:
        """A fresh id of *kind*."""
        milliseconds = int(self._clock.now().timestamp() * 1000)
        with self._lock:
            number = milliseconds << _RANDOM_BITS | self._bits()
            self._last = min(max(number, self._last + 1), _MOST)
            number = self._last
        return kind(UUID(int=number))

    def _bits(self) -> int:
        """80 random bits that nobody had; the lock is held."""
        if not self._random or self._owner != getpid():
            self._random, self._owner = urandom(_BYTES_AT_ONCE), getpid()
        taken, self._random = self._random[:_RANDOM_BYTES], self._random[_RANDOM_BYTES:]
        return int.from_bytes(taken)
