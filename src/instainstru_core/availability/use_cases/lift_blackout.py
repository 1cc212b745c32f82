"""Take lessons on a date again: its open time is as it was. Source: AV-27."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.availability.ids import BlackoutId
from instainstru_core.availability.model.changes import changed_dates
from instainstru_core.availability.ports import AvailabilityWork
from instainstru_core.availability.use_cases.block_dates import CAUSE
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

WorkT = TypeVar("WorkT", bound=AvailabilityWork)


@frozen(kw_only=True)
class LiftBlackout:
    """An instructor deletes one of their blackouts."""

    instructor_id: InstructorId
    blackout_id: BlackoutId


def lift_blackout(request: LiftBlackout, *, begin: Begin[WorkT], clock: Clock) -> None:
    """Forget the blackout, under the lock of the calendar.

    Raises:
        BlackoutNotFound: There is none, or it is somebody else's.
        CalendarNotFound: Nobody of this id teaches here.
    """
    with begin() as work:
        settings = work.calendars.lock(request.instructor_id)
        now = clock.now()
        day = work.calendars.lift(request.instructor_id, request.blackout_id)
        if day >= settings.zone.today(now):
            work.calendars.announce(
                changed_dates(
                    request.instructor_id,
                    [day],
                    stored=work.calendars.days,
                    cause=CAUSE,
                    at=now,
                )
            )
