"""The vectorised answer is the scalar definition, for everybody at once. Source: AV-41, AV-42."""

from datetime import date, datetime, timedelta
from uuid import UUID

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from instainstru_core.availability.model.days import days_between, local_day
from instainstru_core.availability.model.free import free_slots, in_wall_range, start_slots
from instainstru_core.availability.model.planes import CLOSED, SLOTS_PER_DAY, DayPlanes, ones, span
from instainstru_core.availability.model.private import PrivateBusy
from instainstru_core.availability.model.roster import Roster, RosterCalendar
from instainstru_core.availability.model.rules import START_STEPS, CalendarRules
from instainstru_core.availability.model.settings import Busy, CalendarSettings
from instainstru_core.availability.model.who import COLUMNS_AT_ONCE, WhoIsFree
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import Interval
from instainstru_core.testing.strategies import availability as strategies


def instructor(number: int) -> InstructorId:
    return InstructorId(UUID(int=number))


@st.composite
def calendars(draw: st.DrawFn, around: date, number: int, rules: CalendarRules) -> RosterCalendar:
    dates = days_between(around - timedelta(days=1), around + timedelta(days=1))
    chosen = [each for each in dates if draw(st.booleans())]
    planes = [draw(strategies.day_planes) for _ in chosen]
    return RosterCalendar(
        instructor_id=instructor(number),
        version=1,
        settings=evolve(draw(strategies.calendar_settings()), rules=rules),
        days=chosen,
        planes=b"".join(each.to_bytes() for each in planes),
        blackouts=frozenset(each for each in dates if draw(st.integers(0, 9)) == 0),
        busy=draw(st.lists(strategies.lessons(around), max_size=3)),
        private_busy=draw(elsewhere(around)),
    )


@st.composite
def elsewhere(draw: st.DrawFn, around: date) -> PrivateBusy:
    """What another calendar takes around a date of UTC."""
    dates = days_between(around - timedelta(days=1), around + timedelta(days=2))
    taken = {each: draw(strategies.slot_sets()) for each in dates if draw(st.booleans())}
    return PrivateBusy({each: slots for each, slots in taken.items() if slots})


@st.composite
def rosters(draw: st.DrawFn) -> tuple[date, list[RosterCalendar], WhoIsFree]:
    around = draw(strategies.dates)
    rules = CalendarRules(booking_start_step_minutes=draw(st.sampled_from(START_STEPS)))
    everybody = [
        draw(calendars(around, number, rules)) for number in range(draw(st.integers(0, 4)))
    ]
    after = draw(st.sampled_from((0, 12, 25, 96)))
    question = WhoIsFree(
        format=draw(strategies.formats),
        dates=days_between(around - timedelta(days=1), around + timedelta(days=1)),
        minutes=draw(st.sampled_from((5, 30, 45, 50, 55, 60, 240, 330))),
        after=after,
        before=draw(st.sampled_from((SLOTS_PER_DAY, 24, 150))) if after < 24 else SLOTS_PER_DAY,
        now=draw(strategies.nows(around)),
    )
    return around, everybody, question


def planes_of(calendar: RosterCalendar, day: date) -> DayPlanes:
    for index, each in enumerate(calendar.days):
        if each == day:
            return DayPlanes.of_bytes(calendar.planes[120 * index : 120 * index + 120])
    return CLOSED


def by_definition(calendar: RosterCalendar, question: WhoIsFree) -> dict[date, datetime]:
    """AV-34 and AV-35, one instructor and one day at a time."""
    found = {}
    rules = calendar.settings.rules
    for each in question.dates:
        day = local_day(calendar.settings.zone, each)
        slots = free_slots(
            planes_of(calendar, each),
            day=day,
            wanted=question.format,
            busy=calendar.busy,
            settings=calendar.settings,
            blocked=each in calendar.blackouts,
            private_busy=calendar.private_busy,
            now=question.now,
        )
        inside = slots & in_wall_range(day, question.after, question.before)
        for slot in ones(start_slots(inside, day=day, minutes=question.minutes, rules=rules)):
            found[each] = day.instant(slot)
            break
    return found


