"""Fill a database with the shipped documents and with sample people; twice is as good as once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from typing import Final, Protocol

from attrs import frozen

from entrypoints.seeding.documents import shipped_catalog, shipped_regions
from entrypoints.seeding.habits import live_differently
from entrypoints.seeding.history import keep, past_lessons
from entrypoints.seeding.money import Held, LessonMoney
from entrypoints.seeding.people import DOMAIN, WEEKS, SampleTeacher, Town
from entrypoints.seeding.processor import CALLS_AT_ONCE, Onboard, ProcessorDesk
from entrypoints.seeding.soil import Past, Soil
from entrypoints.seeding.till import HeldNow, InThePast
from entrypoints.seeding.troubles import TEACHERS, Cast
from entrypoints.seeding.upcoming import book_ahead
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Account, Role
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.booking.model.booking import Booking
from instainstru_core.catalog.use_cases.load_catalog import load_catalog
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.payments.model.cards import ConnectAccount
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.places.use_cases.load_regions import load_regions

STUDENTS: Final = 40
BUSY_TEACHERS: Final = 80
LESSONS_EACH: Final = 4
_STUDENT_PATTERN: Final = f"student%@{DOMAIN}"
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

    def without_payout_account(self, pattern: str) -> Sequence[InstructorId]:
        """Instructors with an address like *pattern* who have no account at the processor."""
        ...

    def has_lessons(self) -> bool:
        """Whether anybody ever booked anything."""
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
    past: Past | None,
    progress: Progress,
) -> tuple[DemoAccount, ...]:
    """Add what is missing of *instructors* sample instructors and their students.

    Everyone's password is *password*; weeks that have come into view since are opened. What they
    paid is told the processor too, where it has a *past*.
    """
    town = Town(
        catalog=shipped_catalog(),
        gazetteer=Gazetteer(shipped_regions()),
        password_hash=world.passwords.hash(password),
    )
    now = world.clock.now()
    today = NEW_YORK.today(now)
    desk = ProcessorDesk(gateway=world.gateway, onboard=onboard, at=now, past=past)
    students = [town.student(number) for number in range(STUDENTS)]
    if bulk.known_accounts(_STUDENT_PATTERN) == 0:
        bulk.add_accounts([*students, town.admin()])
    known = bulk.known_accounts(_TEACHER_PATTERN)
    _open_new_weeks(town, bulk, known=known, today=today, at=now)
    progress("known", min(known, instructors))
    for added in bulk.add_teachers(_teachers(town, known, instructors, today), at=now):
        progress("added", added)
    bulk.add_payout_accounts(desk.accounts(bulk.without_payout_account(_TEACHER_PATTERN)))
    if not bulk.has_lessons():
        busy = [town.teacher(number) for number in range(min(instructors, BUSY_TEACHERS))]
        _live_through(world, desk, students, busy, today=today)
        book_ahead(world, students[0], busy[0])
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


def _live_through(
    world: Soil,
    desk: ProcessorDesk,
    students: Sequence[Account],
    teachers: Sequence[SampleTeacher],
    *,
    today: date,
) -> None:
    """Lessons taught, moved, missed and quarrelled over, all of them kept or none."""
    cards = {
        card.student_id: card
        for card in desk.cards([StudentId(each.account_id.value) for each in students])
    }
    founding = {each.instructor.instructor_id: each.instructor.founding for each in teachers}
    with world.begin() as work:
        found = [work.connect_accounts.find(each) for each in founding]
    accounts = {each.instructor_id: each for each in found if each is not None}
    till = desk.till(before=NEW_YORK.instant(today, time()), accounts=accounts.values())
    lessons = [
        each
        for each in past_lessons(teachers, students, today=today, each=LESSONS_EACH)
        if each.instructor in accounts
    ]

    def paid(lesson: Booking) -> LessonMoney:
        instructor = lesson.instructor
        card, is_founding = cards[lesson.student], founding[instructor]
        held = Held.of(lesson, card=card, founding=is_founding, till=till)
        return held.paid_out(accounts[instructor])

    cast = Cast(
        teachers=teachers,
        students=students,
        cards=cards,
        today=today,
        till=till,
        open_till=till if isinstance(till, InThePast) else HeldNow(gateway=desk.gateway),
    )
    # What asks the processor is done before the unit of work begins.
    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        moneys = list(pool.map(paid, lessons))
    first = accounts.get(teachers[0].instructor.instructor_id)
    troubles = [] if first is None or len(teachers) < TEACHERS else list(cast.troubles(first))
    with world.begin() as work:
        for card in cards.values():
            work.cards.keep(card)
        for lesson, money in zip(lessons, moneys, strict=True):
            keep(lesson, work)
            money.keep(work)
        for trouble in troubles:
            trouble.keep(work)
        live_differently(teachers, work, today=today, at=desk.at)


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
