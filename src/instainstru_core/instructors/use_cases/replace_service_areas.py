"""Replace the service areas: the regions to which an instructor travels. Source: PL-24, IN-5."""

from attrs import frozen

from instainstru_core.instructors.errors import ServiceAreaInUse
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.offering import uses
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.instructors.ports import InstructorWork
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.places.ports import Places


@frozen(kw_only=True)
class ReplaceServiceAreas:
    """Serve these regions and boroughs, by slug, and no others."""

    instructor_id: InstructorId
    regions: tuple[str, ...]


def replace_service_areas(
    request: ReplaceServiceAreas, *, begin: Begin[InstructorWork], places: Places, clock: Clock
) -> Instructor:
    """Replace the whole set and return the profile; duplicates collapse.

    Raises:
        UnknownRegion: Some of them don't exist.
        InvalidField: More than a hundred.
        InstructorNotFound: The asker has no profile.
        ServiceAreaInUse: None is left while an active offering travels.
    """
    regions = places.gazetteer().check(request.regions)
    with begin() as work:
        instructor = work.instructors.get_for_update(request.instructor_id)
        if not regions and uses(work.offerings.of(request.instructor_id), Format.TRAVEL):
            raise ServiceAreaInUse
        changed = instructor.serve(regions, at=clock.now())
        return work.instructors.save(changed) if changed.events else instructor
