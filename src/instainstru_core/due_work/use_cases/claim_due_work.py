"""Claim due work: what a pump hands out next."""

from collections.abc import Sequence

from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.ports import DueWork
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

CLAIM_LIMIT = 50


def claim_due_work(
    *, begin: Begin[DueWork], clock: Clock, limit: int = CLAIM_LIMIT
) -> Sequence[WorkId]:
    """Lease at most *limit* due items and return their ids, earliest first. Source: OP-12."""
    with begin() as work:
        return work.work_items.claim(now=clock.now(), limit=limit)
