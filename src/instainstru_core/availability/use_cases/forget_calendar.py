"""Forget a calendar, as its instructor leaves. Source: AV-29."""

from instainstru_core.availability.ports import AvailabilityWork
from instainstru_core.instructors.ids import InstructorId


def forget_calendar(instructor_id: InstructorId, *, work: AvailabilityWork) -> int:
    """Delete all days but those with bookings, and the whole history; how many days.

    It is part of the unit that deletes the instructor.

    Raises:
        CalendarNotFound: Nobody of this id teaches here.
    """
    work.calendars.lock(instructor_id)
    return work.calendar_history.forget(instructor_id)
