"""Mark an instructor payable: money can reach the bank, or can't any more."""

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.instructors.ports import InstructorWork
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

CONNECT_DISABLED = "connect_disabled"


@frozen(kw_only=True)
class MarkPayable:
    """What the payout account says."""

    instructor_id: InstructorId
    payable: bool


def mark_payable(request: MarkPayable, *, begin: Begin[InstructorWork], clock: Clock) -> Instructor:
    """Note it; whoever can't be paid any more is unlisted. Source: IN-11, IN-15.

    Raises:
        InstructorNotFound: No such profile.
    """
    with begin() as work:
        now = clock.now()
        instructor = work.instructors.get_for_update(request.instructor_id)
        changed = instructor.become_payable(request.payable, at=now)
        if not request.payable:
            changed = changed.unlist(CONNECT_DISABLED, at=now)
        return work.instructors.save(changed) if changed.events else instructor
