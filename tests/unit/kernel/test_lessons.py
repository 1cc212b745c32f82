"""Where lessons are given, and what that means for calendars and prices. Source: AV-4, PR-9."""

import pytest

from instainstru_core.kernel.lessons import Format, LocationType, Modality


@pytest.mark.parametrize(
    ("place", "wanted", "modality"),
    [
        (LocationType.STUDENT_LOCATION, Format.TRAVEL, Modality.IN_PERSON),
        (LocationType.NEUTRAL_LOCATION, Format.TRAVEL, Modality.IN_PERSON),
        (LocationType.INSTRUCTOR_LOCATION, Format.STUDIO, Modality.IN_PERSON),
        (LocationType.ONLINE, Format.ONLINE, Modality.REMOTE),
    ],
)
def test_av4_a_place_needs_a_format(
    place: LocationType, wanted: Format, modality: Modality
) -> None:
    assert (place.format, place.modality, wanted.modality) == (wanted, modality, modality)


def test_av4_there_are_four_places_and_three_formats() -> None:
    assert {each.value for each in LocationType} == {
        "student_location",
        "instructor_location",
        "online",
        "neutral_location",
    }
    assert [each.value for each in Format] == ["travel", "studio", "online"]