@settings(max_examples=300)
@given(rosters())
def test_av41_equals_the_definition_run_one_by_one(
    drawn: tuple[date, list[RosterCalendar], WhoIsFree],
) -> None:
    around, everybody, question = drawn
    roster = Roster(around - timedelta(days=1), around + timedelta(days=1))
    roster.put(everybody, now=question.now)
    expected = {each.instructor_id: by_definition(each, question) for each in everybody}
    expected = {who: found for who, found in expected.items() if found}
    answer = roster.ask(question)
    assert answer.by_instructor() == expected
    assert answer.earliest() == {who: min(found.values()) for who, found in expected.items()}


@given(rosters(), st.integers(-3000, 3000))
def test_av42_holds_are_given_back_by_the_clock_alone(
    drawn: tuple[date, list[RosterCalendar], WhoIsFree], minutes: int
) -> None:
    """AV-30: filled at another instant, in another order and twice, the answer is the same."""
    around, everybody, question = drawn
    first, last = around - timedelta(days=1), around + timedelta(days=1)
    fresh, used = Roster(first, last), Roster(first, last)
    fresh.put(everybody, now=question.now)
    for each in reversed(everybody):
        used.put([each], now=question.now + timedelta(minutes=minutes))
    used.put(everybody[:1], now=question.now - timedelta(minutes=minutes))
    assert used.ask(question).by_instructor() == fresh.ask(question).by_instructor()


@given(rosters())
def test_av41_among_some_is_the_same_as_among_all(
    drawn: tuple[date, list[RosterCalendar], WhoIsFree],
) -> None:
    around, everybody, question = drawn
    roster = Roster(around - timedelta(days=1), around + timedelta(days=1))
    roster.put(everybody, now=question.now)
    some = [instructor(2), instructor(0), instructor(99)]
    whole = roster.ask(question).by_instructor()
    assert roster.ask(question, among=some).by_instructor() == {
        who: found for who, found in whole.items() if who in some
    }
    assert roster.ask(question, among=[]).by_instructor() == {}


def test_av42_grows_and_forgets_days_that_passed() -> None:
    day = date(2027, 6, 9)
    now = strategies.moments_before(day)
    open_all_day = DayPlanes(online=(1 << SLOTS_PER_DAY) - 1)
    everybody = [
        RosterCalendar(
            instructor_id=instructor(number),
            version=number,
            settings=CalendarSettings(overnight_protection_enabled=False),
            days=[day],
            planes=open_all_day.to_bytes(),
        )
        for number in range(200)
    ]
    roster = Roster(day, day)
    for each in everybody:
        roster.put([each], now=now)
    question = WhoIsFree(
        format=Format.ONLINE, dates=(day, day + timedelta(days=1)), minutes=60, now=now
    )
    found = roster.ask(question).by_instructor()
    assert len(found) == 200
    assert set(found[instructor(7)]) == {day}
    assert roster.version(instructor(7)) == 7
    assert roster.version(instructor(777)) is None
    roster.put([], now=now)
    roster.move(day + timedelta(days=1), day + timedelta(days=2))
    assert roster.ask(question).by_instructor() == {}
    assert roster.ask(question).earliest() == {}


def test_av30_a_hold_counts_until_the_very_instant_it_expires() -> None:
    day = date(2027, 6, 9)
    now = strategies.moments_before(day)
    zone = strategies.NEW_YORK
    nine = local_day(zone, day).instant(9 * 12)
    calendar = RosterCalendar(
        instructor_id=instructor(1),
        version=1,
        settings=CalendarSettings(zone=zone),
        days=[day],
        planes=DayPlanes(online=((1 << 12) - 1) << 9 * 12).to_bytes(),
        busy=[
            Busy(
                span=Interval.lasting(nine, timedelta(hours=1)),
                format=Format.ONLINE,
                hold_expires_at=now,
            )
        ],
    )
    roster = Roster(day, day)
    roster.put([calendar], now=now - timedelta(hours=1))

    def free_at(moment: datetime) -> bool:
        question = WhoIsFree(format=Format.ONLINE, dates=(day,), minutes=60, now=moment)
        return bool(roster.ask(question).by_instructor())

    assert not free_at(now - timedelta(microseconds=1))
    assert free_at(now)
    assert not free_at(now - timedelta(seconds=1)), "another process's clock may be behind"
    assert roster.held == (instructor(1),)


