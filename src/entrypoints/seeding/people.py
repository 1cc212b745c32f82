"""Sample people: always the same ones, from their numbers alone."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final, TypeVar
from uuid import UUID

from attrs import evolve, field, frozen

from entrypoints.seeding.names import APPROACHES, FIRST_NAMES, LAST_NAMES, STREETS
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import Account, Role
from instainstru_core.availability.model.planes import DayPlanes, Slots, span
from instainstru_core.catalog.model import Catalog, Service
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import STANDARD_FLOORS, Offering, Terms
from instainstru_core.instructors.model.profile import Instructor, TeachingPlace, jittered
from instainstru_core.kernel.ids import EntityId
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.places.model.gazetteer import BOROUGHS, Gazetteer, Region
from instainstru_core.places.model.point import Point, haversine_km

IdT = TypeVar("IdT", bound=EntityId)

DOMAIN: Final = "demo.instainstru.com"
WEEKS: Final = 8
BEGINNING: Final = datetime(2026, 1, 5, 14, tzinfo=UTC)
"""When the first of them signed up."""

_SLOTS_PER_HOUR: Final = 12
_FOUNDING_EVERY: Final = 25
_BOROUGH_WIDE: Final = 0.2
_NEIGHBOURS: Final = (3, 9)
_DURATIONS: Final = ((60,), (30, 60), (45, 60, 90), (30, 45, 60), (60, 90, 120))
_SHIFTS: Final = ((8, 12), (9, 13), (10, 14), (13, 18), (14, 20), (16, 21))
_LONG_SHIFT: Final = (9, 18)
"""When the demonstration's instructor works, every day."""


def stable_id(kind: type[IdT], name: str, at: datetime = BEGINNING) -> IdT:
    """The id that *name* always has: a ULID of *at*."""
    digest = hashlib.sha256(f"{kind.__name__}:{name}".encode()).digest()
    milliseconds = int(at.timestamp() * 1000)
    return kind(UUID(int=milliseconds << 80 | int.from_bytes(digest[:10], "big")))


@frozen(kw_only=True)
class SampleTeacher:
    """One who teaches, and the hours of their usual week."""

    account: Account
    instructor: Instructor
    offerings: Sequence[Offering]
    week: Mapping[int, DayPlanes]
    """By weekday, Monday 0."""

    def days(self, first: date, last: date) -> dict[date, DayPlanes]:
        """Their usual hours from *first* to *last*."""
        dates = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return {day: self.week[day.weekday()] for day in dates if day.weekday() in self.week}


