"""What instructors refuses."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.kernel.errors import Conflict, DomainError, NotFound
from instainstru_core.kernel.lessons import Format


@frozen
class InstructorNotFound(NotFound):
    """Nobody of this id teaches here, or nobody the asker may see. Source: IN-9."""

    instructor_id: InstructorId

    def __str__(self) -> str:
        return f"no instructor {self.instructor_id}"


@frozen
class OfferingNotFound(NotFound):
    """The instructor offers no such thing."""

    offering_id: OfferingId

    def __str__(self) -> str:
        return f"no offering {self.offering_id}"


@frozen
class ProfileExists(Conflict):
    """One profile a person. Source: IN-1."""

    code: ClassVar[str] = "profile_exists"
    instructor_id: InstructorId

    def __str__(self) -> str:
        return f"{self.instructor_id} has a profile already"


@frozen
class ServiceAlreadyOffered(Conflict):
    """One offering per instructor and service. Source: CA-7."""

    code: ClassVar[str] = "service_already_offered"
    service_id: ServiceId

    def __str__(self) -> str:
        return f"the service {self.service_id} is offered already"

    def facts(self) -> Mapping[str, object]:
        """Which service."""
        return {"service_id": str(self.service_id)}


@frozen
class InvalidService(DomainError):
    """Not in the catalogue, or not any more. Source: IN-3."""

    code: ClassVar[str] = "invalid_service"
    service_id: ServiceId

    def __str__(self) -> str:
        return f"the catalogue has no active service {self.service_id}"


@frozen
class OnlineNotSupported(DomainError):
    """This service can't be taught through a screen. Source: IN-4."""

    code: ClassVar[str] = "online_not_supported"
    service_id: ServiceId

    def __str__(self) -> str:
        return f"the service {self.service_id} can't be taught online"


@frozen
class FormatNotOffered(DomainError):
    """A rate for a format that is switched off. Source: CA-7."""

    code: ClassVar[str] = "format_not_offered"
    formats: tuple[Format, ...]

    def __str__(self) -> str:
        return f"a rate was given for {', '.join(self.formats)}, which the offering doesn't offer"

    def facts(self) -> Mapping[str, object]:
        """Which formats."""
        return {"formats": [str(each) for each in self.formats]}


@frozen
class RateBelowFloor(DomainError):
    """An hour costs less than the platform allows. Source: CA-8, PR-8."""

    code: ClassVar[str] = "rate_below_floor"
    formats: tuple[Format, ...]

    def __str__(self) -> str:
        return f"the hourly rate is below the floor for {', '.join(self.formats)}"

    def facts(self) -> Mapping[str, object]:
        """Which formats, and what prices go by."""
        modalities = dict.fromkeys(str(each.modality) for each in self.formats)
        return {"formats": [str(each) for each in self.formats], "modalities": [*modalities]}


class NoLocationOptions(Conflict):
    """All three formats off. Source: IN-4."""

    code = "no_location_options"

    def __str__(self) -> str:
        return "an offering needs at least one of travel, studio and online"


class NoServiceAreas(Conflict):
    """Nowhere to travel to. Source: IN-4."""

    code = "no_service_areas"

    def __str__(self) -> str:
        return "lessons at the student's place need at least one service area"


class NoTeachingLocations(Conflict):
    """No studio to teach in. Source: IN-4."""

    code = "no_teaching_locations"

    def __str__(self) -> str:
        return "lessons in a studio need a teaching location"


class ServiceAreaInUse(Conflict):
    """An active offering still travels. Source: IN-5, PL-24."""

    code = "service_area_in_use"

    def __str__(self) -> str:
        return "the last service area can't go while an active offering travels"


class TeachingLocationInUse(Conflict):
    """An active offering is still taught there. Source: IN-5."""

    code = "teaching_location_in_use"

    def __str__(self) -> str:
        return "the last teaching location can't go while an active offering is taught in a studio"


@frozen
class GoLivePrerequisites(Conflict):
    """Something is still missing before anyone may be listed. Source: IN-11, IN-12."""

    code: ClassVar[str] = "go_live_prerequisites"
    missing: tuple[str, ...]

    def __str__(self) -> str:
        return f"not ready to go live: {', '.join(self.missing)}"

    def facts(self) -> Mapping[str, object]:
        """What is missing, in the order of the checklist."""
        return {"missing": list(self.missing)}


@frozen
class InvalidField(DomainError):
    """A value outside the limits of its field. Source: IN-2."""

    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"

    def facts(self) -> Mapping[str, object]:
        """Which field, and why."""
        wrong = {"pointer": f"/{self.field}", "code": "invalid", "message": self.reason}
        return {"field": self.field, "reason": self.reason, "errors": [wrong]}
