"""Which formats an instructor may offer. Source: IN-4."""

from instainstru_core.catalog.model import Service
from instainstru_core.instructors.errors import (
    NoServiceAreas,
    NoTeachingLocations,
    OnlineNotSupported,
)
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.kernel.lessons import Format


def check_capabilities(
    instructor: Instructor, service: Service, formats: frozenset[Format]
) -> None:
    """Refuse a format whose prerequisite is missing; the first failure wins.

    Raises:
        NoServiceAreas: Travel without a region to travel to.
        NoTeachingLocations: A studio lesson without a studio.
        OnlineNotSupported: The service can't be taught through a screen.
    """
    if Format.TRAVEL in formats and not instructor.service_area:
        raise NoServiceAreas
    if Format.STUDIO in formats and instructor.teaching_place is None:
        raise NoTeachingLocations
    if Format.ONLINE in formats and not service.online_capable:
        raise OnlineNotSupported(service.service_id)
