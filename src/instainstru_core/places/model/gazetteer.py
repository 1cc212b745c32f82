"""The regions of the city, as one map that every process holds. Source: PL-2…4, PL-30, SR-35."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from attrs import frozen

from instainstru_core.kernel.errors import Malformed
from instainstru_core.places.errors import RegionNotFound, UnknownRegion
from instainstru_core.places.model.point import Point, haversine_km, zip_to_borough

BOROUGHS = ("manhattan", "brooklyn", "queens", "bronx", "staten-island")
CELL_RADIUS_M = 3000.0
TOLERANCE_M = 300.0
MAX_DEPTH = 3
_METRES_PER_DEGREE = 111_195.0797
_SIDE_LENGTH = 16


@frozen(kw_only=True)
class Region:
    """A neighbourhood, or a borough: a region in itself, with an outline."""

    slug: str
    name: str
    borough: str
    lat: float
    lng: float
    part_of: str | None = None
    outline: str | None = None

    @property
    def is_borough(self) -> bool:
        """Whether it is one of the five roots."""
        return self.slug == self.borough

    @property
    def point(self) -> Point:
        """Its centre."""
        return Point(self.lat, self.lng)


class Gazetteer:
    """A forest of regions with a cell for each. Regions are numbered, so that sets can be bits.

    Raises:
        Malformed: A slug comes twice, or a parent is missing, elsewhere, or its own part.
    """

    def __init__(self, regions: Iterable[Region]) -> None:
        self.regions: tuple[Region, ...] = tuple(regions)
        self.numbers: Mapping[str, int] = {each.slug: n for n, each in enumerate(self.regions)}
        if len(self.numbers) != len(self.regions):
            raise Malformed("two regions share a slug")
        self._ancestors = {each.slug: self._line_of(each) for each in self.regions}
        self._within: dict[str, set[str]] = {slug: set() for slug in self.numbers}
        for slug, line in self._ancestors.items():
            for above in line:
                self._within[above].add(slug)
        self._plane = _Plane(self.regions)
        self._outlines = {
            each.slug: self._plane.outline(each.outline)
            for each in self.regions
            if each.outline is not None
        }
        self._cells = _cells(self.regions, self._outlines, self._plane)
        shapely.prepare(list(self._outlines.values()))

    def __len__(self) -> int:
        return len(self.regions)

    def region(self, slug: str) -> Region:
        """One region; Raises: RegionNotFound."""
        if (number := self.numbers.get(slug)) is None:
            raise RegionNotFound(slug)
        return self.regions[number]

    def check(self, slugs: Iterable[str]) -> frozenset[str]:
        """*slugs* as a set.

        Raises:
            UnknownRegion: Some of them don't exist; each is named.
        """
        known = frozenset(slugs)
        if unknown := known - self.numbers.keys():
            raise UnknownRegion(tuple(sorted(unknown)))
        return known

    def within(self, slug: str) -> frozenset[str]:
        """The region and everything in it; Raises: RegionNotFound. Source: PL-2."""
        self.region(slug)
        return frozenset(self._within[slug])

    def served(self, area: frozenset[str]) -> frozenset[str]:
        """Every region that a service area contains; what is unknown contains nothing."""
        return frozenset[str]().union(*(self._within.get(slug, ()) for slug in area))

    def boroughs_of(self, area: frozenset[str]) -> frozenset[str]:
        """The names of the boroughs that a service area touches."""
        return frozenset(
            self.region(self.region(slug).borough).name for slug in area if slug in self.numbers
        )

    def meets(self, target: str) -> frozenset[str]:
        """Areas that equal, contain or lie in *target*; Raises: RegionNotFound. Source: SR-35."""
        self.region(target)
        return self.within(target) | set(self._ancestors[target])

    def borough_at(self, point: Point) -> str | None:
        """The borough whose outline covers *point*."""
        spot = self._plane.spot(point)
        for slug, outline in self._outlines.items():
            if shapely.covers(outline, spot):
                return slug
        return None

    def region_at(self, point: Point, *, zip_code: str | None = None) -> Region | None:
        """The region of *point*, None outside the city; a ZIP outvotes outlines. Source: PL-4."""
        borough = self.borough_at(point)
        if zip_code is not None:
            borough = zip_to_borough(zip_code) or borough
        if borough is None:
            return None
        near = (
            (haversine_km(point, each.point), each.slug, each)
            for each in self.regions
            if each.borough == borough and not each.is_borough
        )
        distance, _, nearest = min(near, default=(math.inf, "", None))
        return nearest if distance * 1000 <= CELL_RADIUS_M else None

    def covers(self, area: frozenset[str], point: Point) -> bool:
        """Whether someone who serves *area* comes to *point*. Source: PL-30.

        A cell is a guess at its neighbourhood: 300 m beside it still count.
        """
        served = self.served(area)
        home = self.region_at(point)
        if home is not None and home.slug in served:
            return True
        cells = [cell for slug in served if (cell := self._cells.get(slug)) is not None]
        if not cells:
            return False
        return bool(np.min(shapely.distance(cells, self._plane.spot(point))) <= TOLERANCE_M)

    def cell(self, slug: str) -> Any:
        """The region's cell in metres on the city's plane; None for boroughs. Source: PL-3."""
        return self._cells.get(slug)

    def spot(self, point: Point) -> tuple[float, float]:
        """Where *point* lies on that plane, in metres east and north of its middle."""
        found = self._plane.spot(point)
        return found.x, found.y

    def _line_of(self, region: Region) -> tuple[str, ...]:
        line = [region.slug]
        at = region
        while at.part_of is not None:
            at = self._parent(at, region)
            line.append(at.slug)
            if len(line) > MAX_DEPTH:
                raise Malformed(f"{region.slug} is part of too much, or of itself")
        if region.borough not in self.numbers:
            raise Malformed(f"{region.slug} lies in the unknown borough {region.borough}")
        return (*line, *(() if region.is_borough else (region.borough,)))

    def _parent(self, at: Region, region: Region) -> Region:
        parent = self.numbers.get(at.part_of or "")
        if parent is None or self.regions[parent].borough != region.borough:
            raise Malformed(f"{at.slug} is part of {at.part_of}, which is not in its borough")
        return self.regions[parent]


class _Plane:
    """A flat map of the city in metres: true to a part in a thousand across its 50 km."""

    def __init__(self, regions: Sequence[Region]) -> None:
        self._lat = math.fsum(each.lat for each in regions) / len(regions) if regions else 0.0
        self._lng = math.fsum(each.lng for each in regions) / len(regions) if regions else 0.0
        self._shrink = math.cos(math.radians(self._lat))

    def spot(self, point: Point) -> Any:
        return shapely.Point(*self._flat(np.array([[point.lng, point.lat]]))[0])

    def outline(self, text: str) -> Any:
        return shapely.transform(shapely.from_geojson(text), self._flat)

    def _flat(self, degrees: Any) -> Any:
        east = (degrees[:, 0] - self._lng) * self._shrink * _METRES_PER_DEGREE
        north = (degrees[:, 1] - self._lat) * _METRES_PER_DEGREE
        return np.column_stack([east, north])


def _cells(regions: Sequence[Region], outlines: Mapping[str, Any], plane: _Plane) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for borough, outline in outlines.items():
        inside = [each for each in regions if each.borough == borough and not each.is_borough]
        spots = [plane.spot(each.point) for each in inside]
        if len(inside) == 1:
            cells[inside[0].slug] = outline.intersection(spots[0].buffer(CELL_RADIUS_M))
        if len(inside) < 2:
            continue
        diagram = shapely.get_parts(
            shapely.voronoi_polygons(shapely.MultiPoint(spots), extend_to=outline)
        )
        tree = shapely.STRtree(diagram)
        for region, spot in zip(inside, spots, strict=True):
            own = diagram[tree.nearest(spot)]
            around = spot.buffer(CELL_RADIUS_M, quad_segs=_SIDE_LENGTH)
            cells[region.slug] = own.intersection(outline).intersection(around)
    return cells
