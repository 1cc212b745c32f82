"""Which reminders of a lesson are due. Source: BK-49."""

from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from instainstru_core.booking.events import BookingReminderDue
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Confirmed
from instainstru_core.booking.terms import ReminderKind


@frozen
class Window:
    """From when to when before the start a reminder may be sent: half-open."""

    opens: timedelta
    closes: timedelta


WINDOWS: Final = {
    ReminderKind.DAY: Window(timedelta(hours=24), timedelta(hours=21)),
    ReminderKind.HOUR: Window(timedelta(minutes=60), timedelta(minutes=15)),
}


def reminders_due(booking: Booking, *, now: datetime) -> tuple[ReminderKind, ...]:
    """The reminders that *booking* calls for at *now*, whether or not they were sent before.

    Nobody is reminded of what they agreed on after the reminder would have come.
    """
    if not isinstance(booking.state, Confirmed):
        return ()
    start, agreed_at = booking.lesson.starts_at, booking.state.at
    return tuple(
        kind
        for kind, window in WINDOWS.items()
        if agreed_at < start - window.opens <= now < start - window.closes
    )


def reminder_of(booking: Booking, kind: ReminderKind, *, at: datetime) -> BookingReminderDue:
    """The news that makes notifications remind both parties."""
    return BookingReminderDue(
        occurred_at=at,
        booking_id=booking.booking_id,
        student=booking.student,
        instructor=booking.instructor,
        lesson=booking.lesson,
        kind=kind,
    )
