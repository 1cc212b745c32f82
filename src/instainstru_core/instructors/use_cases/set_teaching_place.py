"""Set the teaching place: where an instructor receives students. Source: PL-26, PL-28, IN-5."""

from attrs import frozen

from instainstru_core.instructors.errors import TeachingLocationInUse
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.offering import uses
from instainstru_core.instructors.model.profile import (
    MAX_ADDRESS,
    MAX_LABEL,
    Instructor,
    TeachingPlace,
    cleaned,
    jittered,
)
from instainstru_core.instructors.ports import Chance, InstructorWork
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.places.errors import OutsideRegion
from instainstru_core.places.model.point import Point
from instainstru_core.places.ports import Places


@frozen(kw_only=True)
class StudioWanted:
    """A studio as its owner describes it."""

    label: str
    address: str
    point: Point


@frozen(kw_only=True)
class SetTeachingPlace:
    """Teach there, or, with None, nowhere of one's own."""

    instructor_id: InstructorId
    studio: StudioWanted | None


def set_teaching_place(
    request: SetTeachingPlace,
    *,
    begin: Begin[InstructorWork],
    places: Places,
    chance: Chance,
    clock: Clock,
) -> Instructor:
    """Change the studio and return the profile; the public sees a point 25 to 50 m away.

    Raises:
        InvalidField: Label or address is empty or too long.
        OutsideRegion: The point lies outside the city.
        InstructorNotFound: The asker has no profile.
        TeachingLocationInUse: None is left while an active offering is taught there.
    """
    with begin() as work:
        instructor = work.instructors.get_for_update(request.instructor_id)
        place = _place(request.studio, instructor.teaching_place, places, chance)
        if place is None and uses(work.offerings.of(request.instructor_id), Format.STUDIO):
            raise TeachingLocationInUse
        changed = instructor.teach_at(place, at=clock.now())
        return work.instructors.save(changed) if changed.events else instructor


def _place(
    wanted: StudioWanted | None, before: TeachingPlace | None, places: Places, chance: Chance
) -> TeachingPlace | None:
    if wanted is None:
        return None
    region = places.gazetteer().region_at(wanted.point)
    if region is None:
        raise OutsideRegion
    lat, lng = wanted.point.lat, wanted.point.lng
    address = cleaned("address", wanted.address, 1, MAX_ADDRESS)
    # Drawn once per place: whoever could ask for many stand-ins would find the true point.
    if before is not None and before.is_at(address, lat, lng):
        shown = before.shown
    else:
        shown = jittered(lat, lng, chance.draw(), chance.draw())
    return TeachingPlace(
        label=cleaned("label", wanted.label, 1, MAX_LABEL),
        address=address,
        lat=lat,
        lng=lng,
        region=region.slug,
        shown=shown,
    )
