"""Lessons that the demonstration's student has booked, as anybody books: asked, quoted, agreed."""

from datetime import datetime, time, timedelta
from typing import Final

from entrypoints.seeding.people import SampleTeacher
from entrypoints.seeding.soil import Soil
from instainstru_core.accounts.ids import SessionId, StudentId
from instainstru_core.accounts.model import Account, Principal, effective
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.policies.facts import LocalStart, Proposal
from instainstru_core.booking.use_cases.create_booking import CreateBooking, create_booking
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.payments.use_cases.check_out import CheckOut, check_out
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.use_cases.quote_lesson import QuoteLesson, quote_lesson

_AHEAD: Final = ((3, 10), (6, 14), (10, 11))
"""In how many days, and at what hour: far enough for the card to be asked later."""

_MINUTES: Final = 60


def book_ahead(world: Soil, student: Account, teacher: SampleTeacher) -> int:
    """Book a few lessons and say how many."""
    now = world.clock.now()
    for days, hour in _AHEAD:
        _book(world, student, teacher, days=days, hour=hour, now=now)
    return len(_AHEAD)


def _book(
    world: Soil, student: Account, teacher: SampleTeacher, *, days: int, hour: int, now: datetime
) -> Booking:
    offering = teacher.offerings[0]
    day = NEW_YORK.today(now) + timedelta(days=days)
    student_id = StudentId(student.account_id.value)
    proposal = Proposal(
        student=student_id,
        instructor=teacher.instructor.instructor_id,
        service_id=offering.service_id,
        start=LocalStart(day=day, wall=time(hour)),
        duration_minutes=_MINUTES,
        location_type=LocationType.INSTRUCTOR_LOCATION,
    )
    principal = Principal(
        account_id=student.account_id,
        role=student.role,
        permissions=effective(student.role),
        session_id=world.ids.new(SessionId),
    )
    booking = create_booking(
        CreateBooking(principal=principal, proposal=proposal),
        begin=world.begin,
        places=world.places,
        ids=world.ids,
        clock=world.clock,
    )
    price = quote_lesson(
        QuoteLesson(
            instructor_id=booking.instructor,
            service_id=booking.service_id,
            location_type=booking.location_type,
            duration_minutes=_MINUTES,
        ),
        read=world.read,
        clock=world.clock,
        config=DEFAULT_PRICING,
    )
    check_out(
        CheckOut(
            student_id=student_id, booking_id=booking.booking_id, fingerprint=price.fingerprint
        ),
        begin=world.begin,
        gateway=world.gateway,
        ids=world.ids,
        clock=world.clock,
        config=DEFAULT_PRICING,
    )
    return booking
