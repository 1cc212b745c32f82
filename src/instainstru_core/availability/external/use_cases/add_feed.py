"""Add an external calendar. Source: spec 01 §11."""

from typing import TypeVar

from attrs import field, frozen

from instainstru_core.availability.external.errors import FeedExists, TooManyFeeds
from instainstru_core.availability.external.ids import FeedId
from instainstru_core.availability.external.model.addresses import read_address
from instainstru_core.availability.external.model.feed import EVERY, MAX_FEEDS, Feed
from instainstru_core.availability.external.ports import FeedWork
from instainstru_core.availability.external.timers import refresh_work
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=FeedWork)


@frozen(kw_only=True)
class AddFeed:
    """An instructor wants another calendar's time kept free of lessons."""

    instructor_id: InstructorId
    url: str = field(repr=False)


def add_feed(
    request: AddFeed,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, Feed] = unanswered,
) -> Feed:
    """Keep its address; a worker reads it as soon as there is one.

    Raises:
        FeedAddressInvalid: It is no address, or not of a kind that is fetched.
        FeedAddressForbidden: It is not on the public internet.
        FeedExists: It was added before.
        TooManyFeeds: Five are there already.
        CalendarNotFound: Nobody of this id teaches here.
    """
    address = read_address(request.url)
    with begin() as work:
        # The lock makes two additions wait for each other: neither can be the sixth.
        work.calendars.lock(request.instructor_id)
        known = work.feeds.of(request.instructor_id)
        if any(each.address == address for each in known):
            raise FeedExists
        if len(known) >= MAX_FEEDS:
            raise TooManyFeeds(MAX_FEEDS)
        now = clock.now()
        new = Feed.add(
            ids.new(FeedId), instructor_id=request.instructor_id, address=address, at=now
        )
        feed = work.feeds.add(new.put_off(until=now + EVERY))
        work.work_items.file(refresh_work(feed, at=now))
        answer(work, feed)
        return feed
