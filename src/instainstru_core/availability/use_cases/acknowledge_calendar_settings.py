"""Say once that one knows what buffers, notice and night protection do. Source: AV-28."""

from typing import TypeVar

from instainstru_core.availability.model.settings import KeptSettings
from instainstru_core.availability.ports import AvailabilityWork
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=AvailabilityWork)


def acknowledge_calendar_settings(
    instructor_id: InstructorId,
    *,
    begin: Begin[WorkT],
    clock: Clock,
    answer: Answer[WorkT, KeptSettings] = unanswered,
) -> KeptSettings:
    """Keep the first time they said so.

    Raises:
        CalendarNotFound: Nobody of this id teaches here.
    """
    with begin() as work:
        work.calendars.acknowledge(instructor_id, at=clock.now())
        kept = work.calendars.kept_settings(instructor_id)
        answer(work, kept)
        return kept
