"""Points on earth, their distances, and what a ZIP tells. Source: PL-1, PL-6, PL-7, PL-33."""

import math

from attrs import frozen

from instainstru_core.places.errors import InvalidCoordinates

EARTH_RADIUS_KM = 6371.0088
KM_PER_MILE = 1.609344
DECIMALS = 6
_TIERS = ((1.6, "near"), (5.0, "short"), (10.0, "long"))


@frozen
class Point:
    """A place on earth, WGS84, to six decimals.

    Raises:
        InvalidCoordinates: Not finite, out of range, or (0, 0), which is a form left blank.
    """

    lat: float
    lng: float

    def __attrs_post_init__(self) -> None:
        if not (math.isfinite(self.lat) and math.isfinite(self.lng)):
            raise InvalidCoordinates("coordinates must be finite")
        object.__setattr__(self, "lat", round(float(self.lat), DECIMALS))
        object.__setattr__(self, "lng", round(float(self.lng), DECIMALS))
        if not (-90 <= self.lat <= 90 and -180 <= self.lng <= 180):
            raise InvalidCoordinates(f"{self.lat}, {self.lng} is no point on earth")
        if self.lat == 0 and self.lng == 0:
            raise InvalidCoordinates("0, 0 is a form left blank")


def haversine_km(one: Point, other: Point) -> float:
    """The great-circle distance. Source: PL-7."""
    north = math.radians(other.lat - one.lat)
    east = math.radians(other.lng - one.lng)
    chord = (
        math.sin(north / 2) ** 2
        + math.cos(math.radians(one.lat))
        * math.cos(math.radians(other.lat))
        * math.sin(east / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))


def miles(kilometres: float) -> float:
    """*kilometres* in miles, to a tenth, half up. Source: PL-7."""
    return math.floor(kilometres / KM_PER_MILE * 10 + 0.5) / 10


def distance_tier(kilometres: float, *, covered: bool) -> str:
    """How far, in a word. Source: PL-33."""
    if covered or kilometres == 0:
        return "here"
    return next((word for limit, word in _TIERS if kilometres <= limit), "far")


def zip_to_borough(zip_code: str) -> str | None:
    """The borough's slug; None outside the city or when it is no ZIP at all. Source: PL-6."""
    if len(zip_code) != 5 or not (zip_code.isascii() and zip_code.isdigit()):
        return None
    if zip_code in {"11004", "11005"}:
        return "queens"
    if zip_code.endswith("00"):
        return None
    prefix = zip_code[:3]
    return _BOROUGHS.get(prefix)


_BOROUGHS = {
    "100": "manhattan",
    "101": "manhattan",
    "102": "manhattan",
    "103": "staten-island",
    "104": "bronx",
    "112": "brooklyn",
    "111": "queens",
    "113": "queens",
    "114": "queens",
    "116": "queens",
}
