"""What happens to those who teach. Source: spec README, events."""

from typing import ClassVar

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.kernel.events import Event


@frozen(kw_only=True)
class InstructorEvent(Event):
    """Something that happened to one instructor."""

    instructor_id: InstructorId


@frozen(kw_only=True)
class ProfileChanged(InstructorEvent):
    """Names, bio or zone are others now."""

    name: ClassVar[str] = "profile.changed"


@frozen(kw_only=True)
class ServiceAreasChanged(InstructorEvent):
    """The instructor travels elsewhere now."""

    name: ClassVar[str] = "service_areas.changed"


@frozen(kw_only=True)
class TeachingLocationChanged(InstructorEvent):
    """The studio moved, opened or closed."""

    name: ClassVar[str] = "teaching_location.changed"


@frozen(kw_only=True)
class OfferingChanged(InstructorEvent):
    """An offering was added, changed, taken away or brought back."""

    name: ClassVar[str] = "offering.changed"
    offering_id: OfferingId


@frozen(kw_only=True)
class InstructorWentLive(InstructorEvent):
    """Listed for the first time. Source: IN-12."""

    name: ClassVar[str] = "instructor.went_live"


@frozen(kw_only=True)
class InstructorPaused(InstructorEvent):
    """Hidden at the instructor's own wish; bookings stay. Source: IN-13."""

    name: ClassVar[str] = "instructor.paused"


@frozen(kw_only=True)
class InstructorResumed(InstructorEvent):
    """Listed again after a pause. Source: IN-13."""

    name: ClassVar[str] = "instructor.resumed"


@frozen(kw_only=True)
class InstructorUnlisted(InstructorEvent):
    """Hidden by a rule, for *reason*. Source: IN-15."""

    name: ClassVar[str] = "instructor.unlisted"
    reason: str
