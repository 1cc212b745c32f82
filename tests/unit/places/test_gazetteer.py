"""Points, regions and coverage. Source: PL-1…7, PL-30, PL-33."""

import math
from typing import Any

import pytest
import shapely
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.kernel.errors import Malformed
from instainstru_core.places.document import regions_from
from instainstru_core.places.errors import InvalidCoordinates, RegionNotFound, UnknownRegion
from instainstru_core.places.model.gazetteer import Gazetteer, Region
from instainstru_core.places.model.point import (
    Point,
    distance_tier,
    haversine_km,
    miles,
    zip_to_borough,
)
from instainstru_core.testing.contracts.regions import (
    ASTORIA,
    BROOKLYN,
    FLATBUSH,
    PARK_SLOPE,
    QUEENS,
    SMALL_CITY,
    SOUTH_SLOPE,
)

CITY = Gazetteer(SMALL_CITY)
in_brooklyn = st.builds(
    Point, st.floats(min_value=40.601, max_value=40.699), st.floats(-73.999, -73.901)
)
anywhere = st.builds(Point, st.floats(40.4, 41), st.floats(-74.3, -73.6))
areas = st.frozensets(st.sampled_from([each.slug for each in SMALL_CITY]))


@pytest.mark.parametrize(
    ("lat", "lng"),
    [(0, 0), (91, 0), (-91, 0), (0, 181), (0, -181), (math.nan, 1), (1, math.inf)],
)
def test_points_are_on_earth(lat: float, lng: float) -> None:
    """PL-1."""
    with pytest.raises(InvalidCoordinates):
        Point(lat, lng)


def test_points_have_six_decimals() -> None:
    """PL-1."""
    assert Point(40.12345678, -73.98765432) == Point(40.123457, -73.987654)


def test_distance_is_the_great_circle() -> None:
    """PL-7: a degree of latitude, and the way from Times Square to JFK."""
    assert haversine_km(Point(40, -74), Point(41, -74)) == pytest.approx(111.195, abs=0.001)
    airport = haversine_km(Point(40.758, -73.9855), Point(40.6413, -73.7781))
    assert airport == pytest.approx(21.8, abs=0.1)
    assert miles(airport) == 13.5
    assert miles(1.609344 * 0.25) == 0.3


@given(anywhere, anywhere)
def test_distance_is_symmetric(one: Point, other: Point) -> None:
    assert haversine_km(one, other) == pytest.approx(haversine_km(other, one))
    assert haversine_km(one, one) == 0


@pytest.mark.parametrize(
    ("kilometres", "tier"),
    [(0.0, "here"), (1.6, "near"), (1.7, "short"), (5.0, "short"), (10.0, "long"), (10.1, "far")],
)
def test_distance_has_words(kilometres: float, tier: str) -> None:
    """PL-33."""
    assert distance_tier(kilometres, covered=False) == tier
    assert distance_tier(kilometres, covered=True) == "here"


@pytest.mark.parametrize(
    ("zip_code", "borough"),
    [
        ("10001", "manhattan"),
        ("10299", "manhattan"),
        ("10301", "staten-island"),
        ("10451", "bronx"),
        ("11215", "brooklyn"),
        ("11101", "queens"),
        ("11004", "queens"),
        ("11005", "queens"),
        ("11003", None),
        ("11500", None),
        ("10000", None),
        ("11200", None),
        ("07030", None),
        ("1121", None),
        ("112155", None),
        ("1121a", None),
        ("١١٢١٥", None),
        ("", None),
    ],
)
def test_zips_know_their_borough(zip_code: str, borough: str | None) -> None:
    """PL-6: never an error."""
    assert zip_to_borough(zip_code) == borough


@given(st.text(max_size=8))
def test_any_text_may_be_no_zip(text: str) -> None:
    """PL-6."""
    assert zip_to_borough(text) is None or (len(text) == 5 and text.isdigit())


def test_a_region_contains_its_parts() -> None:
    """PL-2."""
    assert CITY.within("park-slope") == {"park-slope", "south-slope"}
    assert CITY.within("brooklyn") == {"brooklyn", "park-slope", "south-slope", "flatbush"}
    assert CITY.served(frozenset({"queens", "flatbush"})) == {"queens", "astoria", "flatbush"}
    assert CITY.served(frozenset({"atlantis"})) == frozenset()


def test_an_area_meets_what_it_equals_contains_or_lies_in() -> None:
    """SR-35."""
    assert CITY.meets("park-slope") == {"park-slope", "south-slope", "brooklyn"}
    assert CITY.meets("south-slope") == {"south-slope", "park-slope", "brooklyn"}
    assert CITY.meets("astoria") == {"astoria", "queens"}


@given(areas)
def test_what_serves_a_part_meets_the_whole(area: frozenset[str]) -> None:
    for slug in CITY.served(area):
        assert CITY.meets(slug) & (area | CITY.served(area))


def test_unknown_regions_are_named() -> None:
    """PL-24."""
    with pytest.raises(UnknownRegion) as refused:
        CITY.check(["queens", "atlantis", "lemuria"])
    assert refused.value.slugs == ("atlantis", "lemuria")
    with pytest.raises(RegionNotFound):
        CITY.region("atlantis")
    with pytest.raises(RegionNotFound):
        CITY.within("atlantis")
    with pytest.raises(RegionNotFound):
        CITY.meets("atlantis")


@pytest.mark.parametrize("region", [PARK_SLOPE, SOUTH_SLOPE, FLATBUSH, ASTORIA])
def test_a_centre_lies_in_its_region(region: Region) -> None:
    """PL-4."""
    assert CITY.region_at(region.point) == region


