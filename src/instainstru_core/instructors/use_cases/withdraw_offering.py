"""Withdraw an offering: nobody can ask for it any more; what was booked stays. Source: IN-6."""

from attrs import frozen

from instainstru_core.instructors.errors import OfferingNotFound
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.instructors.ports import InstructorWork
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

NO_SERVICES = "no_services"


@frozen(kw_only=True)
class WithdrawOffering:
    """Stop teaching this."""

    instructor_id: InstructorId
    offering_id: OfferingId


def withdraw_offering(
    request: WithdrawOffering, *, begin: Begin[InstructorWork], clock: Clock
) -> Offering:
    """Withdraw it; whoever is left with none is unlisted. Source: IN-15.

    Raises:
        InstructorNotFound: The asker has no profile.
        OfferingNotFound: Not an active offering of the asker.
    """
    with begin() as work:
        now = clock.now()
        instructor = work.instructors.get_for_update(request.instructor_id)
        offerings = work.offerings.of(request.instructor_id)
        active = {each.offering_id: each for each in offerings if each.active}
        if (offering := active.pop(request.offering_id, None)) is None:
            raise OfferingNotFound(request.offering_id)
        withdrawn = work.offerings.save(offering.withdraw(at=now))
        if not active and instructor.is_live:
            work.instructors.save(instructor.unlist(NO_SERVICES, at=now))
        return withdrawn
