"""Short locks that all processes share. Source: BK-56, PY-61, SE-14."""

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Final, Protocol

MUTEX_LIFE: Final = timedelta(seconds=90)


class Mutexes(Protocol):
    """Locks by name, each with a random owner and an end.

    When the store of locks is down they are granted freely: the row lock decides then.
    """

    def hold(self, name: str, *, life: timedelta = MUTEX_LIFE) -> AbstractContextManager[None]:
        """Hold the lock *name* for the block, at most for *life*; only its owner releases it.

        Raises:
            OperationInProgress: Somebody else holds it.
        """
        ...
