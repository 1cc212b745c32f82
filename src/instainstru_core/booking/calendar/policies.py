"""How a lesson becomes an entry of a calendar. Source: BK-5, BK-47, spec 01 §11 policy clock."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from instainstru_core.booking.calendar.model import CalendarEntry
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Completed, NoShow
from instainstru_core.booking.policies.clock import policy_clock
from instainstru_core.booking.policies.views import shows_place
from instainstru_core.booking.queries import BookingCard
from instainstru_core.booking.terms import Party, PolicyCase
from instainstru_core.kernel.lessons import LocationType

_PLACES: Final = {
    LocationType.ONLINE: "Online",
    LocationType.STUDENT_LOCATION: "At the student's place",
    LocationType.INSTRUCTOR_LOCATION: "At the instructor's place",
    LocationType.NEUTRAL_LOCATION: "At a place you agreed on",
}
_OUTCOMES: Final = {
    PolicyCase.STUDENT_GE24: "cancelling costs nothing",
    PolicyCase.STUDENT_GE24_GAMING: "cancelling gives credit back",
    PolicyCase.STUDENT_12_24: "cancelling is late",
    PolicyCase.STUDENT_LT12: "cancelling is too late to get anything back",
    PolicyCase.LOCK_STUDENT_GE12: "cancelling is late, as the lesson was moved late",
    PolicyCase.LOCK_STUDENT_LT12: "cancelling is too late to get anything back",
    PolicyCase.INSTRUCTOR: "cancelling gives the student everything back",
    PolicyCase.LOCK_INSTRUCTOR_CANCELLED: "cancelling gives the student everything back",
}


def entry_of(card: BookingCard, *, now: datetime) -> CalendarEntry:
    """The lesson of *card*, which was confirmed once, as its viewer's calendar shows it.

    What depends on *now* is whether the place is shown; all the rest only on the booking.
    """
    booking = card.booking
    cancelled = isinstance(booking.state, Cancelled)
    other = card.instructor_name if card.viewer is Party.STUDENT else card.student_name
    return CalendarEntry(
        chain_id=booking.chain.chain_id,
        sequence=booking.chain.reschedule_count + int(cancelled),
        span=booking.lesson,
        is_cancelled=cancelled,
        summary=f"{booking.service_name} with {other}",
        location=_location(booking, card.viewer, now),
        description="\n".join(_description(booking, card.viewer)),
        created_at=booking.created_at,
        changed_at=_changed_at(booking),
    )


def _location(booking: Booking, viewer: Party, now: datetime) -> str:
    if booking.place is not None and shows_place(booking, viewer, now):
        return booking.place.address
    where = _PLACES[booking.location_type]
    return where if booking.service_area is None else f"{where} ({booking.service_area})"


def _description(booking: Booking, viewer: Party) -> Iterator[str]:
    yield f"{booking.lesson.minutes} minutes. Booking {booking.booking_id}."
    if booking.meeting_details:
        yield booking.meeting_details
    # As it ran from the confirmation on, so that the text stays the same as time goes by.
    confirmed_at = booking.confirmed_at or booking.created_at
    for stage in policy_clock(booking, viewer=viewer, now=confirmed_at):
        until = booking.zone.local(stage.until)
        yield f"Until {until:%Y-%m-%d %H:%M} {until.tzname()}: {_OUTCOMES[stage.policy_case]}."


def _changed_at(booking: Booking) -> datetime:
    instants = [booking.created_at]
    if booking.confirmed_at is not None:
        instants.append(booking.confirmed_at)
    if isinstance(booking.state, Completed | Cancelled | NoShow):
        instants.append(booking.state.at)
    return max(instants)
