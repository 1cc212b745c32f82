"""Read a week, as its instructor edits it. Source: AV-12, AV-14."""

from datetime import date
from typing import TypeVar

from attrs import frozen

from instainstru_core.availability.model.facts import StoredWeek
from instainstru_core.availability.model.weeks import check_monday
from instainstru_core.availability.queries import AvailabilityReads
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.unit_of_work import Begin

ReadsT = TypeVar("ReadsT", bound=AvailabilityReads)


@frozen(kw_only=True)
class ReadWeek:
    """An instructor opens the editor."""

    instructor_id: InstructorId
    monday: date


def read_week(request: ReadWeek, *, read: Begin[ReadsT]) -> StoredWeek:
    """All seven days, the zone they are meant in, and when one of them changed last.

    Raises:
        NotMonday: The week is not addressed by its Monday.
        OutOfHorizon: The calendar ends before that week does.
        CalendarNotFound: Nobody of this id teaches here.
    """
    check_monday(request.monday)
    with read() as reads:
        return reads.calendars.week(request.instructor_id, request.monday)
