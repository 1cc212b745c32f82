"""External calendars: what may be added, when they are read, and what comes of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from attrs import define, evolve, field
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.accounts.model import Principal
from instainstru_core.availability.events import AvailabilityChanged
from instainstru_core.availability.external.errors import (
    FeedAddressForbidden,
    FeedAddressInvalid,
    FeedExists,
    FeedNotFound,
    TooManyFeeds,
)
from instainstru_core.availability.external.events import ExternalCalendarFailed
from instainstru_core.availability.external.ids import FeedId
from instainstru_core.availability.external.model.addresses import is_public, read_address
from instainstru_core.availability.external.model.feed import (
    EVERY,
    FRESH,
    LONGEST_PAUSE,
    MAX_FEEDS,
    PATIENCE,
    SPREAD_SECONDS,
    Feed,
    FeedProblem,
    FeedStatus,
    Validators,
)
from instainstru_core.availability.external.policies.news import CAUSE
from instainstru_core.availability.external.ports import (
    FeedAnswer,
    FeedRequest,
    ReadFeed,
    Unreadable,
)
from instainstru_core.availability.external.timers import REFRESH_DUE_FEEDS
from instainstru_core.availability.external.use_cases.add_feed import AddFeed, add_feed
from instainstru_core.availability.external.use_cases.list_feeds import ListFeeds, list_feeds
from instainstru_core.availability.external.use_cases.refresh_feed import refresh_feed
from instainstru_core.availability.external.use_cases.remove_feed import RemoveFeed, remove_feed
from instainstru_core.availability.external.use_cases.request_refresh import (
    AT_MOST_EVERY,
    RequestRefresh,
    request_refresh,
)
from instainstru_core.availability.use_cases.find_open_times import FindOpenTimes, find_open_times
from instainstru_core.booking.errors.refusals import TimeNotOpen
from instainstru_core.booking.model.states import Confirmed
from instainstru_core.due_work.use_cases.file_periodic_work import file_periodic_work
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import NEW_YORK, Zone
from instainstru_core.reactions import PERIODIC
from instainstru_core.testing.fakes.feeds import FakeFeeds
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.world import HOUR, World

URL = "https://calendar.example.org/private-1234/basic.ics"
AT = datetime(2030, 1, 7, 17, tzinfo=UTC)
LONG = "x" * 2_048
JITTER = timedelta(seconds=SPREAD_SECONDS)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (URL, URL),
        ("webcal://Calendar.Example.org/a.ics", "https://calendar.example.org/a.ics"),
        ("WEBCALS://calendar.example.org", "https://calendar.example.org/"),
        ("https://calendar.example.org:443/a?b=c#d", "https://calendar.example.org/a?b=c"),
        ("  https://calendar.example.org./?x ", "https://calendar.example.org/?x"),
        ("https://93.184.215.14/a", "https://93.184.215.14/a"),
        ("https://[2606:2800:21f::1]/a", "https://[2606:2800:21f::1]/a"),
    ],
)
def test_an_address_is_read_as_https(text: str, url: str) -> None:
    address = read_address(text)
    assert address.url == url
    assert read_address(address.url) == address


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "calendar.example.org/a.ics",
            "https://",
            "https:///a",
            "http://calendar.example.org",
        ),
        *("ftp://calendar.example.org/", "file:///etc/passwd", "https://a..example.org/"),
        *("https://me:secret@calendar.example.org/", "https://calendar.example.org:8443/"),
        *(
            "https://caf\u00e9.example.org/",
            "https://calendar.example.org/a b",
            "https://-a.example.org",
        ),
        *(
            "https://calendar.example.org/\\@10.0.0.1",
            f"https://calendar.example.org/{'x' * 2_048}",
        ),
        *(
            "https://calendar.example.org/\r\nHost: other",
            "https://[::1",
            "https://a_b.example.org/",
        ),
    ],
)
def test_what_is_no_address_of_a_calendar_is_refused(text: str) -> None:
    with pytest.raises(FeedAddressInvalid) as refused:
        read_address(text)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "db", "db.internal", "printer.local", "a.localhost", "router.home.arpa"),
        *("127.0.0.1", "127.1", "2130706433", "0x7f.1", "10.1.2.3", "192.168.0.1", "172.16.9.9"),
        *("169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1"),
        *("[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[ff02::1]", "[::ffff:127.0.0.1]"),
        *("[64:ff9b::a00:1]", "[2002:a00:1::]", "[2001:0:a00:1::]", "[2001:db8::1]", "[::7f00:1]"),
    ],
)
def test_what_is_not_on_the_public_internet_is_forbidden(host: str) -> None:
    with pytest.raises(FeedAddressForbidden) as refused:
        read_address(f"https://{host}/feed.ics")
    assert refused.value.code == "feed_address_forbidden"


@given(
    st.one_of(
        st.text(max_size=60),
        st.text(alphabet="htpswebcal:/@[].%?#0123456789x-", max_size=60),
        st.builds("https://{}/{}".format, st.text(max_size=30), st.text(max_size=30)),
    )
)
def test_whatever_is_typed_is_an_https_address_or_refused(text: str) -> None:
    """What is kept reads as itself, and holds nothing that ends a line of a request."""
    try:
        address = read_address(text)
    except (FeedAddressInvalid, FeedAddressForbidden):
        return
    assert read_address(address.url) == address
    assert address.url.startswith(f"https://{address.host}/")
    assert address.url.isascii()
    assert address.url.isprintable()
    assert " " not in address.url


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_only_global_addresses_are_public(address: object) -> None:
    public = is_public(address)  # type: ignore[arg-type]
    assert not public or (address.is_global and not address.is_multicast)  # type: ignore[attr-defined]


def test_an_address_is_never_shown() -> None:
    address = read_address(URL)
    assert address.hint == "calendar.example.org/….ics"
    assert "private-1234" not in f"{address!r} {address.hint} {a_feed()!r}"
    assert "private-1234" not in repr(AddFeed(instructor_id=a_feed().instructor_id, url=URL))


def a_feed() -> Feed:
    ids = CountedIds()
    return Feed.add(
        ids.new(FeedId), instructor_id=ids.new(InstructorId), address=read_address(URL), at=AT
    )


def test_it_begins_pending_and_is_well_when_read() -> None:
    feed = a_feed()
    assert (feed.status, feed.next_check_at) == (FeedStatus.PENDING, AT)
    well = feed.unchanged(at=AT)
    assert well.status is FeedStatus.OK
    assert EVERY <= well.next_check_at - AT < EVERY + JITTER


def test_it_is_asked_for_seldom_while_it_fails() -> None:
    feed, pauses = a_feed(), []
    for _ in range(9):
        feed = feed.fail(FeedProblem.TOO_SLOW, at=AT)
        pauses.append(feed.next_check_at - AT)
    assert pauses == sorted(pauses)
    assert EVERY <= pauses[0] < EVERY + JITTER
    assert LONGEST_PAUSE <= pauses[-1] < LONGEST_PAUSE + JITTER


@pytest.mark.parametrize("problem", FeedProblem)
def test_its_owner_is_told_once_in_a_row_of_failures(problem: FeedProblem) -> None:
    """Issue, item 6: of what passes by itself only when it doesn't."""
    feed, told = a_feed(), []
    for number in range(1, 9):
        feed = feed.fail(problem, at=AT)
        told += [(number, each) for each in feed.events]
        feed = evolve(feed, events=())
    ((first, event),) = told
    assert first == (PATIENCE if problem.may_pass else 1)
    assert isinstance(event, ExternalCalendarFailed)
    well = feed.unchanged(at=AT)
    assert (well.status, well.problem, well.failures) == (FeedStatus.OK, None, 0)
    again = evolve(well, failures=PATIENCE - 1).fail(problem, at=AT)
    assert len(again.events) == 1


