"""The city from its real geometry: where somebody teaches, and where how many are. Source: PL-3."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any, Final

import shapely
from attrs import frozen
from markupsafe import Markup, escape

from entrypoints.web.kept import Kept
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.places.model.point import Point

Box = tuple[float, float, float, float]
"""Left, top, width, height."""

SHADES: Final = 5
_KEPT: Final = 20_000
_WIDTH: Final = 1000.0
_COARSE_METRES: Final = 90.0
"""What is smaller than a pixel on a wide screen is left out of an outline."""

_MARGIN: Final = 12.0
_SHAPE: Final = 1.3
_PIN: Final = 45
_LEAST: Final = 220.0
"""How wide a picture of a part of the city is at least: a place is known by what is around it."""


@frozen(eq=False)
class _City:
    """Every neighborhood's outline as a path, in a picture *height* high."""

    height: float
    paths: Mapping[str, str]
    land: Mapping[str, str]
    """Each as it is drawn where nothing is to be said of it."""
    bounds: Mapping[str, Box]
    """West, north, east, south."""
    names: Mapping[str, Markup]
    reach: Callable[[frozenset[int]], frozenset[str]]
    """What is drawn of some regions, by their numbers."""
    origin: tuple[float, float]
    scale: float

    def on_paper(self, east: float, north: float) -> tuple[float, float]:
        """Where a point of the city's plane is in the picture."""
        west, top = self.origin
        return (east - west) * self.scale + _MARGIN, (top - north) * self.scale + _MARGIN


def _drawn(gazetteer: Gazetteer) -> _City:
    cells = {
        each.slug: shapely.simplify(cell, _COARSE_METRES)
        for each in gazetteer.regions
        if (cell := gazetteer.cell(each.slug)) is not None and not cell.is_empty
    }
    if not cells:
        return _City(_WIDTH, {}, {}, {}, {}, lambda _: frozenset(), (0.0, 0.0), 1.0)
    west, south, east, north = shapely.total_bounds(list(cells.values())).tolist()
    scale = (_WIDTH - 2 * _MARGIN) / max(east - west, 1.0)

    def on_paper(points: Any) -> Any:
        points[:, 0] = (points[:, 0] - west) * scale + _MARGIN
        points[:, 1] = (north - points[:, 1]) * scale + _MARGIN
        return points

    drawn = {slug: shapely.transform(cell, on_paper) for slug, cell in cells.items()}
    paths = {slug: _path(shape) for slug, shape in drawn.items()}
    return _City(
        height=round((north - south) * scale + 2 * _MARGIN, 1),
        paths=paths,
        land={slug: f'<path d="{path}"/>' for slug, path in paths.items()},
        bounds={slug: tuple(shape.bounds) for slug, shape in drawn.items()},
        names={each.slug: escape(each.name) for each in gazetteer.regions},
        reach=_reach(gazetteer, frozenset(paths)),
        origin=(west, north),
        scale=scale,
    )


_CITY: Final = Kept(_drawn)


def _reach(
    gazetteer: Gazetteer, drawn: frozenset[str]
) -> Callable[[frozenset[int]], frozenset[str]]:
    slugs = [each.slug for each in gazetteer.regions]

    # Whoever is found again teaches where she did before.
    @lru_cache(maxsize=_KEPT)
    def reach(numbers: frozenset[int]) -> frozenset[str]:
        return gazetteer.served(frozenset(slugs[number] for number in numbers)) & drawn

    return reach


def _path(shape: Any) -> str:
    """The rings of *shape* in whole numbers, each point said from the one before: that is short."""
    return "".join(
        _ring(shapely.get_coordinates(ring)[:-1])
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    )


def _ring(points: Any) -> str:
    spots = [(round(x), round(y)) for x, y in points.tolist()]
    steps = [(right - left, down - up) for (left, up), (right, down) in pairwise(spots)]
    moves = " ".join(f"{x} {y}" for x, y in steps if x or y).replace(" -", "-")
    return f"M{spots[0][0]} {spots[0][1]}l{moves}z" if moves else ""


def place_on(gazetteer: Gazetteer, areas: Iterable[frozenset[int]]) -> Mapping[str, int]:
    """How many of *areas*, each a set of regions by their numbers, hold what is drawn by a slug."""
    return Counter(chain.from_iterable(map(_CITY.of(gazetteer).reach, areas)))


