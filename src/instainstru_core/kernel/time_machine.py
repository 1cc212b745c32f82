"""Pushing the platform's clock forward, in demonstrations only."""

from datetime import datetime, timedelta
from typing import Protocol


class TimeMachine(Protocol):
    """A clock that can be moved, for every process at once."""

    @property
    def offset(self) -> timedelta:
        """How far it is ahead of the system's clock."""
        ...

    def now(self) -> datetime:
        """This instant, in UTC, as far ahead as the clock was moved."""
        ...

    def move(self, by: timedelta) -> datetime:
        """Push it forward, and return the new now.

        Raises:
            ValueError: Time does not run backwards, nor too far ahead.
        """
        ...
