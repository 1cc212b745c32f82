"""From a profile to what can be searched. Source: SR-31, CA-8, IN-9."""

from collections.abc import Iterable

from instainstru_core.instructors.model.offering import FloorsOf, Offering
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.search.model.supply import FORMATS, Listed, Listing


def listing_of(
    instructor: Instructor, offerings: Iterable[Offering], *, gazetteer: Gazetteer, floors: FloorsOf
) -> Listing | None:
    """The listing of someone the public sees; None when nothing of hers can be booked."""
    listed = tuple(
        entry for each in offerings if each.active and (entry := _listed(each, floors)) is not None
    )
    if not (instructor.is_visible and instructor.payable and instructor.went_live_at and listed):
        return None
    numbers = gazetteer.numbers
    place = instructor.teaching_place
    return Listing(
        instructor_id=instructor.instructor_id,
        name=instructor.public_name,
        bio=instructor.bio,
        founding=instructor.founding,
        went_live_at=instructor.went_live_at,
        areas=frozenset(numbers[slug] for slug in instructor.service_area if slug in numbers),
        studio=None if place is None else numbers.get(place.region),
        zone=instructor.zone.name,
        offerings=listed,
    )


def _listed(offering: Offering, floors: FloorsOf) -> Listed | None:
    bookable = offering.bookable_formats(floors(offering.service_id))
    if not bookable:
        return None
    travel, studio, online = (
        offering.rates[each].cents if each in bookable else 0 for each in FORMATS
    )
    return Listed(
        offering_id=offering.offering_id,
        service=offering.service_slug,
        service_name=offering.service_name,
        rates=(travel, studio, online),
        durations=offering.durations,
    )
