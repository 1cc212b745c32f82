"""Identifiers that can't be mistaken for one another."""

from functools import total_ordering
from typing import Protocol, Self, TypeVar
from uuid import UUID

from instainstru_core.kernel.errors import Malformed

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Two letters at a time: ids are written in every response.
_PAIRS = tuple(first + second for first in _CROCKFORD for second in _CROCKFORD)
_SHIFTS = tuple(range(120, -1, -10))
_DIGITS = {letter: digit for digit, letter in enumerate(_CROCKFORD)}


@total_ordering
class EntityId:
    """A ULID with a kind: 128 bits, written as 26 Crockford characters, ordered by creation.

    Written by hand: msgspec would take an attrs class apart instead of asking us how to read it.
    Source: SE-22.
    """

    __slots__ = ("value",)
    value: UUID

    def __init__(self, value: UUID) -> None:
        object.__setattr__(self, "value", value)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The id that *text* writes.

        Raises:
            Malformed: Not 26 upper-case Crockford characters, or more than 128 bits.
        """
        if len(text) != 26 or text[0] > "7" or not _DIGITS.keys() >= set(text):
            raise Malformed(f"expected an id of 26 Crockford characters, got {text!r}")
        number = 0
        for letter in text:
            number = number << 5 | _DIGITS[letter]
        return cls(UUID(int=number))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} can't change")

    def __str__(self) -> str:
        number = self.value.int
        return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        # By number: UUID's own comparing and hashing are Python code, and ids are looked up a lot.
        return type(other) is type(self) and other.value.int == self.value.int

    def __lt__(self, other: Self) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.value < other.value

    def __hash__(self) -> int:
        return hash(self.value.int)


IdT = TypeVar("IdT", bound=EntityId)


class Ids(Protocol):
    """The only source of new identifiers: each greater than the ones this process made before."""

    def new(self, kind: type[IdT]) -> IdT:
        """A fresh id of *kind*."""
        ...
