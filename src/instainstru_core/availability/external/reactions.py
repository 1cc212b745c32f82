"""What external calendars do in the background."""

from typing import Protocol

from instainstru_core.availability.external.ids import FeedId
from instainstru_core.availability.external.ports import FeedSource, FeedWork
from instainstru_core.availability.external.use_cases.refresh_due_feeds import refresh_due_feeds
from instainstru_core.availability.external.use_cases.refresh_feed import refresh_feed
from instainstru_core.due_work.model import WorkItem
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin


class TimedWorld(Protocol):
    """What it takes to know what is due."""

    @property
    def clock(self) -> Clock:
        """Now."""
        ...


class FeedWorld(TimedWorld, Protocol):
    """What it takes to read calendars."""

    @property
    def begin(self) -> Begin[FeedWork]:
        """A unit of work."""
        ...

    @property
    def feed_source(self) -> FeedSource:
        """Reads calendars of the world outside."""
        ...


def refresh_due(_item: WorkItem, work: FeedWork, world: TimedWorld) -> None:
    """The periodic job: see which calendars are due."""
    refresh_due_feeds(work=work, clock=world.clock)


def refresh(item: WorkItem, world: FeedWorld) -> None:
    """The handler `refresh_external_calendar`: read one calendar."""
    refresh_feed(
        item.id(FeedId, "feed_id"),
        begin=world.begin,
        source=world.feed_source,
        clock=world.clock,
    )
