"""Read an external calendar, and keep the time that it takes. Source: spec 01 §11."""

from datetime import datetime
from typing import TypeVar

from attrs import frozen

from instainstru_core.availability.external.errors import FeedNotFound
from instainstru_core.availability.external.ids import FeedId
from instainstru_core.availability.external.model.feed import Feed, window
from instainstru_core.availability.external.policies.news import news_of
from instainstru_core.availability.external.ports import (
    FeedAnswer,
    FeedRequest,
    FeedSource,
    FeedWork,
    NotModified,
    ReadFeed,
    Unreadable,
)
from instainstru_core.availability.model.private import PrivateBusy
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.kernel.time import Clock, Interval
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import Zone

WorkT = TypeVar("WorkT", bound=FeedWork)


@frozen
class _Known:
    """The feed before it is fetched, and in which zone its owner lives."""

    feed: Feed
    zone: Zone
    busy: PrivateBusy


def refresh_feed(
    feed_id: FeedId, *, begin: Begin[WorkT], source: FeedSource, clock: Clock
) -> Feed | None:
    """Look, fetch without a transaction, and keep what came; None when the feed is gone.

    What can't be read changes nothing of the time that is taken. The calendar is locked, and so
    marked as changed, only when other time is taken than before. Bookings stand as they are: AV-26.
    """
    if (known := _known(feed_id, begin)) is None:
        return None
    now = clock.now()
    within = window(now)
    answer = source.fetch(
        FeedRequest(
            address=known.feed.address,
            known=known.feed.known_version(known.zone, now),
            within=within,
            zone=known.zone,
        )
    )
    try:
        return _keep(known, answer, within, begin=begin, clock=clock)
    except StaleAggregate:
        # Somebody else read it meanwhile, or it was removed: theirs is as new as ours.
        return None


def _known(feed_id: FeedId, begin: Begin[WorkT]) -> _Known | None:
    with begin() as work:
        try:
            feed = work.feeds.get(feed_id)
        except FeedNotFound:
            return None
        zone = work.calendars.settings(feed.instructor_id).zone
        return _Known(feed, zone, work.feeds.busy(feed_id))


def _keep(
    known: _Known, answer: FeedAnswer, within: Interval, *, begin: Begin[WorkT], clock: Clock
) -> Feed:
    now = clock.now()
    match answer:
        case NotModified():
            return _save(known.feed.unchanged(at=now), begin)
        case Unreadable(problem):
            return _save(known.feed.fail(problem, at=now), begin)
        case ReadFeed(spans=spans, validators=validators):
            busy = PrivateBusy.of_spans(spans, within)
            feed = known.feed.read(busy, validators=validators, zone=known.zone, at=now)
            if busy == known.busy:
                return _save(feed, begin)
            return _take(feed, known.busy, busy, begin, now)


def _take(
    feed: Feed, before: PrivateBusy, busy: PrivateBusy, begin: Begin[WorkT], now: datetime
) -> Feed:
    with begin() as work:
        settings = work.calendars.lock(feed.instructor_id)
        saved = work.feeds.save(feed)
        work.feeds.take(saved, busy)
        news = news_of(
            feed.instructor_id,
            before,
            busy,
            settings=settings,
            stored=work.calendars.days,
            at=now,
        )
        work.calendars.announce(news)
        return saved


def _save(feed: Feed, begin: Begin[WorkT]) -> Feed:
    with begin() as work:
        return work.feeds.save(feed)
