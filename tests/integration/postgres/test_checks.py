"""Checking a lesson on PostgreSQL: it reads, and writes nothing. Source: AV-40."""

from datetime import timedelta

import pytest
from attrs import evolve
from sqlalchemy import Engine, event

from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.model.rules import CalendarRules
from instainstru_core.booking.use_cases.check_lesson import CheckLesson, check_lesson
from instainstru_core.booking.use_cases.create_booking import CreateBooking, create_booking
from instainstru_core.kernel.ids import Ids
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.strategies.booking import (
    NOON,
    TOWN,
    Classroom,
    open_classroom,
    signed_in,
)


@pytest.fixture
def room(units: PostgresUnits, ids: Ids) -> Classroom:
    return open_classroom(units.begin, ids)


def test_av40_checking_changes_nothing(
    units: PostgresUnits, room: Classroom, ids: Ids, clock: HandMovedClock, engine: Engine
) -> None:
    student = ids.new(StudentId)
    request = CheckLesson(
        principal=signed_in(student), proposal=room.proposal(student, NOON + timedelta(days=1))
    )
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]).split()[0].upper())

    with units.read() as reads:
        version = reads.calendars.glance(room.instructor).version
    event.listen(engine, "before_cursor_execute", note)
    try:
        checked = check_lesson(request, begin=units.begin, places=TOWN, clock=clock)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert checked.available, checked.failures
    assert sent == ["SELECT"] * 3
    with units.read() as reads:
        assert reads.calendars.glance(room.instructor).version == version
    booked = create_booking(
        CreateBooking(principal=request.principal, proposal=request.proposal),
        begin=units.begin,
        places=TOWN,
        ids=ids,
        clock=clock,
    )
    with units.begin() as work:
        assert work.bookings.get(booked.booking_id) == booked


def test_spec8_the_figures_of_a_deployment_reach_its_calendars(
    units: PostgresUnits, room: Classroom
) -> None:
    """Default buffers, until an instructor sets their own."""
    rules = CalendarRules(default_non_travel_buffer_minutes=30, max_live_holds=1)
    with evolve(units, rules=rules).begin() as work:
        settings = work.calendars.lock(room.instructor)
        assert settings == work.calendars.settings(room.instructor)
        assert (settings.non_travel_buffer_minutes, settings.travel_buffer_minutes) == (30, 60)
        assert settings.rules.max_live_holds == 1
    with units.begin() as work:
        assert work.calendars.settings(room.instructor).non_travel_buffer_minutes == 15
