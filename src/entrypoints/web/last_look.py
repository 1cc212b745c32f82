"""What is looked up before a time is held: would it work, what does it cost, is it held already."""

from typing import Final

from entrypoints.web.choices import Choices
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.policies.facts import AskedPlace, Proposal
from instainstru_core.booking.policies.views import View
from instainstru_core.booking.queries import BookingList
from instainstru_core.booking.terms import Party
from instainstru_core.booking.use_cases.check_lesson import (
    CheckedLesson,
    CheckLesson,
    check_lesson,
)
from instainstru_core.booking.use_cases.read_bookings import list_bookings
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.ports import Ports
from instainstru_core.pricing.model.quotes import PriceBreakdown
from instainstru_core.pricing.use_cases.quote_lesson import QuoteLesson, quote_lesson

_HOLDS: Final = 10
"""More than anybody can have at a time."""


def proposal_of(
    choices: Choices, student: Principal, *, address: str = "", note: str = ""
) -> Proposal:
    """The lesson that is asked for. Its place is known to the neighborhood: PL-4."""
    region = choices.region if choices.format is Format.TRAVEL else None
    return Proposal(
        student=StudentId(student.account_id.value),
        instructor=choices.instructor.instructor_id,
        service_id=choices.offering.service_id,
        start=choices.lesson.starts_at,
        duration_minutes=choices.minutes,
        location_type=choices.location,
        place=AskedPlace()
        if region is None
        else AskedPlace(address=address, lat=region.lat, lng=region.lng),
        note=note,
    )


def checked_now(ports: Ports, choices: Choices, student: Principal) -> CheckedLesson:
    """What booking would say now; of a place, its neighborhood is enough to know. Source: AV-40."""
    near = choices.region.name if choices.region is not None else ""
    return check_lesson(
        CheckLesson(principal=student, proposal=proposal_of(choices, student, address=near)),
        begin=ports.begin,
        places=ports.places,
        clock=ports.clock,
        pricing=ports.pricing,
    )


def price_now(ports: Ports, choices: Choices) -> PriceBreakdown | None:
    """Today's price; None where the lesson can't be priced, and the check says why."""
    asked = QuoteLesson(
        instructor_id=choices.instructor.instructor_id,
        service_id=choices.offering.service_id,
        location_type=choices.location,
        duration_minutes=choices.minutes,
    )
    try:
        return quote_lesson(asked, read=ports.read, clock=ports.clock, config=ports.pricing)
    except DomainError:
        return None


def lesson_price(choices: Choices) -> Money | None:
    """What the lesson itself costs, as its profile says to everybody."""
    if choices.format is None:
        return None
    return choices.offering.session_price(choices.format, choices.minutes)


def held_already(ports: Ports, choices: Choices, student: Principal) -> Booking | None:
    """The student's own live hold of exactly this, as after the back button. Source: BK-15."""
    wanted = BookingList(
        account_id=student.account_id, role=Party.STUDENT, view=View.PENDING, per_page=_HOLDS
    )
    for each in list_bookings(wanted, read=ports.read, clock=ports.clock).items:
        booking = each.booking
        if (
            booking.lesson == choices.lesson
            and booking.instructor == choices.instructor.instructor_id
            and booking.service_id == choices.offering.service_id
            and booking.location_type is choices.location
        ):
            return booking
    return None
