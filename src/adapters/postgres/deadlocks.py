"""Transactions that wait for one another: one of them gives up. Source: BK-14."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure
from sqlalchemy.exc import OperationalError

from instainstru_core.kernel.errors import OperationInProgress


@contextmanager
def deadlock_is_conflict() -> Iterator[None]:
    """Say that somebody else is at it, where this transaction was given up.

    Raises:
        OperationInProgress: The transaction is over; the same request may pass later.
    """
    try:
        yield
    except OperationalError as error:
        if isinstance(error.orig, DeadlockDetected | LockNotAvailable | SerializationFailure):
            raise OperationInProgress("somebody else is changing the same thing") from None
        raise
