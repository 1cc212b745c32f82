"""Chance that can be told again: the same seed, the same throws, on every machine.

Python's own generator would do, but the core knows no chance of its own (PY-27); and this one costs
little to start, so that each step can have its own. It is SplitMix64, by Steele, Lea and Flood.
"""

import hashlib
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, TypeVar

ValueT = TypeVar("ValueT")
_MASK: Final = (1 << 64) - 1


class Dice:
    """Throws that follow from *seed* alone."""

    def __init__(self, *seed: object) -> None:
        named = " ".join(map(str, seed)).encode()
        self._state = int.from_bytes(hashlib.blake2b(named, digest_size=8).digest())

    def bits(self) -> int:
        """64 of them."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def random(self) -> float:
        """From 0 up to 1, but never 1."""
        return (self.bits() >> 11) / (1 << 53)

    def below(self, end: int) -> int:
        """From 0 up to *end*, but never *end*."""
        return self.bits() * end >> 64

    def between(self, first: int, last: int) -> int:
        """From *first* to *last*, both of them included."""
        return first + self.below(last - first + 1)

    def choice(self, values: Sequence[ValueT]) -> ValueT:
        """One of *values*."""
        return values[self.below(len(values))]

    def weighted(self, odds: Sequence[tuple[ValueT, int]]) -> ValueT:
        """One of the values, each as likely as its number says."""
        thrown = self.below(sum(weight for _, weight in odds))
        reached = accumulate(weight for _, weight in odds)
        return next(value for (value, _), end in zip(odds, reached, strict=True) if thrown < end)
