"""Short locks that all processes share. Source: BK-56, PY-61, SE-14."""

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Final, Protocol

MUTEX_LIFE: Final = timedelta(seconds=90)


class Mutexes(Protocol):
    """Locks by name, each with a random owner and an end.

    When the store of locks is down, those of bookings are granted freely, as the row lock decides
    then; those of operations with money are looked after elsewhere, or refused. Source: SE-12.
    """

    def hold(self, name: str, *, life: timedelta = MUTEX_LIFE) -> AbstractContextManager[None]:
        """Hold the lock *name* for the block, at most for *life*; only its owner releases it.

        Raises:
            OperationInProgress: Somebody else holds it.
            Unavailable: Nobody can say who holds it, and it may not be granted freely.
        """
        ...
