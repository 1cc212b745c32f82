"""Add an offering: a service, its formats, rates and durations. Source: CA-7…10, IN-3, IN-4."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.errors import (
    InvalidField,
    InvalidService,
    ServiceAlreadyOffered,
)
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import (
    MAX_OFFERINGS,
    FloorsOf,
    Offering,
    Terms,
    standard_floors,
)
from instainstru_core.instructors.policies import check_capabilities
from instainstru_core.instructors.ports import InstructorWork
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=InstructorWork)


@frozen(kw_only=True)
class AddOffering:
    """Teach one more service on these terms."""

    instructor_id: InstructorId
    service_id: ServiceId
    terms: Terms


def add_offering(
    request: AddOffering,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    floors: FloorsOf = standard_floors,
    answer: Answer[WorkT, Offering] = unanswered,
) -> Offering:
    """Add the offering, or bring back the one withdrawn before, with its id.

    Raises:
        InstructorNotFound: The asker has no profile.
        InvalidService: Not in the catalogue.
        ServiceAlreadyOffered: There is an active offering of it.
        InvalidField: Too many offerings; and as `Terms.checked` and `check_capabilities`.
    """
    least = floors(request.service_id)
    terms = request.terms.checked(least)
    with begin() as work:
        instructor = work.instructors.get_for_update(request.instructor_id)
        service = work.catalog.find_service(request.service_id)
        if service is None:
            raise InvalidService(request.service_id)
        check_capabilities(instructor, service, terms.formats)
        offerings = work.offerings.of(request.instructor_id)
        if sum(each.active for each in offerings) >= MAX_OFFERINGS:
            raise InvalidField("offerings", f"at most {MAX_OFFERINGS}")
        before = next((each for each in offerings if each.service_id == request.service_id), None)
        if before is not None and before.active:
            raise ServiceAlreadyOffered(request.service_id)
        if before is not None:
            kept = work.offerings.save(before.revise(terms, floors=least, at=clock.now()))
        else:
            kept = work.offerings.add(
                Offering.draft(
                    ids.new(OfferingId),
                    instructor_id=request.instructor_id,
                    service_id=service.service_id,
                    service_name=service.name,
                    service_slug=service.slug,
                    terms=terms,
                    floors=least,
                    at=clock.now(),
                )
            )
        answer(work, kept)
        return kept
