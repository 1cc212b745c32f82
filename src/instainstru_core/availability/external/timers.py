"""When external calendars are read: each by work of its own."""

from datetime import datetime
from typing import Final

from instainstru_core.availability.external.model.feed import Feed
from instainstru_core.due_work.model import NewWork

REFRESH_FEED: Final = "refresh_external_calendar"
REFRESH_DUE_FEEDS: Final = "refresh_due_external_calendars"


def refresh_work(feed: Feed, *, at: datetime) -> NewWork:
    """The work of reading *feed* now.

    Filed once for each instant that it comes due at: what died on the way doesn't stand in the
    way of the next.
    """
    return NewWork(
        handler=REFRESH_FEED,
        payload={"feed_id": str(feed.feed_id)},
        due_at=at,
        dedupe_key=f"{REFRESH_FEED}:{feed.feed_id}:{feed.version}",
    )