def test_points_outside_have_no_region() -> None:
    """PL-4: outside every outline, or too far from every centre."""
    assert CITY.region_at(Point(41.5, -73.5)) is None
    assert CITY.region_at(Point(40.601, -73.901)) is None
    assert CITY.borough_at(Point(40.601, -73.901)) == "brooklyn"


def test_a_zip_outvotes_the_outline() -> None:
    """PL-4."""
    near_both = Point(40.70, -73.90)
    assert CITY.region_at(PARK_SLOPE.point, zip_code="11215") == PARK_SLOPE
    assert CITY.region_at(near_both, zip_code="11215") is None
    edge = evolve(ASTORIA, slug="edge", lat=40.701, lng=-73.9)
    city = Gazetteer([*SMALL_CITY, edge])
    outside = Point(40.699, -73.9)
    assert city.region_at(outside) is None
    assert city.region_at(outside, zip_code="11101") == edge
    assert city.region_at(outside, zip_code="99999") is None


@given(in_brooklyn)
def test_the_nearest_centre_owns_a_point(point: Point) -> None:
    """PL-3, PL-4: a cell is what is nearer to its centre than to any other, within 3 km."""
    inner = [each for each in SMALL_CITY if each.borough == "brooklyn" and not each.is_borough]
    nearest = min(haversine_km(point, each.point) for each in inner)
    found = CITY.region_at(point)
    if nearest > 3:
        assert found is None
    else:
        assert found is not None
        assert haversine_km(point, found.point) == nearest


@given(in_brooklyn, areas)
def test_who_serves_a_region_covers_its_points(point: Point, area: frozenset[str]) -> None:
    """PL-30."""
    region = CITY.region_at(point)
    if region is not None and region.slug in CITY.served(area):
        assert CITY.covers(area, point)


@given(anywhere, areas, areas)
def test_more_area_never_covers_less(
    point: Point, one: frozenset[str], other: frozenset[str]
) -> None:
    """PL-30."""
    if CITY.covers(one, point):
        assert CITY.covers(one | other, point)


def test_coverage_reaches_300_metres_beyond_a_cell() -> None:
    """PL-30."""
    city = Gazetteer([BROOKLYN, PARK_SLOPE, FLATBUSH])
    boundary = Point((PARK_SLOPE.lat + FLATBUSH.lat) / 2, (PARK_SLOPE.lng + FLATBUSH.lng) / 2)
    toward = Point(boundary.lat - 0.0015, boundary.lng + 0.001)
    beyond = Point(boundary.lat - 0.0075, boundary.lng + 0.005)
    assert city.region_at(toward) == FLATBUSH
    assert city.covers(frozenset({"park-slope"}), toward)
    assert city.region_at(beyond) == FLATBUSH
    assert not city.covers(frozenset({"park-slope"}), beyond)
    assert not city.covers(frozenset(), toward)


def test_boroughs_of_an_area_are_named() -> None:
    """IN-8."""
    assert CITY.boroughs_of(frozenset({"astoria", "park-slope"})) == {"Queens", "Brooklyn"}


@pytest.mark.parametrize(
    "regions",
    [
        [BROOKLYN, BROOKLYN],
        [BROOKLYN, evolve(PARK_SLOPE, part_of="atlantis")],
        [BROOKLYN, QUEENS, ASTORIA, evolve(PARK_SLOPE, part_of="astoria")],
        [PARK_SLOPE],
        [
            BROOKLYN,
            evolve(PARK_SLOPE, part_of="flatbush"),
            evolve(FLATBUSH, part_of="park-slope"),
        ],
    ],
)
def test_regions_make_a_forest(regions: list[Region]) -> None:
    """PL-2."""
    with pytest.raises(Malformed):
        Gazetteer(regions)


def test_a_lonely_region_has_its_circle() -> None:
    """PL-3."""
    cell = CITY.cell("astoria")
    assert not cell.is_empty
    assert CITY.cell("queens") is None


OUTLINES: dict[str, Any] = {
    "features": [
        {
            "properties": {"borough": "Staten Island"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[-74.2, 40.5], [-74.0, 40.5], [-74.0, 40.6], [-74.2, 40.6], [-74.2, 40.5]]
                ],
            },
        }
    ]
}


def _row(slug: str, part_of: str = "", lat: str = "40.55") -> dict[str, str]:
    return {
        "slug": slug,
        "name": slug.title(),
        "borough": "Staten Island",
        "lat": lat,
        "lng": "-74.1",
        "part_of": part_of,
    }


def test_documents_come_parents_first() -> None:
    """PL-2."""
    rows = [_row("pier", "bay"), _row("bay", "shore"), _row("shore")]
    found = regions_from(rows, OUTLINES)
    assert [each.slug for each in found] == ["staten-island", "shore", "bay", "pier"]
    assert found[0].is_borough
    assert len(Gazetteer(found)) == 4


@pytest.mark.parametrize(
    "rows", [[_row("bay", "atlantis")], [_row("bay", lat="north")], [{"slug": "bay"}]]
)
def test_unreadable_documents_are_refused(rows: list[dict[str, str]]) -> None:
    with pytest.raises(Malformed):
        regions_from(rows, OUTLINES)


def test_a_spot_lies_on_the_plane_of_the_cells() -> None:
    """PL-3: a region's centre is in its own cell."""
    city = Gazetteer([BROOKLYN, PARK_SLOPE, FLATBUSH])
    here, there = city.spot(PARK_SLOPE.point), city.spot(FLATBUSH.point)
    assert city.cell("park-slope").covers(shapely.Point(*here))
    assert not city.cell("park-slope").covers(shapely.Point(*there))
    apart = haversine_km(PARK_SLOPE.point, FLATBUSH.point) * 1000
    assert math.dist(here, there) == pytest.approx(apart, rel=0.001)
