"""Remove an external calendar. Source: spec 01 §11."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.availability.external.ids import FeedId
from instainstru_core.availability.external.policies.news import news_of
from instainstru_core.availability.external.ports import FeedWork
from instainstru_core.availability.model.private import NOT_BUSY
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

WorkT = TypeVar("WorkT", bound=FeedWork)


@frozen(kw_only=True)
class RemoveFeed:
    """An instructor wants a calendar's address and time forgotten."""

    instructor_id: InstructorId
    feed_id: FeedId


def remove_feed(request: RemoveFeed, *, begin: Begin[WorkT], clock: Clock) -> None:
    """Forget it, at once: its time can be booked again.

    Raises:
        FeedNotFound: There is none, or it is another instructor's.
        CalendarNotFound: Nobody of this id teaches here.
    """
    with begin() as work:
        settings = work.calendars.lock(request.instructor_id)
        busy = work.feeds.busy(request.feed_id)
        work.feeds.remove(request.instructor_id, request.feed_id)
        news = news_of(
            request.instructor_id,
            busy,
            NOT_BUSY,
            settings=settings,
            stored=work.calendars.days,
            at=clock.now(),
        )
        work.calendars.announce(news)
