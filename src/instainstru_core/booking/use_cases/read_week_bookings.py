"""What is booked in a week, for its editor. Source: spec 01 §6, BK-44."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from attrs import frozen

from instainstru_core.availability.model.weeks import DAYS_PER_WEEK, check_monday
from instainstru_core.booking.queries import BookingCard, BookingReads
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Clock, Interval
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import Zone

# East of Greenwich the first date there is begins before the first instant there is.
_SECOND_DATE: Final = date.min + timedelta(days=1)


@frozen(kw_only=True)
class ReadWeekBookings:
    """An instructor opens the editor on the week of *monday*."""

    instructor_id: InstructorId
    monday: date


@frozen(kw_only=True)
class WeekBookings:
    """What owns time in a week; *zone* is the editor's, in which its days are meant."""

    zone: Zone
    taken: Sequence[BookingCard]


def read_week_bookings(
    request: ReadWeekBookings, *, read: Begin[BookingReads], clock: Clock
) -> WeekBookings:
    """Every lesson and live hold of the instructor's that touches the week, earliest first.

    Raises:
        NotMonday: The week is not addressed by its Monday.
        OutOfHorizon: The calendar ends before that week does.
        CalendarNotFound: Nobody of this id teaches here.
    """
    check_monday(request.monday)
    with read() as reads:
        zone = reads.calendars.glance(request.instructor_id).zone
        after = request.monday + timedelta(days=DAYS_PER_WEEK)
        week = Interval(zone.midnight(max(request.monday, _SECOND_DATE)), zone.midnight(after))
        taken = reads.booking_queries.taken(request.instructor_id, week, now=clock.now())
    return WeekBookings(zone=zone, taken=taken)
