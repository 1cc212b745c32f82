"""Bookings in PostgreSQL, held to the contract."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, text

from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.queries import BookingReads
from instainstru_core.booking.use_cases.create_booking import CreateBooking, create_booking
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.contracts.booking_lists import BookingListsContract
from instainstru_core.testing.contracts.bookings import BookingsContract
from instainstru_core.testing.contracts.creating_bookings import CreatingContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.bookings import all_at_once
from instainstru_core.testing.strategies.booking import (
    NOON,
    TOWN,
    ClassroomWork,
    open_classroom,
    signed_in,
)


@pytest.fixture
def begin(units: PostgresUnits) -> Begin[ClassroomWork]:
    return units.begin


@pytest.fixture
def read(units: PostgresUnits) -> Begin[BookingReads]:
    return units.read


class TestPostgresBookings(BookingsContract):
    """The suite on the real one."""


class TestPostgresBookingLists(BookingListsContract):
    """Lists and figures of the same."""


class TestCreatingInPostgres(CreatingContract):
    """The races on the real one."""


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    sent: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_creation_takes_five_statements(
    begin: Begin[ClassroomWork], engine: Engine, clock: HandMovedClock
) -> None:
    """Lock, parties, neighbours, insert, outbox; with the perimeter's three that is eight."""
    ids = CountedIds()
    clock.set(NOON - timedelta(days=3))
    room = open_classroom(begin, ids)
    student = ids.new(StudentId)
    request = CreateBooking(principal=signed_in(student), proposal=room.proposal(student))
    with statements(engine) as sent:
        create_booking(request, begin=begin, places=TOWN, ids=ids, clock=clock)
    assert len(sent) == 5, sent


def test_reading_for_update_marks_the_calendar(
    begin: Begin[ClassroomWork], engine: Engine, clock: HandMovedClock
) -> None:
    """AV-42: whoever keeps free time in memory hears of every booking that changes."""
    ids = CountedIds()
    clock.set(NOON - timedelta(days=3))
    room = open_classroom(begin, ids)
    student = ids.new(StudentId)
    request = CreateBooking(principal=signed_in(student), proposal=room.proposal(student))
    booking = create_booking(request, begin=begin, places=TOWN, ids=ids, clock=clock)

    def mark() -> int:
        with engine.connect() as connection:
            return int(connection.scalar(text("SELECT changed_xid::text FROM calendars")))

    before = mark()
    with begin() as work:
        held = work.bookings.get_for_update(booking.booking_id)
        work.bookings.save(held.confirm(at=clock.now()))
    assert mark() > before


def test_a_student_racing_in_circles_never_breaks_anything(
    begin: Begin[ClassroomWork], clock: HandMovedClock
) -> None:
    """BK-14: a deadlock of a student's own requests is a `student_conflict`, never a failure."""
    ids = CountedIds()
    clock.set(NOON - timedelta(days=3))
    rooms = [open_classroom(begin, ids) for _ in range(2)]
    student = ids.new(StudentId)

    def attempt(number: int) -> str:
        proposal = rooms[number % 2].proposal(student)
        request = CreateBooking(principal=signed_in(student), proposal=proposal)
        try:
            create_booking(request, begin=begin, places=TOWN, ids=ids, clock=clock)
        except DomainError as refusal:
            return refusal.code
        return "booked"

    for _ in range(3):
        outcomes = all_at_once(8, attempt)
        assert "booked" in outcomes
        assert set(outcomes) <= {"booked", "student_conflict"}
    with begin() as work:
        holds = work.bookings.near(student=student, instructor=rooms[0].instructor, around=None)
    assert len(holds) == 1
