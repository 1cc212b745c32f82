"""Reads the gazetteer's documents: a table of neighbourhoods, and the boroughs' outlines."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import shapely

from instainstru_core.kernel.errors import Malformed
from instainstru_core.places.model.gazetteer import Region

Row = Mapping[str, str]


def regions_from(rows: Iterable[Row], outlines: Mapping[str, Any]) -> tuple[Region, ...]:
    """The boroughs of *outlines* (GeoJSON features), then the regions of *rows*; parents first.

    Raises:
        Malformed: A column or property is missing, or a number is none.
    """
    try:
        boroughs = [_borough(feature) for feature in outlines["features"]]
        inner = [_neighbourhood(row) for row in rows]
    except (KeyError, ValueError) as problem:
        raise Malformed(f"the gazetteer's document is not readable: {problem}") from None
    whole = [each for each in inner if each.part_of is None]
    return (*boroughs, *whole, *_parts(inner, {each.slug for each in whole}))


def _parts(inner: list[Region], known: set[str]) -> list[Region]:
    ordered: list[Region] = []
    left = [each for each in inner if each.part_of is not None]
    while ready := [each for each in left if each.part_of in known]:
        ordered.extend(ready)
        known |= {each.slug for each in ready}
        left = [each for each in left if each.slug not in known]
    if left:
        raise Malformed(f"{left[0].slug} is part of {left[0].part_of}, which is unknown")
    return ordered


def slug_of(name: str) -> str:
    """*name* as a slug."""
    return "-".join(name.casefold().split())


def _borough(feature: Mapping[str, Any]) -> Region:
    name = feature["properties"]["borough"]
    outline = json.dumps(feature["geometry"], separators=(",", ":"))
    centre = shapely.from_geojson(outline).representative_point()
    slug = slug_of(name)
    return Region(
        slug=slug,
        name=name,
        borough=slug,
        lat=round(centre.y, 6),
        lng=round(centre.x, 6),
        outline=outline,
    )


def _neighbourhood(row: Row) -> Region:
    return Region(
        slug=row["slug"],
        name=row["name"],
        borough=slug_of(row["borough"]),
        lat=float(row["lat"]),
        lng=float(row["lng"]),
        part_of=row["part_of"] or None,
    )
