"""Maps of the small city, as plain functions."""

import re

from entrypoints.web.pictures.maps import area_map, count_map, place_on
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.places.model.point import Point
from instainstru_core.testing.contracts.regions import SMALL_CITY

CITY = Gazetteer(SMALL_CITY)
DRAWN = {"park-slope", "south-slope", "flatbush", "astoria"}


def test_an_area_is_marked_among_its_neighbors() -> None:
    picture = area_map(CITY, {"park-slope"}, label="Where <Jane> teaches")
    assert 'role="img"' in picture
    assert 'aria-label="Where &lt;Jane&gt; teaches"' in picture
    marked = picture.split('class="marked"')[1]
    assert marked.count("<path") == 1
    assert 1 <= picture.split('class="marked"')[0].count("<path") < len(DRAWN)


def test_nothing_marked_is_the_whole_city() -> None:
    picture = area_map(CITY, (), label="The city")
    assert picture.count("<path") == len(DRAWN)
    assert 'viewBox="0 0 1000' in picture


def test_a_studio_stands_in_its_neighborhood() -> None:
    picture = area_map(CITY, {"flatbush"}, label="x", spot=Point(40.64, -73.96))
    found = re.search(r'class="spot" cx="([\d.]+)" cy="([\d.]+)"', picture)
    box = re.search(r'viewBox="(\d+) (\d+) (\d+) (\d+)"', picture)
    assert found is not None
    assert box is not None
    x, y = float(found[1]), float(found[2])
    left, top, width, height = (int(box[n]) for n in range(1, 5))
    assert left < x < left + width
    assert top < y < top + height


def test_counts_are_links_for_fingers_with_their_number_in_words() -> None:
    counts = {"park-slope": 4, "astoria": 1}
    picture = count_map(CITY, counts, label="x", way="/search?what=a&where=", chosen={"astoria"})
    assert picture.count("<a ") == 2
    assert picture.count('tabindex="-1"') == 2
    assert "/search?what=a&amp;where=park-slope" in picture
    assert "<title>Park Slope: 4</title>" in picture
    assert 'class="s5"' in picture
    assert 'class="s2"' in picture
    assert picture.split('class="chosen"')[1].count("<path") == 1


def test_people_are_counted_once_wherever_their_areas_reach() -> None:
    """PL-2: who serves a borough serves all that lies in it."""
    number = CITY.numbers
    everywhere = frozenset({number["brooklyn"], number["park-slope"]})
    queens = frozenset({number["astoria"]})
    counts = place_on(CITY, [everywhere, queens, queens, frozenset()])
    assert counts == {"park-slope": 1, "south-slope": 1, "flatbush": 1, "astoria": 2}


def test_a_city_without_regions_is_an_empty_picture() -> None:
    empty = Gazetteer(())
    assert "<path" not in area_map(empty, (), label="x")
    assert place_on(empty, [frozenset({1})]) == {}