def area_map(
    gazetteer: Gazetteer,
    slugs: Collection[str],
    *,
    label: str,
    spot: Point | None = None,
) -> Markup:
    """The city with the neighborhoods of *slugs* marked, as close as they allow.

    *label* says in words what is marked; *spot* is marked with a pin.
    """
    city = _CITY.of(gazetteer)
    marked = [slug for slug in city.paths if slug in slugs]
    box = _around(city, marked)
    land = "".join(
        path for slug, path in city.land.items() if slug not in slugs and _seen(city, slug, box)
    )
    areas = "".join(city.land[slug] for slug in marked)
    pin = ""
    if spot is not None:
        x, y = city.on_paper(*gazetteer.spot(spot))
        pin = f'<circle class="spot" cx="{x:.1f}" cy="{y:.1f}" r="{box[2] / _PIN:.1f}"/>'
    content = f'<g class="land">{land}</g><g class="marked">{areas}</g>{pin}'
    return _picture(box, content, label)


def count_map(
    gazetteer: Gazetteer,
    counts: Mapping[str, int],
    *,
    label: str,
    way: str,
    chosen: Collection[str] = (),
) -> Markup:
    """The city with as many as there are in each neighborhood; each with some is a link.

    A link is *way* and the neighborhood's slug. They are for fingers and mice: whoever goes by
    keyboard is spared two hundred of them, and finds the same in words beside the picture.
    """
    city, most = _CITY.of(gazetteer), max(counts.values(), default=1)
    address = escape(way)

    def area(slug: str, path: str, count: int) -> str:
        shade = -(-SHADES * count // most)
        return (
            f'<a href="{address}{slug}" tabindex="-1" class="s{shade}">{path}'
            f"<title>{city.names[slug]}: {count}</title></a>"
        )

    land = "".join(path for slug, path in city.land.items() if slug not in counts)
    areas = "".join(
        area(slug, path, counts[slug]) for slug, path in city.land.items() if counts.get(slug)
    )
    rings = "".join(city.land[slug] for slug in chosen if slug in city.land)
    content = (
        f'<g class="land">{land}</g><g class="marked">{areas}</g><g class="chosen">{rings}</g>'
    )
    return _picture((0.0, 0.0, _WIDTH, city.height), content, label, role="group")


def choice_map(
    gazetteer: Gazetteer, lines: Mapping[str, str], chosen: Collection[str], *, label: str
) -> Markup:
    """The whole city to choose from, the neighborhoods of *chosen* marked.

    *lines* says of each what it is part of, from itself to its borough: scripts mark it by that,
    and tick the box beside the picture that stands for it.
    """
    city = _CITY.of(gazetteer)
    areas = "".join(
        f'<g class="{"marked" if slug in chosen else "land"}" data-line="{escape(lines[slug])}">'
        f"{path}<title>{city.names[slug]}</title></g>"
        for slug, path in city.land.items()
    )
    return _picture((0.0, 0.0, _WIDTH, city.height), areas, label)


def _seen(city: _City, slug: str, box: Box) -> bool:
    west, north, east, south = city.bounds[slug]
    left, top, width, height = box
    return west <= left + width and east >= left and north <= top + height and south >= top


def _around(city: _City, slugs: Collection[str]) -> Box:
    """The part of the city around *slugs*, half as much again, and never a keyhole."""
    boxes = [city.bounds[slug] for slug in slugs]
    if not boxes:
        return 0.0, 0.0, _WIDTH, city.height
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    side = min(max(right - left, (bottom - top) * _SHAPE, _LEAST) * 1.5, _WIDTH)
    high = min(side / _SHAPE, city.height)
    x = min(max((left + right - side) / 2, 0.0), _WIDTH - side)
    y = min(max((top + bottom - high) / 2, 0.0), city.height - high)
    return x, y, side, high


def _picture(box: Box, content: str, label: str, *, role: str = "img") -> Markup:
    frame = " ".join(f"{each:.0f}" for each in box)
    return Markup(  # noqa: S704 - numbers of ours, and words that are escaped
        f'<svg class="map" viewBox="{frame}" role="{role}" aria-label="{escape(label)}" '
        f'width="{box[2]:.0f}" height="{box[3]:.0f}">{content}</svg>'
    )