def test_it_is_read_whole_again_each_day_and_in_another_zone() -> None:
    """AV-9, AV-20: the horizon moves on, and so may the instructor."""
    known = Validators(etag='"1"')
    feed = evolve(
        a_feed(), validators=known, expanded_at=AT, expanded_zone=NEW_YORK, succeeded_at=AT
    )
    soon = AT + FRESH - timedelta(seconds=1)
    assert feed.known_version(NEW_YORK, soon) == known
    assert feed.known_version(NEW_YORK, AT + FRESH) == Validators()
    assert feed.known_version(Zone("America/Chicago"), soon) == Validators()
    assert a_feed().known_version(NEW_YORK, AT) == Validators()


@define
class Town:
    """A world with one instructor, and their calendar elsewhere."""

    feeds: FakeFeeds = field(factory=FakeFeeds)
    world: World = field(factory=World)
    instructor: Principal = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.world.ports = evolve(self.world.ports, feed_source=self.feeds)
        self.instructor = self.world.instructor()
        mine = [PERIODIC[REFRESH_DUE_FEEDS]]
        file_periodic_work(mine, begin=self.world.ports.begin, clock=self.world.clock)

    @property
    def me(self) -> InstructorId:
        return InstructorId(self.instructor.account_id.value)

    def add(self, url: str = URL) -> Feed:
        ports = self.world.ports
        request = AddFeed(instructor_id=self.me, url=url)
        return add_feed(request, begin=ports.begin, ids=ports.ids, clock=ports.clock)

    def feed(self) -> Feed:
        (only,) = list_feeds(ListFeeds(instructor_id=self.me), read=self.world.ports.read).feeds
        return only

    def takes(self, *spans: Interval, etag: str | None = None) -> None:
        self.feeds.put(URL, ReadFeed(spans=spans, validators=Validators(etag=etag)))

    def free_minutes(self) -> int:
        ports = self.world.ports
        request = FindOpenTimes(instructor_id=self.me)
        return find_open_times(request, read=ports.read, clock=ports.clock).free_minutes

    def news(self) -> list[AvailabilityChanged]:
        recorded = self.world.database.recorded
        return [
            each
            for each in recorded
            if isinstance(each, AvailabilityChanged) and each.cause == CAUSE
        ]

    def mails(self) -> list[str]:
        own = self.world.ports.mailbox
        assert own is not None
        return [
            each.mail.subject
            for each in own.latest()
            if each.mail.template == "external_calendar_failed"
        ]


