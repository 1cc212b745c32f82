"""A calendar on its way, from a real server into PostgreSQL, and out of what can be booked."""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address

import pytest
from attrs import evolve, frozen
from sqlalchemy import Engine

from adapters.icalendar.connecting import Reach
from adapters.icalendar.source import HttpFeeds
from adapters.postgres.roster import PostgresRoster
from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.external.ids import FeedId
from instainstru_core.availability.external.model.addresses import FeedAddress, IPAddress
from instainstru_core.availability.external.model.feed import Feed, FeedProblem, FeedStatus
from instainstru_core.availability.external.ports import FeedAnswer, FeedRequest, FeedSource
from instainstru_core.availability.external.use_cases.add_feed import AddFeed, add_feed
from instainstru_core.availability.external.use_cases.refresh_feed import refresh_feed
from instainstru_core.availability.model.who import WhoIsFree
from instainstru_core.availability.use_cases.find_open_times import FindOpenTimes, find_open_times
from instainstru_core.booking.errors.refusals import TimeNotOpen
from instainstru_core.booking.use_cases.create_booking import CreateBooking, create_booking
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.lessons import Format
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.strategies.booking import (
    MONDAY,
    TOWN,
    Classroom,
    open_classroom,
    signed_in,
)
from tests.integration.external.calendars import (
    CALENDAR_TYPE,
    ENDLESS,
    MALFORMED,
    UNKNOWN_ZONES,
    CalendarServer,
    Reply,
    calendar,
    calendar_server,
    event,
)

URL = "https://calendar.example.org/feed.ics"
TUESDAY = MONDAY + timedelta(days=1)
ALL_TUESDAY = calendar(event(f"DTSTART;VALUE=DATE:{TUESDAY:%Y%m%d}", "SUMMARY:Dentist"))
PRIVATE = {**CALENDAR_TYPE, "Location": "http://169.254.169.254/latest/"}
BAD = {
    **{name: Reply(body=body) for name, body in {**MALFORMED, **ENDLESS, **UNKNOWN_ZONES}.items()},
    "huge": Reply(body=b"x" * 3_000_000),
    "slow": Reply(body=ALL_TUESDAY * 9, pause_seconds=0.1),
    "a redirect to a private address": Reply(status=302, headers=PRIVATE, body=b""),
    "another type": Reply(headers={"Content-Type": "text/html"}),
    "not found": Reply(status=404),
    "broken": Reply(status=500),
}


@frozen
class _Here:
    """Asks the server of the test, whatever public address was added."""

    _source: FeedSource
    _server: CalendarServer

    def fetch(self, request: FeedRequest) -> FeedAnswer:
        address = FeedAddress(self._server.url(), request.address.host)
        return self._source.fetch(evolve(request, address=address))


@pytest.fixture
def server() -> Iterator[CalendarServer]:
    with calendar_server() as server:
        yield server


@pytest.fixture
def source(server: CalendarServer) -> FeedSource:
    def is_allowed(address: IPAddress, port: int) -> bool:
        return (address, port) == (ip_address("127.0.0.1"), server.port)

    reach = Reach(is_allowed, frozenset({"http"}), vets_names=False)
    return _Here(HttpFeeds.within(reach, total_seconds=1), server)


@pytest.fixture
def room(units: PostgresUnits, ids: Ids) -> Classroom:
    return open_classroom(units.begin, ids)


@pytest.fixture
def feed(units: PostgresUnits, ids: Ids, clock: HandMovedClock, room: Classroom) -> Feed:
    request = AddFeed(instructor_id=room.instructor, url=URL)
    return add_feed(request, begin=units.begin, ids=ids, clock=clock)


def refresh(
    feed_id: FeedId, units: PostgresUnits, source: FeedSource, clock: HandMovedClock
) -> Feed:
    refreshed = refresh_feed(feed_id, begin=units.begin, source=source, clock=clock)
    assert refreshed is not None
    return refreshed


def free_days(units: PostgresUnits, room: Classroom, clock: HandMovedClock) -> list[bool]:
    """Whether Tuesday and Wednesday are free at all, as the public sees them."""
    request = FindOpenTimes(
        instructor_id=room.instructor, first=TUESDAY, last=TUESDAY + timedelta(days=1)
    )
    found = find_open_times(request, read=units.read, clock=clock)
    return [each.free_minutes > 0 for each in found.days]


def test_a_busy_day_can_not_be_booked_until_it_is_free_again(
    units: PostgresUnits,
    engine: Engine,
    ids: Ids,
    clock: HandMovedClock,
    room: Classroom,
    feed: Feed,
    server: CalendarServer,
    source: FeedSource,
) -> None:
    """AV-34, AV-38, AV-42, BK-11: every way to look at it, before, during and after."""
    roster = PostgresRoster(engine, clock)
    question = WhoIsFree(format=Format.ONLINE, dates=(TUESDAY,), minutes=60, now=clock.now())
    student = ids.new(StudentId)
    asked = CreateBooking(
        principal=signed_in(student),
        proposal=room.proposal(student, clock.now() + timedelta(hours=28)),
    )
    for body, is_free in ((calendar(), True), (ALL_TUESDAY, False), (calendar(), True)):
        server.replies["/feed.ics"] = Reply(body=body)
        assert refresh(feed.feed_id, units, source, clock).status is FeedStatus.OK
        assert free_days(units, room, clock) == [is_free, True]
        assert bool(roster.who_is_free(question).by_instructor()) is is_free
        if not is_free:
            with pytest.raises(TimeNotOpen):
                create_booking(asked, begin=units.begin, places=TOWN, ids=ids, clock=clock)
    create_booking(asked, begin=units.begin, places=TOWN, ids=ids, clock=clock)


@pytest.mark.parametrize("name", BAD)
def test_item_6_bad_calendars_change_nothing_and_are_reported(
    units: PostgresUnits,
    clock: HandMovedClock,
    room: Classroom,
    feed: Feed,
    server: CalendarServer,
    source: FeedSource,
    name: str,
) -> None:
    server.replies["/feed.ics"] = Reply(body=ALL_TUESDAY)
    well = refresh(feed.feed_id, units, source, clock)
    with units.read() as reads:
        version = reads.calendars.glance(room.instructor).version
    server.replies["/feed.ics"] = BAD[name]
    failing = refresh(feed.feed_id, units, source, clock)
    assert failing.status is FeedStatus.FAILING
    assert isinstance(failing.problem, FeedProblem)
    assert failing.busy_minutes == well.busy_minutes == 24 * 60
    assert free_days(units, room, clock) == [False, True]
    with units.read() as reads:
        assert reads.calendars.glance(room.instructor).version == version
        assert [*reads.feed_queries.of(room.instructor)] == [failing]
