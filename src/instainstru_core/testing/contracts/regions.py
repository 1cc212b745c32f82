"""What every adapter of the gazetteer must do."""

from attrs import evolve

from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.places.model.gazetteer import Region
from instainstru_core.places.ports import PlacesWork
from instainstru_core.places.use_cases.load_regions import load_regions


def _square(west: float, south: float) -> str:
    east, north = west + 0.1, south + 0.1
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return f'{{"type":"Polygon","coordinates":[{ring}]}}'.replace(" ", "")


BROOKLYN = Region(
    slug="brooklyn",
    name="Brooklyn",
    borough="brooklyn",
    lat=40.65,
    lng=-73.95,
    outline=_square(-74.0, 40.6),
)
QUEENS = Region(
    slug="queens",
    name="Queens",
    borough="queens",
    lat=40.75,
    lng=-73.85,
    outline=_square(-73.9, 40.7),
)
PARK_SLOPE = Region(slug="park-slope", name="Park Slope", borough="brooklyn", lat=40.67, lng=-73.98)
SOUTH_SLOPE = Region(
    slug="south-slope",
    name="South Slope",
    borough="brooklyn",
    lat=40.66,
    lng=-73.985,
    part_of="park-slope",
)
FLATBUSH = Region(slug="flatbush", name="Flatbush", borough="brooklyn", lat=40.64, lng=-73.96)
ASTORIA = Region(slug="astoria", name="Astoria", borough="queens", lat=40.76, lng=-73.88)
SMALL_CITY = (BROOKLYN, QUEENS, PARK_SLOPE, FLATBUSH, ASTORIA, SOUTH_SLOPE)


class RegionsContract:
    """Inherit, and provide the fixture `begin` on one empty store."""

    def test_keeps_regions_in_order(self, begin: Begin[PlacesWork]) -> None:
        assert load_regions(SMALL_CITY, begin=begin) == len(SMALL_CITY)
        with begin() as work:
            assert tuple(work.regions.all()) == SMALL_CITY

    def test_loads_twice_as_once(self, begin: Begin[PlacesWork]) -> None:
        """PL-2: loading is idempotent by slug."""
        load_regions(SMALL_CITY, begin=begin)
        assert load_regions(SMALL_CITY, begin=begin) == 0

    def test_counts_what_changed(self, begin: Begin[PlacesWork]) -> None:
        load_regions(SMALL_CITY, begin=begin)
        renamed = evolve(ASTORIA, name="Old Astoria")
        changed = tuple(renamed if each is ASTORIA else each for each in SMALL_CITY)
        assert load_regions(changed, begin=begin) == 1
        with begin() as work:
            assert renamed in work.regions.all()
