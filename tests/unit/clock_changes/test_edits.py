"""Which dates may be edited around clock changes, and what stays when a calendar's zone changes.

Source: AV-9, AV-19, AV-20, AV-22, AV-23, AV-25…AV-27, AV-36; issue, item 4.
"""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.errors import OutOfHorizon, RangeInPast
from instainstru_core.availability.model.planes import DayPlanes, span
from instainstru_core.availability.model.windows import WindowText
from instainstru_core.availability.use_cases.apply_pattern import ApplyPattern, apply_pattern
from instainstru_core.availability.use_cases.block_dates import BlockDates, block_dates
from instainstru_core.availability.use_cases.copy_week import CopyWeek, copy_week
from instainstru_core.availability.use_cases.find_open_times import FindOpenTimes, find_open_times
from instainstru_core.availability.use_cases.replace_week import ReplaceWeek, replace_week
from instainstru_core.availability.use_cases.save_edit import SavedEdit
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.zones import Zone
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import a_booking, open_classroom
from tests.unit.clock_changes import oracle

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SOME = settings(max_examples=40, deadline=None)
NIGHT = DayPlanes(online=span(6, 48))
"""Open from 00:30 to 04:00."""

changes = st.sampled_from([(zone, day) for zone, day, _ in oracle.CHANGES])


def school(zone: str, change: date, now: datetime) -> tuple[InMemoryStore, InstructorId]:
    """An instructor of *zone* who is open each night for a week before the change, and after."""
    store = InMemoryStore(CountedIds(), HandMovedClock(now))
    room = open_classroom(store.begin, store.ids, first_day=change - 13 * DAY, planes=NIGHT)
    move_to(store, room.instructor, zone)
    return store, room.instructor


def move_to(store: InMemoryStore, who: InstructorId, zone: str) -> None:
    with store.begin() as work:
        kept = work.instructors.get_for_update(who)
        work.instructors.save(kept.introduce(at=store.clock.now(), zone=Zone(zone)))


@st.composite
def moments(draw: st.DrawFn) -> tuple[str, date, datetime]:
    """An instant near a midnight around a change, where the clocks say what today is."""
    zone, change = draw(changes)
    day = change + draw(st.integers(-1, 2)) * DAY
    odd = draw(st.sampled_from((timedelta(), timedelta(microseconds=-1))))
    off = draw(st.one_of(st.just(0), st.integers(-150, 150)))
    return zone, change, oracle.minutes_of(zone, day)[0] + off * MINUTE + odd


@SOME
@given(moments())
def test_av22_av23_dates_before_today_are_left(drawn: tuple[str, date, datetime]) -> None:
    """AV-20, AV-25 too: today is the local date, and the horizon is 365 local dates on."""
    zone, change, now = drawn
    store, who = school(zone, change, now)
    today = oracle.shown(zone, now).date()
    closed, source = change + 8 * DAY, change - 6 * DAY

    def fill(since: date, until: date, week: date) -> SavedEdit:
        pattern = ApplyPattern(
            instructor_id=who,
            from_week=week,
            start_date=since,
            end_date=until,
            allow_clear=True,
            dry_run=True,
        )
        return apply_pattern(pattern, begin=store.begin, ids=store.ids, clock=store.clock)

    around = [today + n * DAY for n in range(-3, 4)]
    cleared = fill(around[0], around[-1], closed)
    assert list(cleared.written) == [day for day in around if today <= day <= change]
    left = [each.date for each in cleared.skipped]
    assert left == [day for day in around if day < today and day <= change]
    last = today + 365 * DAY
    assert fill(last - DAY, last, source).written == (last - DAY, last)
    with pytest.raises(OutOfHorizon):
        fill(last, last + DAY, source)
    copied = copy_week(
        CopyWeek(instructor_id=who, from_week=closed, to_week=source, allow_clear=True),
        begin=store.begin,
        ids=store.ids,
        clock=store.clock,
    )
    week = [source + n * DAY for n in range(7)]
    assert list(copied.written) == [day for day in week if day >= today]
    assert [each.date for each in copied.skipped] == [day for day in week if day < today]


@SOME
@given(moments())
def test_av19_thirty_local_dates_back_can_be_corrected(drawn: tuple[str, date, datetime]) -> None:
    zone, change, now = drawn
    store, who = school(zone, change, now)
    today = oracle.shown(zone, now).date()
    past = today - 30 * DAY
    monday = past - past.weekday() * DAY
    week = [monday + n * DAY for n in range(7)]
    hours = [WindowText("02:00", "03:00", ["online"])]
    saved = replace_week(
        ReplaceWeek(
            instructor_id=who,
            monday=monday,
            days=dict.fromkeys(week, hours),
            if_match=frozenset("*"),
        ),
        begin=store.begin,
        ids=store.ids,
        clock=store.clock,
    )
    assert list(saved.written) == [day for day in week if day >= past]


