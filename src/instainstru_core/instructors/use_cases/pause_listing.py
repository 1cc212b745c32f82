"""Pause the listing: be hidden for a while; bookings stay. Source: IN-13."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.instructors.ports import InstructorWork
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=InstructorWork)


@frozen(kw_only=True)
class PauseListing:
    """Hide me."""

    instructor_id: InstructorId


def pause_listing(
    request: PauseListing,
    *,
    begin: Begin[WorkT],
    clock: Clock,
    answer: Answer[WorkT, Instructor] = unanswered,
) -> Instructor:
    """Hide the instructor; asking twice says nothing new.

    Raises:
        InstructorNotFound: The asker has no profile.
    """
    with begin() as work:
        instructor = work.instructors.get_for_update(request.instructor_id)
        paused = instructor.pause(at=clock.now())
        kept = work.instructors.save(paused) if paused.events else instructor
        answer(work, kept)
        return kept
