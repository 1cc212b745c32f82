"""Terms, floors, public points and refusals. Source: CA-7…10, IN-8, PL-28."""

import json
import math
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from instainstru_core.instructors.errors import (
    FormatNotOffered,
    GoLivePrerequisites,
    InstructorNotFound,
    InvalidField,
    InvalidService,
    NoLocationOptions,
    NoServiceAreas,
    NoTeachingLocations,
    OfferingNotFound,
    OnlineNotSupported,
    ProfileExists,
    RateBelowFloor,
    ServiceAlreadyOffered,
    ServiceAreaInUse,
    TeachingLocationInUse,
)
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import STANDARD_FLOORS, Floors, Terms
from instainstru_core.instructors.model.profile import areas_summary, jittered
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.places.errors import OutsideRegion, RegionNotFound, UnknownRegion
from instainstru_core.places.model.point import Point, haversine_km
from tests.unit.instructors.school import ALL, NOON, PIANO, School, terms


def test_a_format_without_its_own_rate_goes_by_the_hourly_rate() -> None:
    """CA-7, CA-9."""
    asked = terms(*ALL, own_rates={Format.TRAVEL: Money(12_000)})
    assert dict(asked.rates) == {
        Format.TRAVEL: Money(12_000),
        Format.STUDIO: Money(9000),
        Format.ONLINE: Money(9000),
    }
    offering = School().add(asked)
    assert offering.headline_rate == Money(9000)
    assert offering.formats == (Format.TRAVEL, Format.STUDIO, Format.ONLINE)
    assert offering.session_price(Format.TRAVEL, 45) == Money(9000)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (terms(formats=frozenset()), NoLocationOptions),
        (terms(own_rates={Format.TRAVEL: Money(9000)}), FormatNotOffered),
        (terms(rate=100_001), InvalidField),
        (terms(rate=5999), RateBelowFloor),
        (terms(Format.STUDIO, rate=7999), RateBelowFloor),
        (terms(own_rates={Format.ONLINE: Money(0)}), InvalidField),
        (terms(durations=()), InvalidField),
        (terms(durations=(60, 60)), InvalidField),
        (terms(durations=(25,)), InvalidField),
        (terms(durations=(245,)), InvalidField),
        (terms(durations=(61,)), InvalidField),
        (terms(durations=tuple(range(30, 85, 5))), InvalidField),
        (terms(description="d" * 501), InvalidField),
    ],
)
def test_terms_have_limits(asked: Terms, refusal: type[Exception]) -> None:
    """CA-7, CA-8, CA-10, IN-3, IN-4."""
    with pytest.raises(refusal):
        asked.checked(STANDARD_FLOORS)


def test_every_format_below_its_floor_is_listed() -> None:
    """CA-8."""
    with pytest.raises(RateBelowFloor) as refused:
        terms(*ALL, rate=7000).checked(STANDARD_FLOORS)
    assert refused.value.formats == (Format.TRAVEL, Format.STUDIO)
    assert refused.value.facts()["modalities"] == ["in_person"]


def test_a_floor_raised_later_hides_the_format_only() -> None:
    """CA-8."""
    offering = School().add(terms(*ALL, rate=8000))
    raised = Floors(in_person=Money(8001), remote=Money(6000))
    assert offering.bookable_formats(STANDARD_FLOORS) == tuple(Format)
    assert offering.bookable_formats(raised) == (Format.ONLINE,)


@given(st.lists(st.integers(6, 48), min_size=1, max_size=10, unique=True))
def test_durations_are_stored_ascending(steps: list[int]) -> None:
    """CA-10."""
    checked = terms(durations=tuple(5 * each for each in steps)).checked(STANDARD_FLOORS)
    assert checked.durations == tuple(sorted(5 * each for each in steps))


@given(
    st.floats(-79, 79),
    st.floats(-179, 179),
    st.floats(0, 1, exclude_max=True),
    st.floats(0, 1, exclude_max=True),
)
def test_the_public_point_is_25_to_50_metres_away(
    lat: float, lng: float, u1: float, u2: float
) -> None:
    """PL-28; 04 §10, property 10."""
    assume(abs(lat) > 0.001)
    true = Point(lat, lng)
    shown = jittered(true.lat, true.lng, u1, u2)
    metres = haversine_km(true, Point(*shown)) * 1000
    assert 24.5 <= metres <= 50.5
    assert jittered(true.lat, true.lng, u1, u2) == shown
    assert math.isfinite(shown[0])


def test_service_areas_have_a_limit() -> None:
    """PL-24."""
    school = School()
    with pytest.raises(InvalidField):
        school.now().serve(frozenset(f"r{n}" for n in range(101)), at=NOON)


@pytest.mark.parametrize(
    ("boroughs", "summary"),
    [
        ((), None),
        (("Queens",), "Queens"),
        (("Queens", "Bronx"), "Bronx, Queens"),
        (("Queens", "Bronx", "Brooklyn"), "Bronx + 2 more"),
    ],
)
def test_service_areas_in_a_few_words(boroughs: tuple[str, ...], summary: str | None) -> None:
    """IN-8."""
    assert areas_summary(frozenset(boroughs)) == summary


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (InstructorNotFound(InstructorId(UUID(int=1))), "no instructor 0000"),
        (OfferingNotFound(OfferingId(UUID(int=1))), "no offering 0000"),
        (ProfileExists(InstructorId(UUID(int=1))), "has a profile already"),
        (ServiceAlreadyOffered(PIANO), "is offered already"),
        (InvalidService(PIANO), "no active service"),
        (OnlineNotSupported(PIANO), "can't be taught online"),
        (FormatNotOffered((Format.TRAVEL,)), "for travel"),
        (RateBelowFloor((Format.TRAVEL, Format.STUDIO)), "travel, studio"),
        (NoLocationOptions(), "at least one of"),
        (NoServiceAreas(), "at least one service area"),
        (NoTeachingLocations(), "a teaching location"),
        (ServiceAreaInUse(), "last service area"),
        (TeachingLocationInUse(), "last teaching location"),
        (GoLivePrerequisites(("skills",)), "skills"),
        (InvalidField("bio", "too short"), "bio: too short"),
        (UnknownRegion(("x",)), "no region x"),
        (RegionNotFound("x"), "no region 'x'"),
        (OutsideRegion(), "outside the city"),
    ],
)
def test_refusals_name_the_fact(refusal: DomainError, words: str) -> None:
    """SE-24: and its facts are plain JSON."""
    assert words in str(refusal)
    assert json.loads(json.dumps(dict(refusal.facts()))) == refusal.facts()
