"""Calendars and the roster in PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from threading import Event

import pytest
from sqlalchemy import Engine, event, text

from adapters.postgres.roster import DAYS_SPARE, PostgresRoster
from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.model.planes import DayPlanes, span
from instainstru_core.availability.model.who import WhoIsFree
from instainstru_core.availability.model.windows import WindowText
from instainstru_core.availability.use_cases.find_open_times import FindOpenTimes, find_open_times
from instainstru_core.availability.use_cases.replace_week import ReplaceWeek, replace_week
from instainstru_core.availability.waitlist.use_cases.subscribe import Subscribe, subscribe
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.testing.contracts.blackouts import BlackoutsContract
from instainstru_core.testing.contracts.calendars import (
    MORNING,
    NINE,
    START,
    TUESDAY,
    CalendarsContract,
    lesson_of,
)
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.strategies.booking import MONDAY, Classroom, open_classroom


class TestPostgresCalendars(CalendarsContract, BlackoutsContract):
    """The suites on the real one."""

    @pytest.fixture
    def roster(self, engine: Engine, clock: HandMovedClock) -> PostgresRoster:
        return PostgresRoster(engine, clock)


@pytest.fixture
def roster(engine: Engine, clock: HandMovedClock) -> PostgresRoster:
    return PostgresRoster(engine, clock)


@pytest.fixture
def room(units: PostgresUnits, ids: Ids) -> Classroom:
    return open_classroom(units.begin, ids)


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    """What is sent to the database."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def ask(
    roster: PostgresRoster, clock: HandMovedClock, day_offset: int = 1, minutes: int = 60
) -> set[InstructorId]:
    question = WhoIsFree(
        format=Format.ONLINE,
        dates=(MONDAY + timedelta(days=day_offset),),
        minutes=minutes,
        now=clock.now(),
    )
    return set(roster.who_is_free(question).by_instructor())


def test_a_week_that_is_as_it_was_before_is_news_all_the_same(
    units: PostgresUnits, ids: Ids, clock: HandMovedClock, room: Classroom, engine: Engine
) -> None:
    """Spec 01 §7: told apart by its content alone, the second opening would wake nobody."""
    wish = Subscribe(
        student=ids.new(StudentId),
        instructor_id=room.instructor,
        location_type=LocationType.ONLINE,
        minutes=60,
        first=MONDAY,
        last=MONDAY + timedelta(days=7),
        windows=(WindowText("09:00", "12:00"),),
    )
    subscribe(wish, read=units.read, begin=units.begin, ids=ids, clock=clock)
    for windows in ([WindowText("09:00", "12:00")], [], [WindowText("09:00", "12:00")]):
        request = ReplaceWeek(
            instructor_id=room.instructor,
            monday=MONDAY + timedelta(days=7),
            days={MONDAY + timedelta(days=7): windows},
            if_match=frozenset({"*"}),
        )
        replace_week(request, begin=units.begin, ids=ids, clock=clock)
    woken = text("SELECT count(*) FROM work_items WHERE handler = 'match_opened_dates'")
    with engine.connect() as connection:
        assert connection.scalar(woken) == 3


def test_av42_a_quiet_question_costs_one_statement(
    roster: PostgresRoster, clock: HandMovedClock, room: Classroom, statements: list[str]
) -> None:
    assert ask(roster, clock) == {room.instructor}
    statements.clear()
    assert ask(roster, clock) == {room.instructor}
    assert len(statements) == 1


def test_av42_a_change_in_a_long_transaction_is_seen_once_it_commits(
    roster: PostgresRoster, clock: HandMovedClock, units: PostgresUnits, room: Classroom, ids: Ids
) -> None:
    """The marks of others must not carry the roster past a transaction that still runs."""
    other = open_classroom(units.begin, ids)
    with units.begin() as slow:
        slow.calendars.lock(room.instructor)
        slow.calendars.save_days(room.instructor, {TUESDAY: DayPlanes()}, at=clock.now())
        assert ask(roster, clock) == {room.instructor, other.instructor}
        with units.begin() as quick:
            quick.calendars.lock(other.instructor)
            quick.calendars.save_days(other.instructor, {TUESDAY: DayPlanes()}, at=clock.now())
        assert ask(roster, clock) == {room.instructor}
        assert ask(roster, clock) == {room.instructor}
    assert ask(roster, clock) == set()


def test_av42_the_roster_rolls_forward_and_back_with_the_clock(
    roster: PostgresRoster, clock: HandMovedClock, units: PostgresUnits, room: Classroom, ids: Ids
) -> None:
    assert roster.build() == 1
    far = MONDAY + timedelta(days=90)
    with units.begin() as work:
        work.calendars.lock(room.instructor)
        work.calendars.save_days(room.instructor, {far: MORNING}, at=clock.now())
        work.bookings.add(lesson_of(room, ids, NINE, at=clock.now()))
    assert ask(roster, clock, 90) == {room.instructor}, "beyond the roster the database is asked"
    assert ask(roster, clock, 91) == set()
    clock.move(timedelta(days=40))
    assert ask(roster, clock, 90) == {room.instructor}
    with units.begin() as work:
        work.calendars.lock(room.instructor)
        work.calendars.save_days(room.instructor, {far: DayPlanes()}, at=clock.now())
    assert ask(roster, clock, 90) == set()
    clock.move(timedelta(days=-40))
    assert ask(roster, clock) == {room.instructor}


