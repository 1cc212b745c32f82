"""How and where lessons are given: words of the whole platform. Source: spec README, AV-4, PR-9."""

from enum import StrEnum


class Format(StrEnum):
    """How a lesson is delivered, in canonical order (AV-7)."""

    TRAVEL = "travel"
    STUDIO = "studio"
    ONLINE = "online"

    @property
    def modality(self) -> "Modality":
        """What prices go by. Source: PR-9."""
        return Modality.REMOTE if self is Format.ONLINE else Modality.IN_PERSON


class Modality(StrEnum):
    """What price floors distinguish."""

    IN_PERSON = "in_person"
    REMOTE = "remote"


class LocationType(StrEnum):
    """Where a booking happens."""

    STUDENT_LOCATION = "student_location"
    INSTRUCTOR_LOCATION = "instructor_location"
    ONLINE = "online"
    NEUTRAL_LOCATION = "neutral_location"

    @property
    def format(self) -> Format:  # type: ignore[override]  # nobody formats a place with str.format
        """The format it needs. Source: AV-4."""
        return _FORMATS[self]

    @property
    def modality(self) -> Modality:
        """What it is priced as. Source: PR-9."""
        return self.format.modality


_FORMATS = {
    LocationType.STUDENT_LOCATION: Format.TRAVEL,
    LocationType.NEUTRAL_LOCATION: Format.TRAVEL,
    LocationType.INSTRUCTOR_LOCATION: Format.STUDIO,
    LocationType.ONLINE: Format.ONLINE,
}