@frozen(kw_only=True)
class Town:
    """Makes sample people of a catalogue and a map."""

    catalog: Catalog
    gazetteer: Gazetteer
    password_hash: str = field(repr=False)

    def student(self, number: int) -> Account:
        """The student of this number; number 0 is the demonstration's."""
        chance = Random(f"student:{number}")
        name = "student" if number == 0 else f"student{number}"
        return self._account(name, Role.STUDENT, chance, number)

    def admin(self) -> Account:
        """The demonstration's administrator."""
        return self._account("admin", Role.ADMIN, Random("admin"), 0)

    def teacher(self, number: int) -> SampleTeacher:
        """The instructor of this number; number 0 is the demonstration's."""
        chance = Random(f"instructor:{number}")
        name = "instructor" if number == 0 else f"instructor{number}"
        account = self._account(name, Role.INSTRUCTOR, chance, number)
        home = self._home(chance, number)
        offerings = self._offerings(account, chance, number)
        instructor = self._profile(account, offerings, home, chance, number)
        return SampleTeacher(
            account=account,
            instructor=instructor,
            offerings=offerings,
            week=_week(offerings, chance, demo=number == 0),
        )

    def _account(self, name: str, role: Role, chance: Random, number: int) -> Account:
        email = Email.parse(f"{name}@{DOMAIN}")
        return Account(
            account_id=stable_id(AccountId, email.key),
            email=email.typed,
            email_key=email.key,
            password_hash=self.password_hash,
            first_name=chance.choice(FIRST_NAMES),
            last_name=chance.choice(LAST_NAMES),
            zip_code="11215",
            zone=NEW_YORK,
            role=role,
            created_at=BEGINNING + timedelta(minutes=number),
        )

    def _home(self, chance: Random, number: int) -> Region:
        borough = BOROUGHS[number % len(BOROUGHS)]
        inside = [
            each
            for each in self.gazetteer.regions
            if each.borough == borough and not each.is_borough
        ]
        return chance.choice(inside)

    def _area(self, home: Region, chance: Random) -> frozenset[str]:
        if chance.random() < _BOROUGH_WIDE:
            return frozenset({home.borough})
        others = sorted(
            (each for each in self.gazetteer.regions if not each.is_borough),
            key=lambda each: haversine_km(home.point, each.point),
        )
        return frozenset(each.slug for each in others[: chance.randint(*_NEIGHBOURS)])

    def _offerings(self, account: Account, chance: Random, number: int) -> tuple[Offering, ...]:
        services = self.catalog.shown_services()
        first = services[number * 7 % len(services)]
        related = [each for each in services if each.subcategory == first.subcategory]
        more = [each for each in chance.sample(related, min(2, len(related))) if each is not first]
        taught = [first, *more[: chance.randint(0, 2)]]
        return tuple(
            _offering(InstructorId(account.account_id.value), each, chance, demo=number == 0)
            for each in taught
        )

    def _profile(
        self,
        account: Account,
        offerings: Sequence[Offering],
        home: Region,
        chance: Random,
        number: int,
    ) -> Instructor:
        at = account.created_at
        subjects = ", ".join(each.service_name for each in offerings)
        profile = Instructor(
            instructor_id=InstructorId(account.account_id.value),
            first_name=account.first_name,
            last_initial=account.last_initial,
            founding=number % _FOUNDING_EVERY == 0,
        )
        profile = profile.introduce(
            at=at, bio=f"{subjects} in {home.name}. {chance.choice(APPROACHES)}"
        )
        if any(each.offers(Format.TRAVEL) for each in offerings):
            profile = profile.serve(self._area(home, chance), at=at)
        if any(each.offers(Format.STUDIO) for each in offerings):
            profile = profile.teach_at(self._studio(home, chance), at=at)
        profile = profile.become_payable(True, at=at).go_live(has_skills=True, at=at)
        return evolve(profile, events=())

    def _studio(self, home: Region, chance: Random) -> TeachingPlace:
        lat, lng = jittered(home.lat, home.lng, chance.random(), chance.random())
        region = self.gazetteer.region_at(Point(lat, lng)) or home
        return TeachingPlace(
            label="Studio",
            address=f"{chance.randint(1, 400)} {chance.choice(STREETS)}, {region.name}, New York",
            lat=lat,
            lng=lng,
            region=region.slug,
            shown=jittered(lat, lng, chance.random(), chance.random()),
        )


def _offering(
    instructor_id: InstructorId, service: Service, chance: Random, *, demo: bool
) -> Offering:
    formats = {each for each in (Format.TRAVEL, Format.STUDIO) if demo or chance.random() < 0.6}
    if service.online_capable and (demo or not formats or chance.random() < 0.8):
        formats.add(Format.ONLINE)
    hourly = Money(chance.randrange(8000, 17000, 500))
    own = {}
    if Format.ONLINE in formats and chance.random() < 0.5:
        own[Format.ONLINE] = Money(chance.randrange(6000, hourly.cents + 1, 500))
    terms = Terms(
        hourly_rate=hourly,
        formats=frozenset(formats or {Format.TRAVEL}),
        own_rates=own,
        durations=(30, 60, 90) if demo else chance.choice(_DURATIONS),
        description=f"{service.name} for all levels.",
    )
    offering = Offering.draft(
        stable_id(OfferingId, f"{instructor_id}:{service.slug}"),
        instructor_id=instructor_id,
        service_id=service.service_id,
        service_name=service.name,
        service_slug=service.slug,
        terms=terms,
        floors=STANDARD_FLOORS,
        at=BEGINNING,
    )
    return evolve(offering, events=())


def _week(offerings: Sequence[Offering], chance: Random, *, demo: bool) -> Mapping[int, DayPlanes]:
    formats = {each for offering in offerings for each in offering.formats}
    weekdays = range(7) if demo else sorted(chance.sample(range(7), chance.randint(4, 6)))
    week = {}
    for weekday in weekdays:
        shifts = [_LONG_SHIFT] if demo else chance.sample(_SHIFTS, chance.randint(1, 2))
        hours = 0
        for start, end in shifts:
            hours |= span(start * _SLOTS_PER_HOUR, end * _SLOTS_PER_HOUR)
        week[weekday] = _planes(hours, formats)
    return week


def _planes(hours: Slots, formats: set[Format]) -> DayPlanes:
    return DayPlanes(
        travel=hours if Format.TRAVEL in formats else 0,
        studio=hours if Format.STUDIO in formats else 0,
        online=hours if Format.ONLINE in formats else 0,
    )