@SOME
@given(moments(), st.integers(-2, 2))
def test_av27_a_blackout_begins_today_or_later(
    drawn: tuple[str, date, datetime], days: int
) -> None:
    zone, change, now = drawn
    store, who = school(zone, change, now)
    today = oracle.shown(zone, now).date()
    first = today + days * DAY
    request = BlockDates(instructor_id=who, first=first, last=today + 65 * DAY)
    if days < 0:
        with pytest.raises(RangeInPast):
            block_dates(request, begin=store.begin, ids=store.ids, clock=store.clock)
    else:
        done = block_dates(request, begin=store.begin, ids=store.ids, clock=store.clock)
        assert done.blackouts[0].day == first
    last = today + 365 * DAY
    end = BlockDates(instructor_id=who, first=last, last=last)
    block_dates(end, begin=store.begin, ids=store.ids, clock=store.clock)
    beyond = BlockDates(instructor_id=who, first=last + DAY, last=last + DAY)
    with pytest.raises(DomainError) as refused:
        block_dates(beyond, begin=store.begin, ids=store.ids, clock=store.clock)
    assert refused.value.code == "out_of_horizon"


@SOME
@given(changes, st.integers(0, 16), st.sampled_from((30, 60, 90)), st.integers(6, 47))
def test_av26_a_lesson_needs_the_wall_slots_its_minutes_show(
    change: tuple[str, date], quarter: int, minutes: int, slot: int
) -> None:
    """Closing five minutes on the wall uncovers it only if the clocks show them during it."""
    zone, day = change
    first = oracle.minutes_of(zone, day)[0]
    store, who = school(zone, day, first - 5 * DAY)
    start = first + 15 * quarter * MINUTE
    with store.begin() as work:
        work.calendars.lock(who)
        held = a_booking(
            store.ids.new(BookingId),
            student=store.ids.new(StudentId),
            instructor=who,
            starts_at=start,
            minutes=minutes,
            created_at=first - 6 * DAY,
            zone=Zone(zone),
        )
        work.bookings.add(held.confirm(at=first - 6 * DAY))
    monday = day - 6 * DAY
    hours = [WindowText("00:30", _wall(slot), ["online"])] if slot > 6 else []
    if slot < 47:
        hours.append(WindowText(_wall(slot + 1), "04:00", ["online"]))
    saved = replace_week(
        ReplaceWeek(
            instructor_id=who,
            monday=monday,
            days={monday + n * DAY: hours for n in range(7)},
            if_match=frozenset("*"),
        ),
        begin=store.begin,
        ids=store.ids,
        clock=store.clock,
    )
    shown = [oracle.shown(zone, start + n * MINUTE) for n in range(minutes)]
    slots = {(60 * each.hour + each.minute) // 5 for each in shown}
    is_covered = slot not in slots and all(6 <= each < 48 for each in slots)
    assert bool(saved.uncovered) is not is_covered


def _wall(slot: int) -> str:
    return f"{slot // 12:02}:{slot % 12 * 5:02}"


@pytest.mark.parametrize(("zone", "change", "_"), oracle.CHANGES)
def test_av9_hours_stay_on_the_wall_when_the_zone_changes(
    zone: str, change: date, _: timedelta
) -> None:
    """From Kathmandu, where clocks never change; the lesson stays where it is in UTC."""
    now = oracle.minutes_of(zone, change)[0] - 5 * DAY
    store = InMemoryStore(CountedIds(), HandMovedClock(now))
    room = open_classroom(store.begin, store.ids, first_day=change - 3 * DAY, planes=NIGHT)
    move_to(store, room.instructor, "Asia/Kathmandu")
    start = oracle.showing(zone, change, time(3))[0]
    with store.begin() as work:
        work.calendars.lock(room.instructor)
        held = a_booking(
            store.ids.new(BookingId),
            student=store.ids.new(StudentId),
            instructor=room.instructor,
            starts_at=start,
            minutes=30,
            created_at=now,
            zone=Zone("Asia/Kathmandu"),
        )
        kept = work.bookings.add(held.confirm(at=now))
    taken = (oracle.Taken(start, start + 30 * MINUTE, travel=False),)
    for where in ("Asia/Kathmandu", zone):
        move_to(store, room.instructor, where)
        dates = [change + n * DAY for n in (-1, 0, 1)]
        calendar = oracle.Calendar(where, {day: [(30, 240)] for day in dates}, taken=taken)
        request = FindOpenTimes(
            instructor_id=room.instructor,
            location_type=LocationType.ONLINE,
            first=dates[0],
            last=dates[-1],
        )
        seen = find_open_times(request, read=store.read, clock=store.clock)
        assert str(seen.zone) == where
        for each in seen.days:
            windows = [(one.start, one.end, one.starts_at, one.ends_at) for one in each.windows]
            assert windows == calendar.runs(each.date, now)
    with store.begin() as work:
        after = work.bookings.get(kept.booking_id)
    assert (after.lesson, str(after.zone)) == (kept.lesson, "Asia/Kathmandu")
