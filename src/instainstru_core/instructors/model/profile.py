"""An instructor: who, where, and whether students see them. Source: IN-1, IN-8…13, PL-28."""

import math
import unicodedata
from datetime import datetime
from typing import Self

from attrs import evolve, field, frozen

from instainstru_core.instructors.errors import GoLivePrerequisites, InvalidField
from instainstru_core.instructors.events import (
    InstructorPaused,
    InstructorResumed,
    InstructorUnlisted,
    InstructorWentLive,
    ProfileChanged,
    ServiceAreasChanged,
    TeachingLocationChanged,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.events import Aggregate
from instainstru_core.kernel.zones import NEW_YORK, Zone

MIN_BIO = 10
MAX_BIO = 1000
MAX_LABEL = 64
MAX_ADDRESS = 512
MAX_AREAS = 100
EARTH_RADIUS_M = 6_371_000
MIN_JITTER_M = 25
JITTER_SPREAD_M = 25
DECIMALS = 6


def cleaned(field_name: str, text: str, shortest: int, longest: int) -> str:
    """*text* composed (NFC) and trimmed. Source: IN-2.

    Raises:
        InvalidField: Shorter or longer than the field allows.
    """
    tidy = unicodedata.normalize("NFC", text).strip()
    if not shortest <= len(tidy) <= longest:
        raise InvalidField(field_name, f"must be {shortest} to {longest} characters")
    return tidy


def jittered(lat: float, lng: float, u1: float, u2: float) -> tuple[float, float]:
    """A public stand-in 25 to 50 m away, for *u1*, *u2* drawn from [0, 1). Source: PL-28."""
    distance, bearing = MIN_JITTER_M + JITTER_SPREAD_M * u1, 2 * math.pi * u2
    north = math.degrees(distance * math.cos(bearing) / EARTH_RADIUS_M)
    east = math.degrees(
        distance * math.sin(bearing) / (EARTH_RADIUS_M * math.cos(math.radians(lat)))
    )
    return round(lat + north, DECIMALS), round(lng + east, DECIMALS)


@frozen(kw_only=True)
class TeachingPlace:
    """Where an instructor receives students; the public sees *shown* instead of the true point."""

    label: str
    address: str
    lat: float
    lng: float
    region: str
    shown: tuple[float, float] = field()

    @shown.default
    def _nearby(self) -> tuple[float, float]:
        return jittered(self.lat, self.lng, 0.5, 0.125)

    def is_at(self, address: str, lat: float, lng: float) -> bool:
        """Whether it is this very place; the same address doesn't redraw its stand-in."""
        same = self.address.casefold() == address.strip().casefold()
        return same and (self.lat, self.lng) == (lat, lng)


@frozen(kw_only=True)
class Instructor(Aggregate):
    """One who teaches."""

    instructor_id: InstructorId
    first_name: str
    last_initial: str
    bio: str = ""
    zone: Zone = NEW_YORK
    is_live: bool = False
    service_area: frozenset[str] = frozenset()
    teaching_place: TeachingPlace | None = None
    payable: bool = False
    founding: bool = False
    status_active: bool = True
    went_live_at: datetime | None = None

    @property
    def is_visible(self) -> bool:
        """Whether the public sees this profile; background checks join later. Source: IN-9."""
        return self.is_live and self.status_active

    @property
    def public_name(self) -> str:
        """First name and initial: all that the public learns. Source: IN-8."""
        return f"{self.first_name} {self.last_initial}."

    def introduce(self, *, at: datetime, bio: str | None = None, zone: Zone | None = None) -> Self:
        """Another bio or zone; None leaves it.

        Raises:
            InvalidField: The bio is too short or too long.
        """
        new_bio = self.bio if bio is None else cleaned("bio", bio, MIN_BIO, MAX_BIO)
        new_zone = zone or self.zone
        if (new_bio, new_zone) == (self.bio, self.zone):
            return self
        changed = ProfileChanged(instructor_id=self.instructor_id, occurred_at=at)
        return evolve(self, bio=new_bio, zone=new_zone, events=(*self.events, changed))

    def follow(self, first_name: str, last_name: str, *, zone: Zone | None, at: datetime) -> Self:
        """Be called as the owner's account is, and live by its new zone; None leaves that."""
        facts = (first_name, last_name[:1].upper(), zone or self.zone)
        if facts == (self.first_name, self.last_initial, self.zone):
            return self
        changed = ProfileChanged(instructor_id=self.instructor_id, occurred_at=at)
        called, initial, new_zone = facts
        events = (*self.events, changed)
        return evolve(self, first_name=called, last_initial=initial, zone=new_zone, events=events)

    def serve(self, regions: frozenset[str], *, at: datetime) -> Self:
        """Travel to these regions and no others. Source: PL-24.

        Raises:
            InvalidField: More than a hundred.
        """
        if len(regions) > MAX_AREAS:
            raise InvalidField("regions", f"at most {MAX_AREAS} regions")
        if regions == self.service_area:
            return self
        changed = ServiceAreasChanged(instructor_id=self.instructor_id, occurred_at=at)
        return evolve(self, service_area=regions, events=(*self.events, changed))

    def teach_at(self, place: TeachingPlace | None, *, at: datetime) -> Self:
        """Receive students there, or nowhere."""
        if place == self.teaching_place:
            return self
        changed = TeachingLocationChanged(instructor_id=self.instructor_id, occurred_at=at)
        return evolve(self, teaching_place=place, events=(*self.events, changed))

    def missing(self, *, has_skills: bool) -> tuple[str, ...]:
        """What still stands between this profile and the public, in the order of IN-10."""
        gate = (("skills", has_skills), ("stripe_connect", self.payable))
        return tuple(key for key, satisfied in gate if not satisfied)

    def go_live(self, *, has_skills: bool, at: datetime) -> Self:
        """Be listed; already listed is fine and says nothing new. Source: IN-12, IN-13.

        Raises:
            GoLivePrerequisites: Something is missing.
        """
        if missing := self.missing(has_skills=has_skills):
            raise GoLivePrerequisites(missing)
        if self.is_live:
            return self
        kind = InstructorWentLive if self.went_live_at is None else InstructorResumed
        event = kind(instructor_id=self.instructor_id, occurred_at=at)
        return evolve(
            self, is_live=True, went_live_at=self.went_live_at or at, events=(*self.events, event)
        )

    def pause(self, *, at: datetime) -> Self:
        """Be hidden; bookings stay. Source: IN-13."""
        if not self.is_live:
            return self
        event = InstructorPaused(instructor_id=self.instructor_id, occurred_at=at)
        return evolve(self, is_live=False, events=(*self.events, event))

    def unlist(self, reason: str, *, at: datetime) -> Self:
        """Be hidden by a rule; upcoming lessons stay. Source: IN-15."""
        if not self.is_live:
            return self
        event = InstructorUnlisted(instructor_id=self.instructor_id, reason=reason, occurred_at=at)
        return evolve(self, is_live=False, events=(*self.events, event))

    def become_payable(self, payable: bool, *, at: datetime) -> Self:
        """Whether money can reach this instructor's bank."""
        if payable == self.payable:
            return self
        changed = ProfileChanged(instructor_id=self.instructor_id, occurred_at=at)
        return evolve(self, payable=payable, events=(*self.events, changed))


def areas_summary(boroughs: frozenset[str]) -> str | None:
    """The boroughs served, in a few words. Source: IN-8."""
    names = sorted(boroughs)
    if len(names) <= 2:
        return ", ".join(names) or None
    return f"{names[0]} + {len(names) - 1} more"
