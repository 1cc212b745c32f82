"""Bookings in every state, and rivals for one time, as several contracts need them."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from attrs import evolve

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import NoShow
from instainstru_core.booking.terms import NoShowType, Party, PolicyCase
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import ClassroomWork, a_booking, bookable

ResultT = TypeVar("ResultT")
HOUR = timedelta(hours=1)


def all_at_once(rivals: int, attempt: Callable[[int], ResultT]) -> Sequence[ResultT]:
    """What each of *rivals* threads got, all let go at the same moment."""
    together = threading.Barrier(rivals)

    def run(number: int) -> ResultT:
        together.wait()
        return attempt(number)

    with ThreadPoolExecutor(rivals) as pool:
        return list(pool.map(run, range(rivals)))


def enrolled(begin: Begin[ClassroomWork], ids: CountedIds) -> InstructorId:
    """A new instructor."""
    instructor_id = ids.new(InstructorId)
    with begin() as work:
        work.instructors.add(bookable(instructor_id, service_area=frozenset(), teaching_place=None))
    return instructor_id


def successor_of(booking: Booking, booking_id: BookingId) -> Booking:
    """The hold that a reschedule of *booking* by a quarter of an hour makes."""
    later = a_booking(
        booking_id,
        student=booking.student,
        instructor=booking.instructor,
        starts_at=booking.lesson.starts_at + HOUR / 4,
    )
    chain = evolve(
        later.chain,
        chain_id=booking.chain.chain_id,
        predecessor_id=booking.booking_id,
        predecessor_start=booking.lesson.starts_at,
        reschedule_count=1,
    )
    return evolve(later, chain=chain)


def in_state(booking: Booking, state: str) -> Booking:
    """*booking*, moved on to *state*."""
    soon = booking.created_at + timedelta(minutes=1)
    confirmed = booking.confirm(at=soon)
    match state:
        case "confirmed":
            return confirmed
        case "completed":
            return confirmed.complete(at=booking.lesson.ends_at, note="well played")
        case "cancelled":
            return confirmed.cancel(
                at=soon,
                by=Party.STUDENT,
                actor=AccountId(booking.student.value),
                reason="plans changed",
                policy_case=PolicyCase.STUDENT_GE24,
            )
        case "superseded":
            return booking.supersede(at=soon)
        case "failed":
            return confirmed.abandon(at=soon)
        case "missed":
            missed = NoShow(at=booking.lesson.ends_at, confirmed_at=soon, type=NoShowType.STUDENT)
            return evolve(booking, state=missed)
    raise AssertionError(state)
