"""Edit a profile: what an instructor says of herself, and by which clock she lives."""

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.instructors.ports import InstructorWork
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import Zone


@frozen(kw_only=True)
class EditProfile:
    """Another bio or zone; None leaves it."""

    instructor_id: InstructorId
    bio: str | None = None
    zone: Zone | None = None


def edit_profile(request: EditProfile, *, begin: Begin[InstructorWork], clock: Clock) -> Instructor:
    """Change the profile and return it.

    Raises:
        InstructorNotFound: The asker has no profile.
        InvalidField: The bio is too short or too long.
    """
    with begin() as work:
        instructor = work.instructors.get_for_update(request.instructor_id)
        changed = instructor.introduce(at=clock.now(), bio=request.bio, zone=request.zone)
        return work.instructors.save(changed) if changed.events else instructor
