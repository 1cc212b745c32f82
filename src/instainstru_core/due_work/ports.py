"""Where due work is kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.model import NewWork, WorkItem


class WorkItems(Protocol):
    """Everything still to be done."""

    def file(self, work: NewWork) -> None:
        """Keep *work* for later; written as the unit ends."""
        ...

    def claim(self, *, now: datetime, limit: int) -> Sequence[WorkId]:
        """At most *limit* ids that are due, earliest first, leased.

        Nobody else gets them before the lease ends. Rows that others hold are passed over, not
        waited for. What was claimed more than `MAX_CLAIMS` times without an outcome goes dead: it
        takes its process down with it.
        """
        ...

    def take(self, work_id: WorkId) -> WorkItem | None:
        """The item, locked for this unit; None when it is done, dead, or in another's hands."""
        ...

    def find(self, work_id: WorkId) -> WorkItem | None:
        """The item as it stands, without a lock; None when it is done."""
        ...

    def finish(self, work_id: WorkId) -> None:
        """It is done: forget it."""
        ...

    def put_off(self, work_id: WorkId, *, until: datetime) -> None:
        """Do it again at *until*, with a clean record: how a periodic job files its next run."""
        ...

    def fail(
        self, work_id: WorkId, *, error: str, now: datetime, mortal: bool = True
    ) -> WorkItem | None:
        """Count one failure: due again after `delay_after`, or dead at the 5th. None if it is gone.

        What isn't *mortal*, as periodic work, is tried for ever, at the longest delay.
        """
        ...

    def withdraw(self, dedupe_key: str) -> None:
        """Forget the item filed under *dedupe_key*, if it is still there.

        An item being done at this moment is left alone: whoever does it sees what changed, or was
        first. Waiting for it could be waiting for each other.
        """
        ...


class DueWork(Protocol):
    """What one unit of work can reach of due work."""

    @property
    def work_items(self) -> WorkItems:
        """Everything still to be done."""
        ...
