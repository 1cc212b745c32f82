"""Calendars and the roster in PostgreSQL."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from adapters.postgres.roster import PostgresRoster
from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.availability.model.planes import DayPlanes, span
from instainstru_core.availability.model.who import WhoIsFree
from instainstru_core.availability.model.windows import WindowText
from instainstru_core.availability.use_cases.find_open_times import FindOpenTimes, find_open_times
from instainstru_core.availability.use_cases.replace_week import ReplaceWeek, replace_week
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.lessons import Format
from instainstru_core.testing.contracts.calendars import (
    MORNING,
    NINE,
    TUESDAY,
    CalendarsContract,
    lesson_of,
)
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.strategies.booking import MONDAY, Classroom, open_classroom


class TestPostgresCalendars(CalendarsContract):
    """The suite on the real one."""

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
    units: PostgresUnits, clock: HandMovedClock, room: Classroom, statements: list[str]
) -> None:
    request = ReplaceWeek(
        instructor_id=room.instructor,
        monday=MONDAY,
        days={TUESDAY: [WindowText("09:00", "12:00")]},
        if_match=frozenset({"*"}),
    )
    saved = replace_week(request, begin=units.begin, clock=clock)
    assert saved.week.by_date()[TUESDAY] == DayPlanes(*(span(108, 144),) * 3)
    assert len(statements) <= 6
