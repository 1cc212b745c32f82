"""Ask for an external calendar to be read now. Source: spec 01 §11."""

from datetime import timedelta
from typing import Final, TypeVar

from attrs import frozen

from instainstru_core.availability.external.errors import FeedNotFound
from instainstru_core.availability.external.ids import FeedId
from instainstru_core.availability.external.model.feed import EVERY, Feed
from instainstru_core.availability.external.ports import FeedWork
from instainstru_core.availability.external.timers import refresh_work
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=FeedWork)

AT_MOST_EVERY: Final = timedelta(minutes=1)
"""Whoever asks more often is told what is known: somebody else's server answers for it."""


@frozen(kw_only=True)
class RequestRefresh:
    """An instructor changed something over there and doesn't want to wait."""

    instructor_id: InstructorId
    feed_id: FeedId


def request_refresh(
    request: RequestRefresh,
    *,
    begin: Begin[WorkT],
    clock: Clock,
    answer: Answer[WorkT, Feed] = unanswered,
) -> Feed:
    """File the work of reading it, and return the feed as it is until then.

    Raises:
        FeedNotFound: There is none, or it is another instructor's.
        StaleAggregate: It is being read at this moment.
    """
    with begin() as work:
        feed = work.feeds.get(request.feed_id)
        if feed.instructor_id != request.instructor_id:
            raise FeedNotFound(request.feed_id)
        now = clock.now()
        known = (feed.checked_at, feed.asked_at)
        if all(each is None or now - each >= AT_MOST_EVERY for each in known):
            feed = work.feeds.save(feed.put_off(until=now + EVERY))
            work.work_items.file(refresh_work(feed, at=now))
        answer(work, feed)
        return feed