@pytest.fixture
def town() -> Town:
    return Town()


def tomorrow(town: Town, hours: int = 1) -> Interval:
    """From this time tomorrow on."""
    return Interval.lasting(town.world.clock.now() + 24 * HOUR, hours * HOUR)


def test_what_it_takes_is_not_free_and_can_not_be_booked(town: Town) -> None:
    """AV-34, BK-11 row 16: as if it were closed; and free again when it is gone."""
    student, before = town.world.student(), town.free_minutes()
    town.takes(tomorrow(town))
    town.add()
    town.world.advance()
    feed = town.feed()
    assert (feed.status, feed.busy_minutes) == (FeedStatus.OK, 60)
    assert town.free_minutes() == before - 60
    with pytest.raises(TimeNotOpen):
        town.world.hold(student, town.instructor, starts_in=24 * HOUR)
    with pytest.raises(TimeNotOpen):
        town.world.hold(student, town.instructor, starts_in=23 * HOUR + timedelta(minutes=15))
    town.world.hold(student, town.instructor, starts_in=25 * HOUR)
    ports = town.world.ports
    remove_feed(
        RemoveFeed(instructor_id=town.me, feed_id=feed.feed_id),
        begin=ports.begin,
        clock=ports.clock,
    )
    town.world.hold(town.world.student("Ben"), town.instructor, starts_in=23 * HOUR)
    assert [each.dates for each in town.news()] == [(tomorrow(town).starts_at.date(),)] * 2


def test_av26_bookings_stand(town: Town) -> None:
    student = town.world.student()
    booking = town.world.book(student, town.instructor, starts_in=24 * HOUR)
    town.takes(tomorrow(town))
    town.add()
    town.world.advance()
    assert isinstance(town.world.booking(booking.booking_id).state, Confirmed)


def test_it_is_read_every_quarter_of_an_hour(town: Town) -> None:
    town.takes(tomorrow(town), etag='"1"')
    town.add()
    town.world.advance(timedelta(minutes=90))
    assert len(town.feeds.requests) == 6
    assert town.feeds.requests[0].known == Validators()
    assert all(each.known == Validators(etag='"1"') for each in town.feeds.requests[1:])
    assert len(town.news()) == 1


def test_the_same_calendar_again_leaves_everything_as_it_is(town: Town) -> None:
    """AV-21: nothing is told when no other time is taken."""
    town.takes(tomorrow(town))
    town.add()
    town.world.advance()
    version = town.feed().version
    town.world.advance(EVERY + JITTER)
    assert town.feed().version > version
    assert len(town.news()) == 1


@pytest.mark.parametrize("problem", FeedProblem)
def test_what_can_not_be_read_changes_nothing_and_is_reported(
    town: Town, problem: FeedProblem
) -> None:
    """Issue, item 6."""
    town.takes(tomorrow(town))
    town.add()
    town.world.advance()
    before = town.free_minutes(), town.news()
    town.feeds.put(URL, Unreadable(problem))
    ports = town.world.ports
    for _ in range(4):
        town.world.advance(EVERY)
        refresh_feed(town.feed().feed_id, begin=ports.begin, source=town.feeds, clock=ports.clock)
    town.world.advance()
    failing = town.feed()
    assert (failing.status, failing.problem) == (FeedStatus.FAILING, problem)
    assert failing.busy_minutes == 60
    with town.world.ports.begin() as work:
        assert work.feeds.busy(failing.feed_id).minutes == 60
    assert town.news() == before[1]
    assert town.mails() == ["We can't read your calendar at calendar.example.org"]


