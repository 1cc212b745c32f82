"""Read how one's own calendar behaves. Source: AV-28."""

from typing import TypeVar

from instainstru_core.availability.model.settings import KeptSettings
from instainstru_core.availability.queries import AvailabilityReads
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.unit_of_work import Begin

ReadsT = TypeVar("ReadsT", bound=AvailabilityReads)


def read_calendar_settings(instructor_id: InstructorId, *, read: Begin[ReadsT]) -> KeptSettings:
    """The settings in force.

    Raises:
        CalendarNotFound: Nobody of this id teaches here.
    """
    with read() as reads:
        return reads.calendars.kept_settings(instructor_id)
