"""Draft a profile: an empty one, for someone who has just signed up to teach. Source: IN-1."""

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.instructors.ports import Instructors
from instainstru_core.kernel.zones import Zone


@frozen(kw_only=True)
class DraftProfile:
    """Someone signed up to teach."""

    instructor_id: InstructorId
    first_name: str
    last_name: str
    zone: Zone


def draft_profile(request: DraftProfile, *, instructors: Instructors) -> Instructor:
    """Add an empty profile within the unit in which the account is made.

    Raises:
        ProfileExists: There is one.
    """
    instructor = Instructor(
        instructor_id=request.instructor_id,
        first_name=request.first_name,
        last_initial=request.last_name[:1].upper(),
        zone=request.zone,
    )
    return instructors.add(instructor)
