"""Reminders: which are due, and what a run of the job does. Source: BK-49."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Confirmed
from instainstru_core.booking.reminders.policies import WINDOWS, reminders_due
from instainstru_core.booking.reminders.use_cases.run_reminders import run_reminders
from instainstru_core.booking.terms import (
    CancelKind,
    ReminderKind,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import (
    NOON,
    a_booking,
)

STUDENT, INSTRUCTOR = StudentId(UUID(int=2)), InstructorId(UUID(int=3))
TICK, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)
BEFORE = NOON - 7 * DAY


def a_lesson(**changes: Any) -> Booking:
    """An hour online at noon, agreed on a week before."""
    held = a_booking(BookingId(UUID(int=1)), student=STUDENT, instructor=INSTRUCTOR, **changes)
    return evolve(held, state=Confirmed(BEFORE), events=())


@pytest.mark.parametrize("kind", ReminderKind)
def test_bk49_a_reminder_has_a_window(kind: ReminderKind) -> None:
    window, lesson = WINDOWS[kind], a_lesson()
    assert reminders_due(lesson, now=NOON - window.opens - TICK) == ()
    assert reminders_due(lesson, now=NOON - window.opens) == (kind,)
    assert reminders_due(lesson, now=NOON - window.closes - TICK) == (kind,)
    assert reminders_due(lesson, now=NOON - window.closes) == ()
    late = evolve(lesson, state=Confirmed(NOON - window.opens))
    assert reminders_due(late, now=NOON - window.opens) == ()
    gone = evolve(lesson, state=Cancelled(at=BEFORE, kind=CancelKind.BY_STUDENT))
    assert reminders_due(gone, now=NOON - window.opens) == ()


@pytest.fixture
def clock() -> HandMovedClock:
    return HandMovedClock(BEFORE)


@pytest.fixture
def store(clock: HandMovedClock) -> InMemoryStore:
    store = InMemoryStore(ids=CountedIds(1000), clock=clock)
    with store.begin() as work:
        work.bookings.add(a_lesson())
    return store


def kept(store: InMemoryStore) -> Booking:
    with store.begin() as work:
        return work.bookings.get(a_lesson().booking_id)


def test_bk49_reminds_once_and_catches_up(store: InMemoryStore, clock: HandMovedClock) -> None:
    """BK-49: a run that comes late still sends, within the window; a second run sends nothing."""
    sent = []
    for before in (25 * HOUR, 22 * HOUR, 21.5 * HOUR, HOUR, HOUR / 3, HOUR / 4):
        clock.set(NOON - before)
        sent.append(dict(run_reminders(begin=store.begin, clock=clock).sent))
    nothing = {ReminderKind.DAY: 0, ReminderKind.HOUR: 0}
    assert sent == [
        nothing,
        {**nothing, ReminderKind.DAY: 1},
        nothing,
        {**nothing, ReminderKind.HOUR: 1},
        nothing,
        nothing,
    ]
    assert [each.name for each in store.recorded] == ["booking.reminder_due"] * 2
    assert kept(store) == a_lesson()


def test_bk49_one_broken_lesson_stops_no_other(store: InMemoryStore, clock: HandMovedClock) -> None:
    """BK-49: each lesson in a unit of its own."""
    other = evolve(
        a_booking(
            BookingId(UUID(int=9)),
            student=StudentId(UUID(int=8)),
            instructor=InstructorId(UUID(int=7)),
            starts_at=NOON + HOUR,
        ),
        state=Confirmed(BEFORE),
        events=(),
    )
    with store.begin() as work:
        work.bookings.add(other)
    clock.set(NOON - 23 * HOUR)
    units = 0

    def begin() -> Any:
        nonlocal units
        units += 1
        if units == 2:
            raise RuntimeError("the first lesson's unit breaks")
        return store.begin()

    with pytest.raises(RuntimeError, match="breaks"):
        run_reminders(begin=begin, clock=clock)
    assert [getattr(each, "booking_id", None) for each in store.recorded] == [other.booking_id]
