"""One service as one instructor offers it: formats, rates, durations. Source: CA-7…10, IN-4."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Self, TypeAlias

from attrs import evolve, field, frozen

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.errors import (
    FormatNotOffered,
    InvalidField,
    NoLocationOptions,
    RateBelowFloor,
)
from instainstru_core.instructors.events import OfferingChanged
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.kernel.events import Aggregate
from instainstru_core.kernel.lessons import Format, Modality
from instainstru_core.kernel.money import Money

MAX_RATE = Money(100_000)
MIN_DURATION_MINUTES = 30
MAX_DURATION_MINUTES = 240
DURATION_STEP_MINUTES = 5
MAX_DURATIONS = 10
DEFAULT_DURATIONS = (60,)
MAX_DESCRIPTION = 500
MAX_OFFERINGS = 20
IN_PERSON_FLOOR = Money(8000)
REMOTE_FLOOR = Money(6000)


@frozen(kw_only=True)
class Floors:
    """The least that an hour may cost. Source: CA-8, PR-6."""

    in_person: Money = IN_PERSON_FLOOR
    remote: Money = REMOTE_FLOOR

    def of(self, lesson_format: Format) -> Money:
        """The floor of a format."""
        return self.remote if lesson_format.modality is Modality.REMOTE else self.in_person


STANDARD_FLOORS = Floors()

FloorsOf: TypeAlias = Callable[[ServiceId], Floors]
"""The floors of a service: its category's, or the default. Source: PR-7."""


def standard_floors(_service: ServiceId) -> Floors:
    """The default, whatever the service."""
    return STANDARD_FLOORS


def _canonical(rates: Mapping[Format, Money]) -> dict[Format, Money]:
    return {each: rates[each] for each in Format if each in rates}


@frozen(kw_only=True)
class Terms:
    """What an instructor asks for one service, before it is checked.

    *own_rates* are the rates of formats that don't go by the hourly rate.
    """

    hourly_rate: Money
    formats: frozenset[Format] = frozenset({Format.ONLINE})
    own_rates: Mapping[Format, Money] = field(factory=dict, converter=_canonical)
    durations: tuple[int, ...] = DEFAULT_DURATIONS
    description: str = ""

    @property
    def rates(self) -> Mapping[Format, Money]:
        """The effective rate of each format, in canonical order. Source: CA-7."""
        return {
            each: self.own_rates.get(each, self.hourly_rate)
            for each in Format
            if each in self.formats
        }

    def checked(self, floors: Floors) -> Self:
        """These terms, normalised.

        Raises:
            NoLocationOptions: No format is switched on.
            FormatNotOffered: A rate for a format that is off.
            InvalidField: A rate, a duration or the description is outside its limits.
            RateBelowFloor: An hour costs less than the floor of its modality.
        """
        if not self.formats:
            raise NoLocationOptions
        if astray := tuple(each for each in self.own_rates if each not in self.formats):
            raise FormatNotOffered(astray)
        for rate in (self.hourly_rate, *self.own_rates.values()):
            if not Money(1) <= rate <= MAX_RATE:
                raise InvalidField("hourly_rate_cents", f"must be 1 to {MAX_RATE.cents}")
        if below := tuple(each for each, rate in self.rates.items() if rate < floors.of(each)):
            raise RateBelowFloor(below)
        if len(description := self.description.strip()) > MAX_DESCRIPTION:
            raise InvalidField("description", f"at most {MAX_DESCRIPTION} characters")
        return evolve(self, durations=durations_of(self.durations), description=description)


def durations_of(minutes: Iterable[int]) -> tuple[int, ...]:
    """*minutes* as an offering keeps them: distinct, ascending. Source: CA-10.

    Raises:
        InvalidField: None, too many, one twice, out of bounds, or not a multiple of five.
    """
    given = tuple(minutes)
    if not 1 <= len(given) <= MAX_DURATIONS or len(set(given)) != len(given):
        raise InvalidField("durations", f"must be 1 to {MAX_DURATIONS} distinct lengths")
    for each in given:
        if not MIN_DURATION_MINUTES <= each <= MAX_DURATION_MINUTES or each % DURATION_STEP_MINUTES:
            raise InvalidField("durations", f"{each} is not a multiple of 5 from 30 to 240")
    return tuple(sorted(given))