def test_av30_a_hold_made_before_the_roster_rolls_is_given_back_by_the_clock_alone(
    roster: PostgresRoster, clock: HandMovedClock, units: PostgresUnits, room: Classroom, ids: Ids
) -> None:
    assert roster.build() == 1
    rolls_at = datetime.combine(START.date(), time(), UTC) + timedelta(days=DAYS_SPARE + 1)
    clock.set(rolls_at - timedelta(minutes=10))
    day = (rolls_at - datetime.combine(MONDAY, time(), UTC)).days + 5
    nine = NEW_YORK.instant(MONDAY + timedelta(days=day), time(9))
    with units.begin() as work:
        work.calendars.lock(room.instructor)
        an_hour = {MONDAY + timedelta(days=day): DayPlanes(online=span(9 * 12, 10 * 12))}
        work.calendars.save_days(room.instructor, an_hour, at=clock.now())
        work.bookings.add(lesson_of(room, ids, nine, at=clock.now()))
    assert ask(roster, clock, day) == set()
    clock.set(rolls_at)
    assert ask(roster, clock, day) == set(), "still held"
    clock.move(timedelta(minutes=20))
    assert ask(roster, clock, day) == {room.instructor}


def test_av42_a_change_together_with_a_roll_is_not_lost(
    roster: PostgresRoster, clock: HandMovedClock, units: PostgresUnits, room: Classroom
) -> None:
    assert ask(roster, clock, 8) == {room.instructor}
    with units.begin() as work:
        work.calendars.lock(room.instructor)
        closed = {MONDAY + timedelta(days=8): DayPlanes()}
        work.calendars.save_days(room.instructor, closed, at=clock.now())
    clock.move(timedelta(days=2))
    clock.move(timedelta(days=6))
    assert ask(roster, clock, 8) == set()


def test_av38_an_answer_given_before_costs_one_statement(
    units: PostgresUnits, clock: HandMovedClock, room: Classroom, statements: list[str]
) -> None:
    request = FindOpenTimes(instructor_id=room.instructor, minutes=60)
    first = find_open_times(request, read=units.read, clock=clock)
    assert len(statements) == 2
    statements.clear()
    assert find_open_times(request, read=units.read, clock=clock) is first
    assert len(statements) == 1
    with units.begin() as work:
        work.calendars.lock(room.instructor)
    again = find_open_times(request, read=units.read, clock=clock)
    assert again is not first
    assert again.days == first.days


def test_saving_a_week_is_six_statements_at_most(
    units: PostgresUnits,
    ids: Ids,
    clock: HandMovedClock,
    room: Classroom,
    statements: list[str],
) -> None:
    request = ReplaceWeek(
        instructor_id=room.instructor,
        monday=MONDAY,
        days={TUESDAY: [WindowText("09:00", "12:00")]},
        if_match=frozenset({"*"}),
    )
    saved = replace_week(request, begin=units.begin, ids=ids, clock=clock)
    assert saved.week.by_date()[TUESDAY] == DayPlanes(*(span(108, 144),) * 3)
    assert len(statements) <= 6


def test_av42_an_instructor_who_is_gone_leaves_every_roster(
    roster: PostgresRoster,
    clock: HandMovedClock,
    units: PostgresUnits,
    room: Classroom,
    ids: Ids,
    engine: Engine,
) -> None:
    other = open_classroom(units.begin, ids)
    elsewhere = PostgresRoster(engine, clock)
    for each in (roster, elsewhere):
        assert ask(each, clock) == {room.instructor, other.instructor}
    with engine.begin() as connection:
        gone = {"gone": room.instructor.value}
        connection.execute(text("DELETE FROM instructors WHERE instructor_id = :gone"), gone)
    for each in (roster, elsewhere, PostgresRoster(engine, clock)):
        assert ask(each, clock) == {other.instructor}


def test_av42_what_changes_while_the_roster_is_warmed_up_is_not_lost(
    roster: PostgresRoster, clock: HandMovedClock, units: PostgresUnits, room: Classroom, ids: Ids
) -> None:
    other = open_classroom(units.begin, ids)
    both = {room.instructor, other.instructor}
    assert ask(roster, clock) == both
    with units.begin() as slow:
        slow.calendars.lock(room.instructor)
        slow.calendars.save_days(room.instructor, {TUESDAY: DayPlanes()}, at=clock.now())
        roster.warm_up()
        assert ask(roster, clock) == both
    with units.begin() as work:
        work.calendars.lock(other.instructor)
        work.calendars.save_days(other.instructor, {TUESDAY: DayPlanes()}, at=clock.now())
    assert ask(roster, clock) == set()


def test_av42_questions_asked_while_the_roster_is_warmed_up_are_answered_rightly(
    roster: PostgresRoster, clock: HandMovedClock, units: PostgresUnits, room: Classroom
) -> None:
    """Two threads: one warms up all the time, the other closes and opens a day, and asks."""
    done = Event()

    def warm() -> int:
        count = 0
        while not done.is_set():
            roster.warm_up()
            count += 1
        return count

    with ThreadPoolExecutor(1) as pool:
        warming = pool.submit(warm)
        try:
            for number in range(30):
                planes = DayPlanes() if number % 2 else MORNING
                with units.begin() as work:
                    work.calendars.lock(room.instructor)
                    work.calendars.save_days(room.instructor, {TUESDAY: planes}, at=clock.now())
                expected = set() if number % 2 else {room.instructor}
                assert ask(roster, clock) == expected
        finally:
            done.set()
        assert warming.result() > 0


def test_av42_a_roster_that_was_warmed_up_reaches_further_at_once(
    roster: PostgresRoster, clock: HandMovedClock, room: Classroom, statements: list[str]
) -> None:
    assert ask(roster, clock) == {room.instructor}
    clock.move(timedelta(days=7 * 3))
    roster.warm_up()
    statements.clear()
    assert ask(roster, clock, 21 + 60) == set()
    assert len(statements) == 1
