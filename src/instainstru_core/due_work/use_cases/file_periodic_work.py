"""File periodic work: each job once, however many processes start."""

from collections.abc import Iterable

from instainstru_core.due_work.model import NewWork, Periodic
from instainstru_core.due_work.ports import DueWork
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin


def file_periodic_work(jobs: Iterable[Periodic], *, begin: Begin[DueWork], clock: Clock) -> None:
    """File every job of *jobs* that isn't on file, due at once. Source: OP-13."""
    now = clock.now()
    with begin() as work:
        for job in jobs:
            work.work_items.file(
                NewWork(handler=job.handler, payload={}, due_at=now, dedupe_key=job.dedupe_key)
            )
