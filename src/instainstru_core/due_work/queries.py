"""What operators see of due work."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from attrs import frozen

from instainstru_core.due_work.model import WorkItem


@frozen(kw_only=True)
class Backlog:
    """How far behind the work is."""

    waiting: int
    """On file, whenever it is due."""

    due: int
    """Due by now, and nobody's."""

    dead: int
    """Given up; somebody must look."""

    oldest_due_at: datetime | None
    """Since when the longest waiting of the due ones is due."""


class DueWorkQueries(Protocol):
    """Work on file, as operators look at it."""

    def backlog(self, now: datetime) -> Backlog:
        """The counts at *now*."""
        ...

    def dead_work(self, *, limit: int = 100) -> Sequence[WorkItem]:
        """The items given up, the latest due first, each with its last error. Source: OP-12."""
        ...


class DueWorkReads(Protocol):
    """What can be read of due work without a unit."""

    @property
    def due_work(self) -> DueWorkQueries:
        """Work on file."""
        ...
