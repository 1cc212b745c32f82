"""File the reading of every external calendar that is due. Source: spec 01 §11."""

from typing import Final

from instainstru_core.availability.external.model.feed import EVERY
from instainstru_core.availability.external.ports import FeedWork
from instainstru_core.availability.external.timers import refresh_work
from instainstru_core.kernel.time import Clock

AT_ONCE: Final = 200
"""So many a minute: 3 000 calendars every quarter of an hour."""


def refresh_due_feeds(*, work: FeedWork, clock: Clock) -> int:
    """Work of its own for each, so that a slow one delays nobody; say how many there were.

    Each comes due again a quarter of an hour later, whatever becomes of its work: a feed whose
    reader crashed is not forgotten.
    """
    now = clock.now()
    due = work.feeds.due(now=now, limit=AT_ONCE)
    for each in due:
        feed = work.feeds.save(each.put_off(until=now + EVERY))
        work.work_items.file(refresh_work(feed, at=now))
    return len(due)
