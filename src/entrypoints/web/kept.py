"""What is made of things that rarely change: made anew only of another one."""

from collections.abc import Callable
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


class Kept(Generic[KeyT, ValueT]):
    """What *make* made of the last thing, for as long as it is asked of the very same.

    Threads may make it twice at first; each gets what belongs to its own.
    """

    def __init__(self, make: Callable[[KeyT], ValueT]) -> None:
        self._make = make
        self._last: tuple[KeyT, ValueT] | None = None

    def of(self, thing: KeyT) -> ValueT:
        """What was made of *thing*."""
        last = self._last
        if last is None or last[0] is not thing:
            last = self._last = (thing, self._make(thing))
        return last[1]
