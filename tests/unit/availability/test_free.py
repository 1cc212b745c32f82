"""Free time, and until when an answer about it holds. Source: AV-30…AV-38, §10 properties 6, 7."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from instainstru_core.availability.errors import (
    CalendarNotFound,
    InvalidDuration,
    RangeTooLong,
)
from instainstru_core.availability.ids import BlackoutId
from instainstru_core.availability.model.days import local_day
from instainstru_core.availability.model.facts import Blackout, CalendarFacts
from instainstru_core.availability.model.free import free_slots, free_starts, free_windows
from instainstru_core.availability.model.open_times import open_times
from instainstru_core.availability.model.planes import FORMATS, DayPlanes, span
from instainstru_core.availability.model.rules import DEFAULT_RULES
from instainstru_core.availability.model.settings import (
    Busy,
    CalendarSettings,
    grid_instant,
)
from instainstru_core.availability.use_cases.find_open_times import FindOpenTimes, find_open_times
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import Zone
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies import availability as strategies
from instainstru_core.testing.strategies.booking import NOON, open_classroom

NEW_YORK = Zone("America/New_York")
ALWAYS = DayPlanes(*(span(0, 288),) * 3)
DAY = date(2027, 6, 9)
LONG_BEFORE = datetime(2027, 5, 1, tzinfo=UTC)


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return local_day(NEW_YORK, day).instant(12 * hour + minute // 5)


def free(wanted: Format, busy: list[Busy], *, now: datetime = LONG_BEFORE, day: date = DAY) -> int:
    return free_slots(
        ALWAYS,
        day=local_day(NEW_YORK, day),
        wanted=wanted,
        busy=busy,
        settings=CalendarSettings(),
        now=now,
    )


def labels(slots: int, day: date = DAY) -> list[tuple[str, str]]:
    windows = free_windows(local_day(NEW_YORK, day), [(Format.ONLINE, slots)])
    return [(each.start, each.end) for each in windows]


@given(
    strategies.dates.flatmap(
        lambda day: st.tuples(
            st.just(day),
            strategies.day_planes,
            strategies.calendar_settings(),
            st.lists(strategies.lessons(day), max_size=3),
            strategies.lessons(day),
            strategies.nows(day),
            strategies.formats,
        )
    )
)
def test_prop6_nothing_adds_free_time(
    drawn: tuple[date, DayPlanes, CalendarSettings, list[Busy], Busy, datetime, Format],
) -> None:
    day, planes, settings, busy, another, now, wanted = drawn
    local = local_day(settings.zone, day)

    def slots(**changes: object) -> int:
        given = {
            "day": local,
            "wanted": wanted,
            "busy": busy,
            "settings": settings,
            "now": now,
        }
        return free_slots(planes, **given | changes)  # type: ignore[arg-type]

    known = slots()
    assert known & ~local.instants(planes.of(wanted)) == 0, "free is open"
    assert slots(busy=[*busy, another]) & ~known == 0
    assert slots(blocked=True) == 0
    wider = evolve(settings, travel_buffer_minutes=120, non_travel_buffer_minutes=120)
    assert slots(settings=wider) & ~known == 0
    longer = evolve(settings, min_advance_minutes=10_080)
    assert slots(settings=longer) & ~known == 0
    if another.occupies(now):
        assert slots(busy=[another]) & local.touched(another.span) == 0


@given(
    strategies.dates.flatmap(
        lambda day: st.tuples(
            st.just(day),
            strategies.day_planes,
            strategies.calendar_settings(),
            st.lists(strategies.lessons(day), max_size=3),
            strategies.nows(day),
            strategies.formats,
            st.sampled_from((30, 45, 60, 240)),
        )
    )
)
def test_prop7_a_start_is_bookable_exactly_when_every_rule_says_so(
    drawn: tuple[date, DayPlanes, CalendarSettings, list[Busy], datetime, Format, int],
) -> None:
    """AV-31…AV-35 said once more, lesson by lesson instead of slot by slot."""
    day, planes, settings, busy, now, wanted, minutes = drawn
    zone, local = settings.zone, local_day(settings.zone, day)
    slots = free_slots(planes, day=local, wanted=wanted, busy=busy, settings=settings, now=now)
    found = {each.starts_at for each in free_starts(local, [(wanted, slots)], minutes=minutes)}
    expected = set()
    for slot in range(local.length):
        starts_at = local.instant(slot)
        shown = zone.local(starts_at)
        lesson = Interval.lasting(starts_at, timedelta(minutes=minutes))
        early = shown.hour < (11 if wanted is Format.TRAVEL else 9)
        open_slots = local.instants(planes.of(wanted))
        if (
            shown.minute % 15 == 0
            and lesson.ends_at <= local.instant(local.length)
            and starts_at >= now + settings.notice(wanted)
            and not (early and settings.protected_date(now) == day)
            and local.touched(lesson) & ~open_slots == 0
            and not any(e.occupies(now) and e.conflicts(lesson, wanted, settings) for e in busy)
        ):
            expected.add(starts_at)
    assert found == expected


def test_av31_a_gap_of_exactly_the_buffer_is_allowed() -> None:
    lesson = Busy(Interval(at(12), at(13)), Format.ONLINE)
    assert labels(free(Format.ONLINE, [lesson])) == [("00:00", "11:45"), ("13:15", "24:00")]
    assert labels(free(Format.TRAVEL, [lesson])) == [("00:00", "11:00"), ("14:00", "24:00")]
    travelling = Busy(lesson.span, Format.TRAVEL)
    assert labels(free(Format.STUDIO, [travelling])) == [("00:00", "11:00"), ("14:00", "24:00")]
    after = Interval.lasting(at(13, 15), timedelta(minutes=30))
    assert not lesson.conflicts(after, Format.ONLINE, CalendarSettings())
    assert lesson.conflicts(after, Format.TRAVEL, CalendarSettings())


def test_av31_buffers_cross_midnight() -> None:
    """Spec 01 §9: a travel lesson ending 24:00 blocks the next day until 01:00."""
    late = Busy(Interval(at(23), at(0, day=DAY + timedelta(days=1))), Format.TRAVEL)
    after = free(Format.ONLINE, [late], day=DAY + timedelta(days=1))
    assert labels(after, DAY + timedelta(days=1)) == [("01:00", "24:00")]


def test_av32_the_first_start_leaves_exactly_the_notice() -> None:
    assert labels(free(Format.ONLINE, [], now=at(12)))[0][0] == "13:00"
    assert labels(free(Format.ONLINE, [], now=at(12) + timedelta(microseconds=1)))[0][0] == "13:15"
    assert labels(free(Format.TRAVEL, [], now=at(12)))[0][0] == "15:00"


@pytest.mark.parametrize(
    ("hour", "minute", "wanted", "first"),
    [
        (19, 55, Format.ONLINE, "00:00"),
        (20, 0, Format.ONLINE, "09:00"),
        (20, 0, Format.TRAVEL, "11:00"),
        (20, 0, Format.STUDIO, "09:00"),
    ],
)
def test_av33_in_the_evening_tomorrow_starts_late(
    hour: int, minute: int, wanted: Format, first: str
) -> None:
    now = at(hour, minute, DAY - timedelta(days=1))
    assert labels(free(wanted, [], now=now))[0][0] == first


@pytest.mark.parametrize(("hour", "first"), [(0, "09:00"), (7, "09:00"), (8, "09:00")])
def test_av33_in_the_small_hours_today_starts_late(hour: int, first: str) -> None:
    assert labels(free(Format.ONLINE, [], now=at(hour)))[0][0] == first
    unprotected = free_slots(
        ALWAYS,
        day=local_day(NEW_YORK, DAY),
        wanted=Format.ONLINE,
        busy=[],
        settings=CalendarSettings(overnight_protection_enabled=False),
        now=at(hour),
    )
    assert labels(unprotected)[0][0] == f"{hour + 1:02}:00"


def test_av34_nothing_is_free_beyond_the_horizon() -> None:
    now = at(12) - timedelta(days=DEFAULT_RULES.horizon_days)
    assert free(Format.ONLINE, [], now=now) != 0
    assert free(Format.ONLINE, [], now=now - timedelta(days=1)) == 0


def test_av35_both_occurrences_of_the_repeated_hour_are_starts() -> None:
    day = local_day(NEW_YORK, date(2027, 11, 7))
    only_one = day.instants(span(12, 24))
    starts = free_starts(day, [(Format.ONLINE, only_one)], minutes=60)
    assert [each.label for each in starts] == [
        "01:00",
        "01:15",
        "01:30",
        "01:45",
        "01:00",
    ]
    assert len({each.starts_at for each in starts}) == 5
    (window,) = free_windows(day, [(Format.ONLINE, only_one)])
    assert (window.start, window.end) == ("01:00", "02:00")
    assert window.ends_at - window.starts_at == timedelta(hours=2)


def test_av28_settings_keep_their_ranges() -> None:
    for wrong in (
        {"travel_buffer_minutes": 125},
        {"travel_buffer_minutes": 62},
        {"non_travel_buffer_minutes": -5},
        {"non_travel_buffer_minutes": 30, "travel_buffer_minutes": 15},
        {"min_advance_minutes": 10_081},
        {"min_advance_minutes": -1},
    ):
        with pytest.raises(Malformed):
            CalendarSettings(**wrong)  # type: ignore[arg-type]


@given(st.datetimes(datetime(2027, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_av34_the_grid_is_the_quarter_hours(moment: datetime) -> None:
    found = grid_instant(moment)
    assert timedelta() <= found - moment < timedelta(minutes=15)
    assert (found.minute % 15, found.second, found.microsecond) == (0, 0, 0)


def facts_of(
    day: date, planes: DayPlanes, settings: CalendarSettings, busy: list[Busy]
) -> CalendarFacts:
    return CalendarFacts(
        instructor_id=InstructorId.parse("01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        version=1,
        first=day - timedelta(days=1),
        last=day + timedelta(days=1),
        settings=settings,
        days={day: planes, day + timedelta(days=1): planes},
        busy=tuple(busy),
        formats=FORMATS,
    )


@given(
    strategies.dates.flatmap(
        lambda day: st.tuples(
            st.just(day),
            strategies.day_planes,
            strategies.calendar_settings(),
            st.lists(strategies.lessons(day), max_size=3),
            strategies.nows(day),
        )
    ),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from((None, 60)),
)
def test_av38_an_answer_is_the_same_as_long_as_it_says(
    drawn: tuple[date, DayPlanes, CalendarSettings, list[Busy], datetime],
    part: float,
    minutes: int | None,
) -> None:
    day, planes, settings, busy, now = drawn
    facts = facts_of(day, planes, settings, busy)

    def answer(moment: datetime) -> tuple[object, ...]:
        found = open_times(facts, wanted=None, minutes=minutes, bookable=True, now=moment)
        return (found.days, found.earliest_date, found.free_minutes)

    found = open_times(facts, wanted=None, minutes=minutes, bookable=True, now=now)
    assert found.holds_at(now)
    assert found.until - found.since <= timedelta(minutes=15)
    last = found.until - timedelta(microseconds=1)
    between = found.since + part * (found.until - found.since)
    assume(found.holds_at(between))
    assert answer(found.since) == answer(between) == answer(last) == answer(now)


class TestFindOpenTimes:
    """The use case, in memory."""

    @pytest.fixture
    def store(self) -> InMemoryStore:
        return InMemoryStore(CountedIds(), HandMovedClock(NOON))

    def test_av36_formats_not_offered_are_left_out(self, store: InMemoryStore) -> None:
        room = open_classroom(store.begin, store.ids, formats=[Format.ONLINE, Format.TRAVEL])
        request = FindOpenTimes(instructor_id=room.instructor)
        found = find_open_times(request, read=store.read, clock=store.clock)
        assert found.formats == (Format.TRAVEL, Format.ONLINE)
        studio = evolve(request, location_type=LocationType.INSTRUCTOR_LOCATION)
        none = find_open_times(studio, read=store.read, clock=store.clock)
        assert none.formats == ()
        assert none.free_minutes == 0
        assert len(none.days) == 30

    def test_av36_a_blackout_is_shown_without_its_reason(self, store: InMemoryStore) -> None:
        room = open_classroom(store.begin, store.ids)
        today = NEW_YORK.today(NOON)
        with store.begin() as work:
            blocked = Blackout(
                blackout_id=store.ids.new(BlackoutId),
                instructor_id=room.instructor,
                day=today,
                reason="holiday",
                created_at=NOON,
            )
            work.calendars.block_all([blocked])
        request = FindOpenTimes(instructor_id=room.instructor, minutes=30)
        found = find_open_times(request, read=store.read, clock=store.clock)
        assert [each.date for each in found.days if each.blackout] == [today]
        assert found.days[0].windows == ()
        assert found.days[0].starts == ()
        assert found.earliest_date == today + timedelta(days=1)
        assert "holiday" not in repr(found)

    def test_av36_earliest_date_is_one_where_a_lesson_fits(self, store: InMemoryStore) -> None:
        room = open_classroom(store.begin, store.ids, planes=DayPlanes(online=span(276, 282)))
        request = FindOpenTimes(instructor_id=room.instructor)
        today = NEW_YORK.today(NOON)
        for minutes, earliest in ((None, today), (30, today), (60, None)):
            asked = evolve(request, minutes=minutes)
            found = find_open_times(asked, read=store.read, clock=store.clock)
            assert found.earliest_date == earliest

    def test_av36_ninety_days_and_no_more(self, store: InMemoryStore) -> None:
        room = open_classroom(store.begin, store.ids)
        today = NEW_YORK.today(NOON)
        request = FindOpenTimes(instructor_id=room.instructor, last=today + timedelta(days=89))
        found = find_open_times(request, read=store.read, clock=store.clock)
        assert len(found.days) == 90
        assert sum(each.free_minutes for each in found.days) == found.free_minutes
        with pytest.raises(RangeTooLong):
            find_open_times(
                evolve(request, last=today + timedelta(days=90)),
                read=store.read,
                clock=store.clock,
            )

    def test_refuses_what_no_lesson_is(self, store: InMemoryStore) -> None:
        room = open_classroom(store.begin, store.ids)
        for minutes in (25, 31, 245):
            request = FindOpenTimes(instructor_id=room.instructor, minutes=minutes)
            with pytest.raises(InvalidDuration):
                find_open_times(request, read=store.read, clock=store.clock)
        stranger = FindOpenTimes(instructor_id=store.ids.new(InstructorId))
        with pytest.raises(CalendarNotFound):
            find_open_times(stranger, read=store.read, clock=store.clock)


def test_av36_starts_say_which_formats_can() -> None:
    day = local_day(NEW_YORK, DAY)
    starts = free_starts(
        day, [(Format.ONLINE, span(0, 12)), (Format.STUDIO, span(6, 18))], minutes=30
    )
    assert [(each.label, each.formats) for each in starts] == [
        ("00:00", (Format.ONLINE,)),
        ("00:15", (Format.ONLINE,)),
        ("00:30", (Format.ONLINE, Format.STUDIO)),
        ("00:45", (Format.STUDIO,)),
        ("01:00", (Format.STUDIO,)),
    ]
