"""Where a process may die, and where another may go on: between any two steps."""

from collections.abc import Callable

from attrs import define


class Killed(BaseException):
    """As `kill -9` would: no handler of ours sees it."""


@define
class Boundary:
    """Every unit of work and every call of the processor comes by here, before and after.

    An armed one kills whoever comes by as the n-th. *give_way* lets another story go on first.
    """

    reached: int = 0
    killed: int = 0
    give_way: Callable[[], None] | None = None
    _left: int = 0

    def arm(self, at: int) -> None:
        """Kill at the *at*-th boundary from here; 0 spares everybody."""
        self._left = at

    def reach(self) -> None:
        """A step ended here, and the next has not begun.

        Raises:
            Killed: The process dies here.
        """
        self.reached += 1
        if self._left:
            self._left -= 1
            if not self._left:
                self.killed += 1
                raise Killed
        if self.give_way is not None:
            self.give_way()
