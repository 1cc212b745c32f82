"""Go live: be found and booked, once nothing is missing. Source: IN-11…13."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.instructors.ports import InstructorWork
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=InstructorWork)


@frozen(kw_only=True)
class GoLive:
    """List me."""

    instructor_id: InstructorId


def go_live(
    request: GoLive,
    *,
    begin: Begin[WorkT],
    clock: Clock,
    answer: Answer[WorkT, Instructor] = unanswered,
) -> Instructor:
    """List the instructor; asking twice says nothing new.

    Raises:
        InstructorNotFound: The asker has no profile.
        GoLivePrerequisites: Something is missing.
    """
    with begin() as work:
        instructor = work.instructors.get_for_update(request.instructor_id)
        has_skills = any(each.active for each in work.offerings.of(request.instructor_id))
        listed = instructor.go_live(has_skills=has_skills, at=clock.now())
        kept = work.instructors.save(listed) if listed.events else instructor
        answer(work, kept)
        return kept
