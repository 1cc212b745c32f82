"""The city from its real geometry: where somebody teaches, and where how many are. Source: PL-3."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final
from weakref import WeakKeyDictionary

import shapely
from attrs import frozen
from markupsafe import Markup, escape

from instainstru_core.places.model.gazetteer import Gazetteer

_WIDTH: Final = 1000.0
_COARSE_METRES: Final = 90.0
"""What is smaller than a pixel on a wide screen is left out of an outline."""

_MARGIN: Final = 12.0


@frozen(eq=False)
class _City:
    """Every neighborhood's outline as a path, in a picture *height* high."""

    height: float
    paths: Mapping[str, str]
    bounds: Mapping[str, tuple[float, float, float, float]]


_KEPT: "WeakKeyDictionary[Gazetteer, _City]" = WeakKeyDictionary()


def _city(gazetteer: Gazetteer) -> _City:
    if (kept := _KEPT.get(gazetteer)) is None:
        kept = _KEPT[gazetteer] = _drawn(gazetteer)
    return kept


def _drawn(gazetteer: Gazetteer) -> _City:
    cells = {
        each.slug: shapely.simplify(cell, _COARSE_METRES)
        for each in gazetteer.regions
        if (cell := gazetteer.cell(each.slug)) is not None and not cell.is_empty
    }
    if not cells:
        return _City(_WIDTH, {}, {})
    west, south, east, north = shapely.total_bounds(list(cells.values())).tolist()
    scale = (_WIDTH - 2 * _MARGIN) / max(east - west, 1.0)

    def on_paper(points: Any) -> Any:
        points[:, 0] = (points[:, 0] - west) * scale + _MARGIN
        points[:, 1] = (north - points[:, 1]) * scale + _MARGIN
        return points

    drawn = {slug: shapely.transform(cell, on_paper) for slug, cell in cells.items()}
    return _City(
        height=round((north - south) * scale + 2 * _MARGIN, 1),
        paths={slug: _path(shape) for slug, shape in drawn.items()},
        bounds={slug: tuple(shape.bounds) for slug, shape in drawn.items()},
    )


def _path(shape: Any) -> str:
    rings = [
        ring
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    return "".join(
        "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in shapely.get_coordinates(ring)[:-1]) + "Z"
        for ring in rings
    )


def area_map(gazetteer: Gazetteer, slugs: Collection[str], *, label: str) -> Markup:
    """The city with the neighborhoods of *slugs* marked, as close as they allow.

    *label* says in words what is marked.
    """
    city = _city(gazetteer)
    marked = [slug for slug in city.paths if slug in slugs]
    paths = "".join(
        f'<path class="{"marked" if slug in slugs else "land"}" d="{path}"/>'
        for slug, path in city.paths.items()
    )
    return _picture(_frame(city, marked), paths, label)


def count_map(
    gazetteer: Gazetteer, counts: Mapping[str, int], *, label: str, way: Callable[[str], str]
) -> Markup:
    """The city with as many as there are in each neighborhood; each with some leads to *way*."""
    city, most = _city(gazetteer), max(counts.values(), default=1)
    names = {each.slug: each.name for each in gazetteer.regions}

    def area(slug: str, path: str) -> str:
        count = counts.get(slug, 0)
        if not count:
            return f'<path class="land" d="{path}"/>'
        shade = 1 + round(4 * count / most)
        said = f"{escape(names[slug])}: {count}"
        return (
            f'<a href="{escape(way(slug))}" aria-label="{said}"><path class="marked shade-{shade}" '
            f'd="{path}"><title>{said}</title></path></a>'
        )

    paths = "".join(area(slug, path) for slug, path in city.paths.items())
    whole = (0.0, 0.0, _WIDTH, city.height)
    return _picture(whole, paths, label, role="group")


def _frame(city: _City, slugs: Collection[str]) -> tuple[float, float, float, float]:
    """The part of the city around *slugs*, half as much again, and never a keyhole."""
    boxes = [city.bounds[slug] for slug in slugs]
    if not boxes:
        return 0.0, 0.0, _WIDTH, city.height
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    side = min(max(right - left, (bottom - top) * 1.3, 220.0) * 1.5, _WIDTH)
    high = min(side / 1.3, city.height)
    x = min(max((left + right - side) / 2, 0.0), _WIDTH - side)
    y = min(max((top + bottom - high) / 2, 0.0), city.height - high)
    return x, y, side, high


def _picture(
    frame: tuple[float, float, float, float],
    content: str,
    label: str,
    *,
    role: str = "img",
) -> Markup:
    box = " ".join(f"{each:.0f}" for each in frame)
    return Markup(  # noqa: S704 - numbers of ours, and words that are escaped
        f'<svg class="map" viewBox="{box}" role="{role}" aria-label="{escape(label)}" '
        f'width="{frame[2]:.0f}" height="{frame[3]:.0f}">{content}</svg>'
    )