def test_av30_calendars_put_in_at_different_instants_agree_on_now() -> None:
    day = date(2027, 6, 9)
    now = strategies.moments_before(day)
    online = Format.ONLINE
    lesson = Interval(
        local_day(strategies.NEW_YORK, day).instant(0),
        local_day(strategies.NEW_YORK, day).instant(288),
    )
    held = RosterCalendar(
        instructor_id=instructor(1),
        version=1,
        settings=CalendarSettings(),
        days=[day],
        planes=DayPlanes(online=(1 << SLOTS_PER_DAY) - 1).to_bytes(),
        busy=[Busy(span=lesson, format=online, hold_expires_at=now)],
    )
    roster = Roster(day, day)
    roster.put([held], now=now - timedelta(minutes=1))
    roster.put(
        [RosterCalendar(instructor_id=instructor(2), version=1, settings=held.settings)], now=now
    )
    question = WhoIsFree(format=online, dates=(day,), minutes=60, now=now)
    assert set(roster.ask(question).by_instructor()) == {instructor(1)}


@given(rosters(), st.permutations(range(4)), st.integers(0, 4))
def test_av42_whoever_is_forgotten_leaves_nothing_behind(
    drawn: tuple[date, list[RosterCalendar], WhoIsFree], order: list[int], kept: int
) -> None:
    around, everybody, question = drawn
    roster = Roster(around - timedelta(days=1), around + timedelta(days=1))
    roster.put(everybody, now=question.now)
    gone = [instructor(number) for number in order[kept:]]
    roster.forget(gone)
    staying = [each for each in everybody if each.instructor_id not in gone]
    fresh = Roster(roster.first, roster.last)
    fresh.put(staying, now=question.now)
    assert roster.ask(question).by_instructor() == fresh.ask(question).by_instructor()
    assert sorted(roster.ids) == sorted(each.instructor_id for each in staying)
    assert all(roster.version(each) is None for each in gone)
    roster.put(everybody, now=question.now)
    fresh.put(everybody, now=question.now)
    assert roster.ask(question).by_instructor() == fresh.ask(question).by_instructor()


def test_av42_an_instructor_day_takes_at_most_256_bytes() -> None:
    day, count = date(2027, 6, 9), 1_000
    dates = days_between(day, day + timedelta(days=27))
    now = strategies.moments_before(day)
    planes = DayPlanes(online=(1 << SLOTS_PER_DAY) - 1).to_bytes() * len(dates)
    roster = Roster(day, dates[-1])
    for number in range(count):
        known = RosterCalendar(
            instructor_id=instructor(number),
            version=1,
            settings=CalendarSettings(),
            days=dates,
            planes=planes,
        )
        roster.put([known], now=now)
    assert roster.nbytes / (count * len(dates)) <= 256


def test_av41_more_calendars_than_are_asked_at_once_are_all_asked() -> None:
    """§10.8: everybody beyond the first block, and dates of two blocks, on a day of two lengths."""
    day = date(2027, 11, 6)
    now = strategies.moments_before(day)
    dates = days_between(day, day + timedelta(days=2))
    kinds = [
        RosterCalendar(
            instructor_id=instructor(number),
            version=1,
            settings=CalendarSettings(zone=zone, overnight_protection_enabled=number % 2 == 0),
            days=dates,
            planes=DayPlanes(online=span(3 * number, 100 + 7 * number)).to_bytes() * len(dates),
        )
        for number, zone in enumerate(strategies.ZONES)
    ]
    question = WhoIsFree(format=Format.ONLINE, dates=dates, minutes=50, after=7, now=now)
    expected = [by_definition(each, question) for each in kinds]
    for count in (COLUMNS_AT_ONCE // 2, COLUMNS_AT_ONCE + 5):
        roster = Roster(dates[0], dates[-1])
        everybody = [
            evolve(kinds[number % len(kinds)], instructor_id=instructor(number))
            for number in range(count)
        ]
        roster.put(everybody, now=now)
        found = roster.ask(question).by_instructor()
        assert [found.get(each.instructor_id, {}) for each in everybody] == [
            expected[number % len(kinds)] for number in range(count)
        ]