@frozen(kw_only=True)
class Offering(Aggregate):
    """One service as one instructor offers it; a format is offered if and only if it has a rate."""

    offering_id: OfferingId
    instructor_id: InstructorId
    service_id: ServiceId
    service_name: str
    service_slug: str = ""
    rates: Mapping[Format, Money] = field(converter=_canonical)
    durations: tuple[int, ...] = DEFAULT_DURATIONS
    active: bool = True
    hourly_rate: Money = field()
    own_rates: frozenset[Format] = frozenset()
    description: str = ""

    @hourly_rate.default
    def _lowest(self) -> Money:
        return min(self.rates.values())

    @classmethod
    def draft(
        cls,
        offering_id: OfferingId,
        *,
        instructor_id: InstructorId,
        service_id: ServiceId,
        service_name: str,
        service_slug: str = "",
        terms: Terms,
        floors: Floors,
        at: datetime,
    ) -> Self:
        """A new offering on *terms*; Raises: as `Terms.checked`."""
        checked = terms.checked(floors)
        return cls(
            offering_id=offering_id,
            instructor_id=instructor_id,
            service_id=service_id,
            service_name=service_name,
            service_slug=service_slug,
            rates=checked.rates,
            hourly_rate=checked.hourly_rate,
            own_rates=frozenset(checked.own_rates),
            durations=checked.durations,
            description=checked.description,
            events=(
                OfferingChanged(
                    instructor_id=instructor_id, offering_id=offering_id, occurred_at=at
                ),
            ),
        )

    @property
    def formats(self) -> tuple[Format, ...]:
        """The formats offered, in canonical order. Source: IN-4."""
        return tuple(self.rates)

    @property
    def terms(self) -> Terms:
        """What was asked for."""
        return Terms(
            hourly_rate=self.hourly_rate,
            formats=frozenset(self.rates),
            own_rates={each: self.rates[each] for each in self.own_rates},
            durations=self.durations,
            description=self.description,
        )

    @property
    def headline_rate(self) -> Money:
        """The lowest hourly rate. Source: CA-9."""
        return min(self.rates.values())

    def offers(self, lesson_format: Format) -> bool:
        """Whether lessons are given in this format."""
        return self.active and lesson_format in self.rates

    def session_price(self, lesson_format: Format, minutes: int) -> Money:
        """What *minutes* cost in a format that is offered. Source: CA-9, PR-2."""
        return self.rates[lesson_format].for_minutes(minutes)

    def bookable_formats(self, floors: Floors) -> tuple[Format, ...]:
        """The formats at or above today's floor. Source: CA-8."""
        return tuple(each for each, rate in self.rates.items() if rate >= floors.of(each))

    def revise(self, terms: Terms, *, floors: Floors, at: datetime) -> Self:
        """The same offering on other terms; Raises: as `Terms.checked`."""
        checked = terms.checked(floors)
        return evolve(
            self,
            rates=checked.rates,
            hourly_rate=checked.hourly_rate,
            own_rates=frozenset(checked.own_rates),
            durations=checked.durations,
            description=checked.description,
            active=True,
            events=(*self.events, self._changed(at)),
        )

    def withdraw(self, *, at: datetime) -> Self:
        """Not offered any more; what was booked stays. Source: IN-6."""
        if not self.active:
            return self
        return evolve(self, active=False, events=(*self.events, self._changed(at)))

    def _changed(self, at: datetime) -> OfferingChanged:
        return OfferingChanged(
            instructor_id=self.instructor_id, offering_id=self.offering_id, occurred_at=at
        )


def uses(offerings: Collection[Offering], lesson_format: Format) -> bool:
    """Whether an active one of them is given in this format. Source: IN-5."""
    return any(each.offers(lesson_format) for each in offerings)
