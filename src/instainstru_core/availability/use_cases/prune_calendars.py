"""Delete what nobody needs of calendars any more. Source: AV-29."""

from datetime import datetime, timedelta
from typing import Final, TypeVar

from attrs import frozen

from instainstru_core.availability.model.rules import (
    DEFAULT_RULES,
    MIN_RETENTION_DAYS,
    CalendarRules,
)
from instainstru_core.availability.ports import AvailabilityWork
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.unit_of_work import Begin

WorkT = TypeVar("WorkT", bound=AvailabilityWork)

BATCH: Final = 5_000
"""Rows of one transaction, so that no lock is held for long."""


@frozen(kw_only=True)
class Pruned:
    """How much was deleted."""

    days: int
    edits: int


def prune_calendars(
    *,
    begin: Begin[WorkT],
    now: datetime,
    rules: CalendarRules = DEFAULT_RULES,
    batch: int = BATCH,
) -> Pruned:
    """Delete days and saves that are older than the rules keep them, batch after batch.

    A date on which its instructor has a booking stays. Dates of today or later are never touched.

    Raises:
        Malformed: Less than 30 days would be kept.
    """
    kept = rules.availability_retention_days
    if kept < MIN_RETENTION_DAYS:
        raise Malformed(f"calendars are kept {MIN_RETENTION_DAYS} days at least, not {kept}")
    days = edits = 0
    while True:
        with begin() as work:
            found = work.calendar_history.prune_days(now=now, older_than_days=kept, limit=batch)
        days += found
        if found < batch:
            break
    while True:
        before = now - timedelta(days=kept)
        with begin() as work:
            found = work.calendar_history.prune_edits(before=before, limit=batch)
        edits += found
        if found < batch:
            break
    return Pruned(days=days, edits=edits)
