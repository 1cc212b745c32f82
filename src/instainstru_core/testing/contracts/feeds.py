"""What every `Feeds` and `FeedQueries` must do, and what the time that feeds take changes."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import pytest

from instainstru_core.availability.errors import CalendarNotFound
from instainstru_core.availability.external.errors import FeedExists, FeedNotFound
from instainstru_core.availability.external.events import ExternalCalendarFailed
from instainstru_core.availability.external.ids import FeedId
from instainstru_core.availability.external.model.addresses import FeedAddress
from instainstru_core.availability.external.model.feed import (
    EVERY,
    Feed,
    FeedProblem,
    FeedStatus,
    Validators,
    window,
)
from instainstru_core.availability.external.ports import FeedReads, FeedWork
from instainstru_core.availability.external.use_cases.add_feed import AddFeed, add_feed
from instainstru_core.availability.model.days import local_day
from instainstru_core.availability.model.planes import SLOTS_PER_DAY, span
from instainstru_core.availability.model.private import NOT_BUSY, PrivateBusy
from instainstru_core.availability.model.who import WhoIsFree
from instainstru_core.availability.ports import LiveRoster
from instainstru_core.availability.queries import AvailabilityReads
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.strategies.booking import Classroom, ClassroomWork, open_classroom

MONDAY = date(2030, 1, 7)
TUESDAY = MONDAY + timedelta(days=1)
START = datetime(2030, 1, 7, 12, tzinfo=UTC)
ADDRESS = FeedAddress("https://calendar.example.org/secret.ics", "calendar.example.org")
OTHER = FeedAddress("https://calendar.example.org/another.ics", "calendar.example.org")
ALL_TUESDAY = Interval(NEW_YORK.midnight(TUESDAY), NEW_YORK.day(TUESDAY).ends_at)
BUSY = PrivateBusy.of_spans([ALL_TUESDAY], window(START))


class FeedingWork(FeedWork, ClassroomWork, Protocol):
    """What arranging feeds reaches."""


class FeedingReads(FeedReads, AvailabilityReads, Protocol):
    """What is looked at afterwards."""


class Units(Protocol):
    """Begins units, and reads."""

    @property
    def begin(self) -> Begin[FeedingWork]:
        """A unit of work."""
        ...

    @property
    def read(self) -> Begin[FeedingReads]:
        """Queries."""
        ...


class Undone(Exception):
    """Raised to undo a unit of work."""


def a_feed(room: Classroom, ids: Ids, address: FeedAddress = ADDRESS) -> Feed:
    """A new feed of the instructor."""
    return Feed.add(ids.new(FeedId), instructor_id=room.instructor, address=address, at=START)


class FeedsContract:
    """Inherit, and provide the fixtures `units`, `ids`, `clock` and `roster` on one empty store."""

    @pytest.fixture
    def room(self, units: Units, ids: Ids) -> Classroom:
        """A live instructor who is always open."""
        return open_classroom(units.begin, ids)

    def added(self, units: Units, room: Classroom, ids: Ids) -> Feed:
        """A feed that is kept."""
        with units.begin() as work:
            return work.feeds.add(a_feed(room, ids))

    def take(self, units: Units, feed: Feed, busy: PrivateBusy) -> None:
        """What a worker does when a feed takes other time."""
        with units.begin() as work:
            work.calendars.lock(feed.instructor_id)
            work.feeds.take(feed, busy)

    def test_a_feed_comes_back_as_it_was_kept(
        self, units: Units, room: Classroom, ids: Ids
    ) -> None:
        feed = self.added(units, room, ids)
        assert feed.version == 1
        read = feed.read(
            BUSY,
            validators=Validators(etag='"1"', last_modified="yesterday"),
            zone=NEW_YORK,
            at=START + EVERY,
        )
        with units.begin() as work:
            assert work.feeds.get(feed.feed_id) == feed
            saved = work.feeds.save(read)
        with units.begin() as work:
            found = work.feeds.get(feed.feed_id)
            assert found == read
            assert found.version == saved.version == feed.version + 1
            assert [*work.feeds.of(room.instructor)] == [found]
        with units.read() as reads:
            assert [*reads.feed_queries.of(room.instructor)] == [found]

    def test_a_failing_feed_says_so_and_is_told_of(
        self, units: Units, room: Classroom, ids: Ids
    ) -> None:
        feed = self.added(units, room, ids)
        with units.begin() as work:
            failed = work.feeds.save(feed.fail(FeedProblem.MALFORMED, at=START))
            assert failed.events == ()
        with units.begin() as work:
            found = work.feeds.get(feed.feed_id)
            assert (found.status, found.problem) == (FeedStatus.FAILING, FeedProblem.MALFORMED)
            assert (found.failures, found.told_at) == (1, START)

    def test_one_address_once_for_each_instructor(
        self, units: Units, room: Classroom, ids: Ids
    ) -> None:
        self.added(units, room, ids)
        with units.begin() as work, pytest.raises(FeedExists):
            work.feeds.add(a_feed(room, ids))
        with units.begin() as work:
            work.feeds.add(a_feed(room, ids, OTHER))
        another = open_classroom(units.begin, ids)
        with units.begin() as work:
            work.feeds.add(a_feed(another, ids))
            assert len(work.feeds.of(room.instructor)) == 2
            assert len(work.feeds.of(another.instructor)) == 1

    def test_what_is_not_there_is_not_found(self, units: Units, room: Classroom, ids: Ids) -> None:
        feed, nothing = self.added(units, room, ids), ids.new(FeedId)
        with units.begin() as work, pytest.raises(FeedNotFound):
            work.feeds.get(nothing)
        with units.begin() as work, pytest.raises(FeedNotFound):
            work.feeds.remove(room.instructor, nothing)
        with units.begin() as work, pytest.raises(FeedNotFound):
            work.feeds.remove(ids.new(InstructorId), feed.feed_id)
        with units.begin() as work:
            assert not work.feeds.of(ids.new(InstructorId))
            assert work.feeds.busy(nothing) == NOT_BUSY

    def test_of_two_who_read_it_the_second_starts_again(
        self, units: Units, room: Classroom, ids: Ids
    ) -> None:
        feed = self.added(units, room, ids)
        with units.begin() as work:
            work.feeds.save(feed.unchanged(at=START))
        with units.begin() as work, pytest.raises(StaleAggregate):
            work.feeds.save(feed.fail(FeedProblem.TOO_SLOW, at=START))
        with units.begin() as work:
            work.feeds.remove(room.instructor, feed.feed_id)
        with units.begin() as work, pytest.raises(StaleAggregate):
            work.feeds.save(feed.unchanged(at=START))

    def test_what_is_undone_was_never_there(self, units: Units, room: Classroom, ids: Ids) -> None:
        feed = self.added(units, room, ids)
        with pytest.raises(Undone), units.begin() as work:
            work.feeds.take(feed, BUSY)
            work.feeds.save(feed.fail(FeedProblem.TOO_SLOW, at=START))
            work.feeds.add(a_feed(room, ids, OTHER))
            raise Undone
        with units.begin() as work:
            assert [*work.feeds.of(room.instructor)] == [feed]
            assert work.feeds.get(feed.feed_id).version == feed.version
            assert work.feeds.busy(feed.feed_id) == NOT_BUSY

    def test_those_that_are_due_come_longest_overdue_first(
        self, units: Units, room: Classroom, ids: Ids
    ) -> None:
        with units.begin() as work:
            later = work.feeds.add(a_feed(room, ids).put_off(until=START + EVERY))
            sooner = work.feeds.add(a_feed(room, ids, OTHER).put_off(until=START))
        for at, limit, expected in (
            (START - EVERY, 9, []),
            (START, 9, [sooner]),
            (START + EVERY, 9, [sooner, later]),
            (START + EVERY, 1, [sooner]),
        ):
            with units.begin() as work:
                assert [*work.feeds.due(now=at, limit=limit)] == expected

    def test_feeds_take_time_together_and_give_it_back(
        self, units: Units, room: Classroom, ids: Ids
    ) -> None:
        one = self.added(units, room, ids)
        with units.begin() as work:
            other = work.feeds.add(a_feed(room, ids, OTHER))
        hour = Interval.lasting(ALL_TUESDAY.starts_at - timedelta(hours=2), timedelta(hours=3))
        overlapping = PrivateBusy.of_spans([hour], window(START))
        self.take(units, one, BUSY)
        self.take(units, other, overlapping)
        with units.begin() as work:
            assert work.feeds.busy(one.feed_id) == BUSY
            assert work.feeds.busy(other.feed_id) == overlapping
        with units.read() as reads:
            total = reads.feed_queries.total_busy(room.instructor)
        assert total == BUSY.together(overlapping)
        assert total.minutes == 26 * 60
        self.take(units, other, NOT_BUSY)
        with units.begin() as work:
            work.calendars.lock(room.instructor)
            work.feeds.remove(room.instructor, one.feed_id)
        with units.read() as reads:
            assert reads.feed_queries.total_busy(room.instructor) == NOT_BUSY

    def test_av34_the_facts_know_it_at_once(self, units: Units, room: Classroom, ids: Ids) -> None:
        """AV-38: what is kept in memory is of another version then."""
        feed = self.added(units, room, ids)
        day = local_day(NEW_YORK, TUESDAY)
        for busy, taken in ((BUSY, span(0, SLOTS_PER_DAY)), (NOT_BUSY, 0)):
            self.take(units, feed, busy)
            with units.read() as reads:
                glance = reads.calendars.glance(room.instructor)
                facts = reads.calendars.facts(glance, TUESDAY, TUESDAY)
            assert facts.private_busy.on(day) == taken

    def test_av42_the_roster_knows_it_at_once(
        self, units: Units, room: Classroom, ids: Ids, roster: LiveRoster
    ) -> None:
        wednesday = TUESDAY + timedelta(days=1)
        question = WhoIsFree(
            format=Format.ONLINE, dates=(TUESDAY, wednesday), minutes=60, now=START
        )
        feed = self.added(units, room, ids)
        both = {*roster.who_is_free(question).by_instructor()[room.instructor]}
        self.take(units, feed, BUSY)
        some = {*roster.who_is_free(question).by_instructor()[room.instructor]}
        self.take(units, feed, NOT_BUSY)
        again = {*roster.who_is_free(question).by_instructor()[room.instructor]}
        assert both == again == {TUESDAY, wednesday}
        assert some == {wednesday}

    def test_nobody_adds_a_feed_to_no_calendar(
        self, units: Units, ids: Ids, clock: HandMovedClock
    ) -> None:
        request = AddFeed(instructor_id=ids.new(InstructorId), url=ADDRESS.url)
        with pytest.raises(CalendarNotFound):
            add_feed(request, begin=units.begin, ids=ids, clock=clock)

    def test_an_event_of_a_failure_names_no_address(self, room: Classroom, ids: Ids) -> None:
        """Whoever has the address can read the calendar."""
        (event,) = a_feed(room, ids).fail(FeedProblem.MALFORMED, at=START).events
        assert isinstance(event, ExternalCalendarFailed)
        assert event.host == ADDRESS.host
        assert "secret" not in repr(event)
