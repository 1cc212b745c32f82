"""Revise an offering: other formats, rates or durations. Booked lessons keep their price."""

from collections.abc import Mapping

from attrs import frozen

from instainstru_core.instructors.errors import InvalidService, OfferingNotFound
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import (
    FloorsOf,
    Offering,
    Terms,
    standard_floors,
)
from instainstru_core.instructors.policies import check_capabilities
from instainstru_core.instructors.ports import InstructorWork
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin


@frozen(kw_only=True)
class ReviseOffering:
    """What is to change; None leaves it."""

    instructor_id: InstructorId
    offering_id: OfferingId
    hourly_rate: Money | None = None
    formats: frozenset[Format] | None = None
    own_rates: Mapping[Format, Money] | None = None
    durations: tuple[int, ...] | None = None
    description: str | None = None

    def applied_to(self, terms: Terms) -> Terms:
        """*terms* with what is asked for; a format switched off takes its own rate with it."""
        formats = terms.formats if self.formats is None else self.formats
        own = self.own_rates
        if own is None:
            own = {each: rate for each, rate in terms.own_rates.items() if each in formats}
        return Terms(
            hourly_rate=self.hourly_rate or terms.hourly_rate,
            formats=formats,
            own_rates=own,
            durations=terms.durations if self.durations is None else self.durations,
            description=terms.description if self.description is None else self.description,
        )


def revise_offering(
    request: ReviseOffering,
    *,
    begin: Begin[InstructorWork],
    clock: Clock,
    floors: FloorsOf = standard_floors,
) -> Offering:
    """Change the offering and return it.

    Raises:
        InstructorNotFound: The asker has no profile.
        OfferingNotFound: Not an active offering of the asker.
        InvalidService: The catalogue doesn't show the service any more.
        InvalidField: A value is outside its limits; and as `Terms.checked` and
            `check_capabilities`.
    """
    with begin() as work:
        instructor = work.instructors.get_for_update(request.instructor_id)
        offering = work.offerings.get(request.instructor_id, request.offering_id)
        if not offering.active:
            raise OfferingNotFound(request.offering_id)
        least = floors(offering.service_id)
        terms = request.applied_to(offering.terms).checked(least)
        if terms == offering.terms:
            return offering
        service = work.catalog.find_service(offering.service_id)
        if service is None:
            raise InvalidService(offering.service_id)
        check_capabilities(instructor, service, terms.formats)
        return work.offerings.save(offering.revise(terms, floors=least, at=clock.now()))
