"""How and where lessons are given, in words. Source: spec README, Vocabulary."""

from typing import Final

from entrypoints.web.marks import N_
from instainstru_core.kernel.lessons import Format, LocationType

FORMATS: Final = {
    Format.TRAVEL: N_("At your place"),
    Format.STUDIO: N_("At the studio"),
    Format.ONLINE: N_("Online"),
}
"""As the student is told."""

SIGNS: Final = {Format.TRAVEL: "home", Format.STUDIO: "pin", Format.ONLINE: "video"}
"""The icon of each format."""

LOCATIONS: Final = {
    LocationType.STUDENT_LOCATION: N_("At the student's place"),
    LocationType.NEUTRAL_LOCATION: N_("At a place you agree on"),
    LocationType.INSTRUCTOR_LOCATION: N_("At the studio"),
    LocationType.ONLINE: N_("Online"),
}

USUAL_LOCATION: Final = {
    Format.TRAVEL: LocationType.STUDENT_LOCATION,
    Format.STUDIO: LocationType.INSTRUCTOR_LOCATION,
    Format.ONLINE: LocationType.ONLINE,
}
"""Where a lesson of a format is, unless said."""
