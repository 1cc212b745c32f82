"""Follow an account: the public name, and the clock to live by, are the owner's. Source: IN-8."""

from datetime import datetime

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.instructors.ports import Instructors
from instainstru_core.kernel.zones import Zone


@frozen(kw_only=True)
class FollowAccount:
    """The owner changed something; the zone is None unless it is another now."""

    instructor_id: InstructorId
    first_name: str
    last_name: str
    zone: Zone | None
    at: datetime


def follow_account(request: FollowAccount, *, instructors: Instructors) -> Instructor:
    """Change the profile within the unit in which the account changes.

    Raises:
        InstructorNotFound: There is no profile.
    """
    instructor = instructors.get_for_update(request.instructor_id)
    changed = instructor.follow(
        request.first_name, request.last_name, zone=request.zone, at=request.at
    )
    return instructors.save(changed) if changed.events else instructor
