"""Fill a database with the shipped documents and with sample people; twice is as good as once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from attrs import frozen

from entrypoints.seeding.documents import shipped_catalog, shipped_regions
from entrypoints.seeding.history import past_lessons
from entrypoints.seeding.money import SettledLesson
from entrypoints.seeding.people import DOMAIN, WEEKS, SampleTeacher, Town
from entrypoints.seeding.processor import Onboard, ProcessorDesk
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Account, Role
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.booking.model import Booking
from instainstru_core.catalog.use_cases.load_catalog import load_catalog
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.payments.model.cards import ConnectAccount, SavedCard
from instainstru_core.payments.ports import PaymentGateway
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.places.use_cases.load_regions import load_regions
from instainstru_core.ports import Work

STUDENTS: Final = 40
BUSY_TEACHERS: Final = 80
LESSONS_EACH: Final = 4
_TEACHER_PATTERN: Final = f"instructor%@{DOMAIN}"

Progress = Callable[[str, int], None]
"""Called with what was done, and how many instructors it was done for."""


@frozen(kw_only=True)
class DemoAccount:
    """Who can sign in, and how."""

    role: Role
    email: str
    password: str


@frozen(kw_only=True)
class Bookable:
    """One who teaches, with everything that makes them bookable."""

    account: Account
    instructor: Instructor
    offerings: Sequence[Offering]
    days: Mapping[date, DayPlanes]


class Hashes(Protocol):
    """Makes slow one-way hashes of passwords."""

    def hash(self, password: str) -> str:
        """A hash of *password*."""
        ...


class Soil(Protocol):
    """The part of the world that planting needs."""

    @property
    def begin(self) -> Begin[Work]:
        """Opens a unit of work."""
        ...

    @property
    def clock(self) -> Clock:
        """The platform's clock."""
        ...

    @property
    def gateway(self) -> PaymentGateway:
        """The card processor."""
        ...

    @property
    def passwords(self) -> Hashes:
        """Makes hashes of passwords."""
        ...


class Nursery(Protocol):
    """Where sample people are put, many at a time, without news about them."""

    def known_accounts(self, pattern: str) -> int:
        """How many accounts have an address like *pattern* (SQL LIKE)."""
        ...

    def last_open_days(self) -> Mapping[InstructorId, date]:
        """The last day that each instructor has ever opened."""
        ...

    def add_accounts(self, people: Iterable[Account]) -> None:
        """Keep accounts that don't teach."""
        ...

    def add_teachers(self, teachers: Iterable[Bookable], *, at: datetime) -> Iterable[int]:
        """Keep *teachers*, and say after each batch how many more there are."""
        ...

    def add_days(
        self, days: Mapping[InstructorId, Mapping[date, DayPlanes]], *, at: datetime
    ) -> None:
        """Open days that were never touched."""
        ...

    def add_payout_accounts(self, accounts: Iterable[ConnectAccount]) -> None:
        """Keep instructors' accounts at the processor."""
        ...

    def add_lessons(self, lessons: Iterable[Booking]) -> None:
        """Keep lessons in whatever state they are."""
        ...

    def finish(self) -> None:
        """Let the planner know what is there now."""
        ...


def load_documents(world: Soil) -> None:
    """Load the catalogue and the map, which every tier needs."""
    load_regions(shipped_regions(), begin=world.begin)
    load_catalog(shipped_catalog(), begin=world.begin)


def plant(
    world: Soil,
    bulk: Nursery,
    *,
    instructors: int,
    password: str,
    onboard: Onboard,
    progress: Progress,
) -> tuple[DemoAccount, ...]:
    """Add what is missing of *instructors* sample instructors and their students.

    Everyone's password is *password*; weeks that have come into view since are opened.
    """
    town = Town(
        catalog=shipped_catalog(),
        gazetteer=Gazetteer(shipped_regions()),
        password_hash=world.passwords.hash(password),
    )
    now = world.clock.now()
    today = NEW_YORK.today(now)
    desk = ProcessorDesk(gateway=world.gateway, onboard=onboard, at=now)
    students = [town.student(number) for number in range(STUDENTS)]
    learners = [StudentId(each.account_id.value) for each in students]
    known = bulk.known_accounts(_TEACHER_PATTERN)
    if known:
        _open_new_weeks(town, bulk, known=known, today=today, at=now)
        progress("open weeks", min(known, instructors))
    else:
        bulk.add_accounts([*students, town.admin()])
    teachers = _teachers(town, known, instructors, today)
    added: list[InstructorId] = []
    for batch in bulk.add_teachers(_noted(teachers, added), at=now):
        progress("instructors", batch)
    accounts = desk.accounts(added)
    bulk.add_payout_accounts(accounts)
    if known == 0:
        cards = desk.cards(learners)
        with world.begin() as work:
            for card in cards:
                work.cards.keep(card)
        busy = [town.teacher(number) for number in range(min(instructors, BUSY_TEACHERS))]
        lessons = list(past_lessons(busy, students, today=today, each=LESSONS_EACH))
        bulk.add_lessons(lessons)
        _settle(lessons, busy, cards, accounts, begin=world.begin)
    bulk.finish()
    return tuple(
        DemoAccount(role=role, email=f"{role}@{DOMAIN}", password=password) for role in Role
    )


def _teachers(town: Town, known: int, wanted: int, today: date) -> Iterator[Bookable]:
    for number in range(known, wanted):
        sample = town.teacher(number)
        yield Bookable(
            account=sample.account,
            instructor=sample.instructor,
            offerings=sample.offerings,
            days=_coming_weeks(sample, today, today),
        )


def _noted(teachers: Iterable[Bookable], added: list[InstructorId]) -> Iterator[Bookable]:
    """*teachers*, each noted in *added* as it passes."""
    for each in teachers:
        added.append(each.instructor.instructor_id)
        yield each


def _settle(
    lessons: Iterable[Booking],
    teachers: Iterable[SampleTeacher],
    cards: Iterable[SavedCard],
    accounts: Iterable[ConnectAccount],
    *,
    begin: Begin[Work],
) -> None:
    """The money of *lessons*: all charged, and all paid out."""
    card_of = {card.student_id: card for card in cards}
    account_of = {account.instructor_id: account for account in accounts}
    founding = {each.instructor.instructor_id: each.instructor.founding for each in teachers}
    with begin() as work:
        for lesson in lessons:
            SettledLesson.of(
                lesson,
                card=card_of[lesson.student],
                account=account_of[lesson.instructor],
                founding=founding[lesson.instructor],
            ).keep(work)


def _coming_weeks(sample: SampleTeacher, first: date, today: date) -> dict[date, DayPlanes]:
    return sample.days(first, today + timedelta(weeks=WEEKS))


def _open_new_weeks(town: Town, bulk: Nursery, *, known: int, today: date, at: datetime) -> None:
    """Only days after the last that was ever opened: what somebody closed stays closed."""
    last_days = bulk.last_open_days()
    opened = {}
    for number in range(known):
        sample = town.teacher(number)
        instructor_id = sample.instructor.instructor_id
        last = last_days.get(instructor_id, today)
        days = _coming_weeks(sample, max(last + timedelta(days=1), today), today)
        if days:
            opened[instructor_id] = days
    bulk.add_days(opened, at=at)
