"""A friendly word on lessons that are hard to get to. Source: BK-13."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Final

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import Place
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.time import Interval

_EARTH_RADIUS_MILES: Final = 3958.8
_HOME: Final = frozenset({LocationType.ONLINE, LocationType.STUDENT_LOCATION})


@frozen
class ProximityWarning:
    """Another lesson of the student's is near in time, but elsewhere. Never blocks."""

    booking_id: BookingId
    gap_minutes: int


def proximity_warnings(
    student: StudentId,
    lesson: Interval,
    location_type: LocationType,
    place: Place | None,
    *,
    near: Sequence[Booking],
    now: datetime,
    rules: CalendarRules = DEFAULT_RULES,
) -> tuple[ProximityWarning, ...]:
    """The student's own bookings near *lesson* in time, in a different place."""
    within = timedelta(minutes=rules.proximity_gap_minutes)
    own = (each for each in near if each.student == student and each.occupies(now))
    return tuple(
        ProximityWarning(each.booking_id, int(gap.total_seconds()) // 60)
        for each in own
        if timedelta(0) <= (gap := _gap(lesson, each.lesson)) < within
        and _differ(location_type, place, each, rules.same_place_miles)
    )


def _gap(one: Interval, other: Interval) -> timedelta:
    return max(other.starts_at - one.ends_at, one.starts_at - other.ends_at)


def _differ(
    location_type: LocationType, place: Place | None, other: Booking, same_place_miles: float
) -> bool:
    at_home, other_at_home = location_type in _HOME, other.location_type in _HOME
    if at_home or other_at_home:
        return at_home != other_at_home
    if place is None or other.place is None:
        return True
    if place.place_id is not None and other.place.place_id is not None:
        return place.place_id != other.place.place_id
    return miles_between(place, other.place) > same_place_miles


def miles_between(one: Place, other: Place) -> float:
    """The great-circle distance."""
    lat1, lat2 = radians(one.lat), radians(other.lat)
    half_lat, half_lng = (lat2 - lat1) / 2, radians(other.lng - one.lng) / 2
    chord = sin(half_lat) ** 2 + cos(lat1) * cos(lat2) * sin(half_lng) ** 2
    return 2 * _EARTH_RADIUS_MILES * asin(sqrt(min(1.0, chord)))
