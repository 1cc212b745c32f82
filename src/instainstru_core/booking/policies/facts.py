"""What is asked for, and what is known about it. Source: BK-1, BK-5…BK-8, BK-11."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from attrs import evolve, field, frozen
from attrs.validators import ge, le, optional

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.model.planes import CLOSED, DayPlanes
from instainstru_core.availability.model.private import NOT_BUSY, PrivateBusy
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import Place
from instainstru_core.booking.terms import Standing
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.texts import stripped_or_none
from instainstru_core.kernel.time import Interval, utc
from instainstru_core.kernel.zones import NEW_YORK, Zone
from instainstru_core.pricing.model.config import DEFAULT_PRICING, PricingConfig

MAX_ASKED_MINUTES: Final = 24 * 60
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2199


@frozen
class LocalStart:
    """A start as the instructor's clocks show it. Source: BK-1."""

    day: date
    wall: time


@frozen(kw_only=True)
class AskedPlace:
    """A place as the student gives it; what is missing is judged later. Source: BK-5."""

    address: str | None = None
    lat: float | None = field(default=None, validator=optional([ge(-90), le(90)]))
    lng: float | None = field(default=None, validator=optional([ge(-180), le(180)]))
    place_id: str | None = field(default=None, converter=stripped_or_none)

    @property
    def point(self) -> tuple[float, float] | None:
        """Its coordinates, when both are there."""
        return None if self.lat is None or self.lng is None else (self.lat, self.lng)

    @property
    def has_address(self) -> bool:
        """Whether it says where it is, in words."""
        return bool(self.address and self.address.strip())


@frozen(kw_only=True)
class Proposal:
    """One lesson that a student asks for. *apart_from* is a chain that is in nobody's way."""

    student: StudentId
    instructor: InstructorId
    service_id: ServiceId
    start: datetime | LocalStart
    duration_minutes: int = field(validator=[ge(1), le(MAX_ASKED_MINUTES)])
    location_type: LocationType
    place: AskedPlace = AskedPlace()
    note: str | None = None
    apart_from: BookingId | None = None

    def __attrs_post_init__(self) -> None:
        year = (self.start.day if isinstance(self.start, LocalStart) else self.start).year
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise Malformed(f"a lesson starts in the years 2000 to 2199, not in {year}")

    @property
    def format(self) -> Format:
        """The format that the location needs. Source: AV-4."""
        return self.location_type.format

    def lesson(self, zone: Zone) -> Interval:
        """The time asked for, in a calendar of *zone*. Source: BK-3.

        Raises:
            NonexistentLocalTime: The clocks jump over the start.
        """
        if isinstance(self.start, LocalStart):
            starts_at = zone.instant(self.start.day, self.start.wall)
        else:
            starts_at = utc(self.start)
        return Interval.lasting(starts_at, timedelta(minutes=self.duration_minutes))


@frozen(kw_only=True)
class Teacher:
    """What booking must know of an instructor. Source: BK-5, BK-7, BK-8."""

    is_bookable: bool
    service_area: frozenset[str] = frozenset()
    teaching_place: Place | None = None


@frozen(kw_only=True)
class Offered:
    """One service as this instructor offers it; a format is offered iff it has a rate."""

    service_name: str
    rates: Mapping[Format, Money]
    durations: tuple[int, ...]
    active: bool = True


@frozen(kw_only=True)
class Parties:
    """Who and what a proposal names, and how the local day of its start is opened.

    *service_active* is None for a service that was never there.
    """

    student_zone: Zone = NEW_YORK
    standing: Standing = Standing.OK
    teacher: Teacher | None = None
    service_active: bool | None = None
    offered: Offered | None = None
    planes: DayPlanes = CLOSED
    blocked: bool = False
    private_busy: PrivateBusy = NOT_BUSY


@frozen(kw_only=True)
class Facts:
    """All that the checks look at; *near* is every booking that could be in the way."""

    now: datetime
    student: StudentId
    permitted: bool
    parties: Parties
    settings: CalendarSettings = field(factory=CalendarSettings)
    in_service_area: bool | None = None
    near: Sequence[Booking] = ()
    pricing: PricingConfig = DEFAULT_PRICING

    @property
    def own_live_holds(self) -> Sequence[Booking]:
        """The holds that the student has now."""
        return [
            each
            for each in self.near
            if each.student == self.student and each.is_live_hold(self.now)
        ]

    def without(self, gone: Iterable[Booking]) -> "Facts":
        """The facts as they are once *gone* are out of the way."""
        ids = {each.booking_id for each in gone}
        return evolve(self, near=[each for each in self.near if each.booking_id not in ids])
