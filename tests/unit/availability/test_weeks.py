"""Weeks, their ETag, and what replacing one writes. Source: AV-12…AV-26, §10 property 3."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.availability.errors import (
    CalendarNotFound,
    NotMonday,
    OutOfHorizon,
    WeekChanged,
    WeekMismatch,
    WeekVersionMissing,
)
from instainstru_core.availability.events import AvailabilityChanged
from instainstru_core.availability.model.edits import (
    EditLimits,
    Plan,
    SkippedDate,
    SkipReason,
    planned,
)
from instainstru_core.availability.model.planes import SLOTS_PER_DAY, DayPlanes, span
from instainstru_core.availability.model.rules import CalendarRules
from instainstru_core.availability.model.weeks import Week, read_week_text
from instainstru_core.availability.model.windows import WindowText
from instainstru_core.availability.use_cases.read_week import ReadWeek, read_week
from instainstru_core.availability.use_cases.replace_week import ReplaceWeek, replace_week
from instainstru_core.availability.use_cases.save_edit import SavedEdit
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.zones import NonexistentLocalTime, Zone
from instainstru_core.testing.contracts.calendars import lesson_of
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies import availability as strategies
from instainstru_core.testing.strategies.booking import MONDAY, NOON, Classroom, open_classroom

OPEN = DayPlanes(online=span(108, 144))
NINE_TO_NOON = [WindowText("09:00", "12:00", ["online"])]


def week_with(*planes: DayPlanes, monday: date = MONDAY) -> Week:
    return Week.of(monday, {monday + timedelta(days=n): each for n, each in enumerate(planes)})


def replacement(
    stored: Week, wanted: Week, *, today: date, past_edit_window_days: int | None = 30
) -> Plan:
    rules = CalendarRules(past_edit_window_days=past_edit_window_days)
    return planned(
        stored.by_date(),
        wanted.by_date(),
        mondays=(stored.monday,),
        limits=EditLimits.of_editing(today, rules),
        pointer="/days/{}",
    )


weeks = st.lists(strategies.day_planes, min_size=7, max_size=7).map(
    lambda days: Week(MONDAY, tuple(days))
)


@given(weeks, weeks)
def test_prop3_equal_etags_are_equal_content(one: Week, other: Week) -> None:
    assert (one.etag == other.etag) == (one.days == other.days)
    assert one.etag == week_with(*one.days, monday=MONDAY + timedelta(days=70)).etag


@given(weeks, st.integers(0, 6), strategies.formats, st.integers(0, SLOTS_PER_DAY - 1))
def test_prop3_one_bit_makes_another_etag(
    week: Week, number: int, wanted: Format, slot: int
) -> None:
    flip = DayPlanes(**{wanted.value: 1 << slot})
    days = list(week.days)
    days[number] ^= flip
    assert Week(MONDAY, tuple(days)).etag != week.etag
    days[number] ^= flip
    assert Week(MONDAY, tuple(days)).etag == week.etag


def test_av13_the_etag_of_a_closed_week_is_that_of_840_zero_bytes() -> None:
    assert Week(MONDAY).etag == sha256(bytes(840)).hexdigest()


@given(weeks)
def test_prop3_reading_what_was_written_gives_the_same_week(week: Week) -> None:
    days = {
        date.fromisoformat(day): [
            WindowText(str(each["start"]), str(each["end"]), each["formats"])  # type: ignore[arg-type]
            for each in windows
        ]
        for day, windows in week.as_windows().items()
    }
    assert read_week_text(MONDAY, days) == week
    assert not replacement(week, week, today=MONDAY).writes


def test_av12_a_week_is_addressed_by_its_monday() -> None:
    with pytest.raises(NotMonday, match="Tuesday"):
        Week(MONDAY + timedelta(days=1))
    with pytest.raises(WeekMismatch) as refused:
        read_week_text(MONDAY, {MONDAY + timedelta(days=7): []})
    assert refused.value.pointer == "/days/2030-01-14"
    with pytest.raises(Malformed):
        Week(MONDAY, (OPEN,))


@pytest.mark.parametrize(
    ("age", "window", "written"),
    [
        (0, 0, True),
        (1, 0, False),
        (30, 30, True),
        (31, 30, False),
        (999, None, True),
        (-365, 0, True),
    ],
)
def test_av19_how_far_back_history_may_be_corrected(
    age: int, window: int | None, written: bool
) -> None:
    today = MONDAY + timedelta(days=age)
    change = replacement(Week(MONDAY), week_with(OPEN), today=today, past_edit_window_days=window)
    if written:
        assert change.writes == {MONDAY: OPEN}
        assert change.skipped == ()
        assert change.news(today) == ({MONDAY: (MONDAY,)} if age <= 0 else {})
        assert change.weeks == (week_with(OPEN),)
    else:
        assert not change.writes
        assert change.skipped == (SkippedDate(MONDAY, SkipReason.PAST_WINDOW),)
        assert change.weeks == (Week(MONDAY),)


def test_av20_nothing_opens_beyond_the_horizon() -> None:
    today = MONDAY - timedelta(days=365)
    with pytest.raises(OutOfHorizon) as refused:
        replacement(Week(MONDAY), week_with(OPEN, OPEN), today=today)
    assert refused.value.pointer == "/days/2030-01-08"
    far = replacement(week_with(OPEN, OPEN), week_with(DayPlanes(), OPEN), today=today)
    assert far.writes == {MONDAY: DayPlanes()}, "a distant day that stays is no obstacle"


class TestReplaceWeek:
    """The use case, in memory."""

    @pytest.fixture
    def clock(self) -> HandMovedClock:
        return HandMovedClock(NOON)

    @pytest.fixture
    def store(self, clock: HandMovedClock) -> InMemoryStore:
        return InMemoryStore(CountedIds(), clock)

    @pytest.fixture
    def room(self, store: InMemoryStore) -> Classroom:
        return open_classroom(store.begin, store.ids, planes=DayPlanes())

    def save(
        self,
        store: InMemoryStore,
        room: Classroom,
        days: dict[date, Sequence[WindowText]],
        *seen: str,
        monday: date = MONDAY,
    ) -> SavedEdit:
        request = ReplaceWeek(
            instructor_id=room.instructor,
            monday=monday,
            days=days,
            if_match=frozenset(seen or ("*",)),
        )
        return replace_week(request, begin=store.begin, ids=store.ids, clock=store.clock)

    def changes(self, store: InMemoryStore) -> list[AvailabilityChanged]:
        return [each for each in store.recorded if isinstance(each, AvailabilityChanged)]

    def test_av15_dates_not_mentioned_are_closed(
        self, store: InMemoryStore, room: Classroom
    ) -> None:
        self.save(store, room, {MONDAY: NINE_TO_NOON})
        saved = self.save(store, room, {MONDAY + timedelta(days=1): NINE_TO_NOON})
        assert saved.week == week_with(DayPlanes(), OPEN)
        assert saved.written == (MONDAY, MONDAY + timedelta(days=1))
        assert (saved.weeks_affected, saved.dates_processed) == (1, 7)
        request = ReadWeek(instructor_id=room.instructor, monday=MONDAY)
        assert read_week(request, read=store.read).week == saved.week

    def test_av21_what_does_not_change_is_not_written(
        self, store: InMemoryStore, room: Classroom, clock: HandMovedClock
    ) -> None:
        self.save(store, room, {MONDAY: NINE_TO_NOON})
        request = ReadWeek(instructor_id=room.instructor, monday=MONDAY)
        before = read_week(request, read=store.read)
        events = len(self.changes(store))
        clock.move(timedelta(hours=1))
        saved = self.save(store, room, {MONDAY: NINE_TO_NOON}, before.week.etag)
        assert (saved.written, saved.weeks_affected) == ((), 0)
        assert read_week(request, read=store.read) == before
        assert len(self.changes(store)) == events

    def test_av19_news_of_the_past_is_no_news(
        self, store: InMemoryStore, room: Classroom, clock: HandMovedClock
    ) -> None:
        clock.move(timedelta(days=2))
        days = {MONDAY + timedelta(days=n): NINE_TO_NOON for n in range(4)}
        saved = self.save(store, room, {**days})
        assert len(saved.written) == 4
        (event,) = self.changes(store)
        assert event.dates == (MONDAY + timedelta(days=2), MONDAY + timedelta(days=3))
        last_week = MONDAY - timedelta(days=7)
        self.save(store, room, {last_week: NINE_TO_NOON}, monday=last_week)
        assert len(self.changes(store)) == 1

    def test_av16_the_payload_is_judged_before_the_version(
        self, store: InMemoryStore, room: Classroom
    ) -> None:
        request = ReplaceWeek(instructor_id=room.instructor, monday=MONDAY, days={}, if_match=None)
        with pytest.raises(WeekVersionMissing, match="If-Match"):
            replace_week(request, begin=store.begin, ids=store.ids, clock=store.clock)
        with pytest.raises(WeekChanged, match="someone else"):
            self.save(store, room, {}, "0" * 64)
        far = MONDAY + timedelta(days=371)
        with pytest.raises(OutOfHorizon):
            self.save(store, room, {far: NINE_TO_NOON}, "0" * 64, monday=far)

    def test_av26_only_lessons_that_lose_their_time_are_listed(
        self, store: InMemoryStore, room: Classroom, clock: HandMovedClock
    ) -> None:
        tuesday = MONDAY + timedelta(days=1)
        self.save(store, room, {MONDAY: NINE_TO_NOON, tuesday: NINE_TO_NOON})
        ten = NOON + timedelta(hours=22)
        lesson = lesson_of(room, store.ids, ten, at=NOON)
        with store.begin() as work:
            work.bookings.add(lesson)
        kept: dict[date, Sequence[WindowText]] = {tuesday: [WindowText("10:00", "11:00")]}
        assert self.save(store, room, kept).uncovered == ()
        studio: dict[date, Sequence[WindowText]] = {
            tuesday: [WindowText("10:00", "11:00", ["studio"])]
        }
        (uncovered,) = self.save(store, room, studio).uncovered
        assert uncovered.booking == str(lesson.booking_id)
        clock.move(timedelta(days=2))
        assert self.save(store, room, {}).uncovered == (), "what was taught needs no time"

    def test_nobody_has_no_week(self, store: InMemoryStore, room: Classroom) -> None:
        nobody = Classroom(instructor=store.ids.new(InstructorId), service_id=room.service_id)
        with pytest.raises(CalendarNotFound, match="no instructor"):
            self.save(store, nobody, {})
        with pytest.raises(NotMonday):
            read_week(
                ReadWeek(instructor_id=room.instructor, monday=MONDAY + timedelta(days=1)),
                read=store.read,
            )


def test_av11_a_skipped_wall_time_is_refused_and_a_repeated_one_is_the_first() -> None:
    zone = Zone("America/New_York")
    with pytest.raises(NonexistentLocalTime):
        zone.instant(date(2027, 3, 14), datetime(2027, 3, 14, 2, 30).time())  # noqa: DTZ001
    first = zone.instant(date(2027, 11, 7), datetime(2027, 11, 7, 1, 30).time())  # noqa: DTZ001
    assert first.isoformat() == "2027-11-07T05:30:00+00:00"