def test_a_calendar_is_added_once_and_five_at_most(town: Town) -> None:
    for number in range(MAX_FEEDS):
        town.add(f"{URL}?{number}")
    with pytest.raises(FeedExists):
        town.add(f"webcal://{URL.removeprefix('https://')}?0")
    with pytest.raises(TooManyFeeds):
        town.add(f"{URL}?{MAX_FEEDS}")


def test_it_is_its_instructors_alone(town: Town) -> None:
    feed, ports = town.add(), town.world.ports
    other = InstructorId(town.world.instructor("Eve").account_id.value)
    with pytest.raises(FeedNotFound):
        remove_feed(
            RemoveFeed(instructor_id=other, feed_id=feed.feed_id),
            begin=ports.begin,
            clock=ports.clock,
        )
    with pytest.raises(FeedNotFound):
        request_refresh(
            RequestRefresh(instructor_id=other, feed_id=feed.feed_id),
            begin=ports.begin,
            clock=ports.clock,
        )
    assert not list_feeds(ListFeeds(instructor_id=other), read=ports.read).feeds


def test_whoever_can_not_wait_has_it_read_once_a_minute(town: Town) -> None:
    town.takes()
    feed, ports = town.add(), town.world.ports
    town.world.advance()
    request = RequestRefresh(instructor_id=town.me, feed_id=feed.feed_id)
    for _ in range(3):
        request_refresh(request, begin=ports.begin, clock=ports.clock)
    town.world.advance()
    assert len(town.feeds.requests) == 1
    town.world.advance(AT_MOST_EVERY)
    request_refresh(request, begin=ports.begin, clock=ports.clock)
    town.world.advance()
    assert len(town.feeds.requests) == 2


def test_asking_again_before_it_was_read_asks_nobody_twice(town: Town) -> None:
    """Workers that are behind don't make a flood of what is asked for once a minute."""
    town.takes()
    feed, ports = town.add(), town.world.ports
    town.world.advance()
    town.world.advance(AT_MOST_EVERY)
    request = RequestRefresh(instructor_id=town.me, feed_id=feed.feed_id)
    versions = {
        request_refresh(request, begin=ports.begin, clock=ports.clock).version for _ in range(3)
    }
    assert len(versions) == 1
    town.world.advance()
    assert len(town.feeds.requests) == 2


def test_what_was_asked_for_and_not_done_can_be_asked_for_again(town: Town) -> None:
    """Whether it was read since, is seen by when it is to be read next."""
    feed = a_feed()
    for checked in (feed.unchanged(at=AT), feed.fail(FeedProblem.TOO_SLOW, at=AT)):
        assert checked.asked_at is None
        assert checked.put_off(until=AT + EVERY + HOUR).asked_at == AT + HOUR
    assert feed.put_off(until=AT + EVERY).asked_at == AT


@define
class _Meddling:
    """A source during whose fetch something else happens."""

    meddle: Callable[[], object]
    answer: FeedAnswer

    def fetch(self, request: FeedRequest) -> FeedAnswer:
        self.meddle()
        return self.answer


def test_what_was_read_meanwhile_or_removed_is_not_overwritten(town: Town) -> None:
    before = town.free_minutes()
    town.takes(tomorrow(town))
    feed, ports = town.add(), town.world.ports

    def read_it() -> None:
        refresh_feed(feed.feed_id, begin=ports.begin, source=town.feeds, clock=ports.clock)

    def remove_it() -> None:
        request = RemoveFeed(instructor_id=town.me, feed_id=feed.feed_id)
        remove_feed(request, begin=ports.begin, clock=ports.clock)

    late = ReadFeed(spans=[tomorrow(town, hours=9)])
    for meddle in (read_it, remove_it, lambda: None):
        source = _Meddling(meddle, late)
        kept = refresh_feed(feed.feed_id, begin=ports.begin, source=source, clock=ports.clock)
        assert kept is None
    assert not list_feeds(ListFeeds(instructor_id=town.me), read=ports.read).feeds
    assert town.free_minutes() == before
