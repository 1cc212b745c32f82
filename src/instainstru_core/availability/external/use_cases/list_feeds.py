"""List an instructor's external calendars. Source: spec 01 §11."""

from collections.abc import Sequence
from typing import TypeVar

from attrs import frozen

from instainstru_core.availability.external.model.feed import Feed
from instainstru_core.availability.external.ports import FeedReads
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.unit_of_work import Begin

ReadsT = TypeVar("ReadsT", bound=FeedReads)


@frozen(kw_only=True)
class ListFeeds:
    """An instructor looks at what they added."""

    instructor_id: InstructorId


@frozen(kw_only=True)
class FeedList:
    """The calendars, and how much time they take together, counted once."""

    feeds: Sequence[Feed]
    busy_minutes: int


def list_feeds(request: ListFeeds, *, read: Begin[ReadsT]) -> FeedList:
    """How each of them stands: nobody but their owner ever learns of them."""
    with read() as reads:
        return FeedList(
            feeds=reads.feed_queries.of(request.instructor_id),
            busy_minutes=reads.feed_queries.total_busy(request.instructor_id).minutes,
        )
