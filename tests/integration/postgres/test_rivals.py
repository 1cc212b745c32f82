"""Everything that changes bookings, all at once: nobody waits in a circle. Source: BK-14, BK-56."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Role
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking, cancel_booking
from instainstru_core.booking.use_cases.create_booking import CreateBooking, create_booking
from instainstru_core.booking.use_cases.expire_hold import expire_hold
from instainstru_core.instructors.use_cases.go_live import GoLive, go_live
from instainstru_core.instructors.use_cases.pause_listing import PauseListing, pause_listing
from instainstru_core.kernel.errors import DomainError
from instainstru_core.payments.use_cases.check_out import CheckOut
from instainstru_core.payments.use_cases.keep_card import AddCard, add_card
from instainstru_core.reactions import ROUTES
from instainstru_core.testing.contracts.bookings import all_at_once
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import (
    ALWAYS_OPEN,
    MONDAY,
    NOON,
    TOWN,
    Classroom,
    open_classroom,
    signed_in,
)
from instainstru_core.testing.strategies.payments import Till

RIVALS = 8
STEPS = 30
_OVERLAPPING = text(
    """
    SELECT count(*) FROM bookings one JOIN bookings other
        ON one.booking_id < other.booking_id
        AND (one.instructor_id = other.instructor_id OR one.student_id = other.student_id)
        AND one.starts_at < other.ends_at AND other.starts_at < one.ends_at
    WHERE one.status <> 'CANCELLED' AND other.status <> 'CANCELLED'
    """
)
_CROWDED = text(
    """
    SELECT count(*) FROM bookings one JOIN bookings other
        ON one.booking_id < other.booking_id AND one.instructor_id = other.instructor_id
        AND one.starts_at < other.ends_at + interval '15 minutes'
        AND other.starts_at < one.ends_at + interval '15 minutes'
    WHERE one.status <> 'CANCELLED' AND other.status <> 'CANCELLED'
    """
)


class Mob:
    """A few students and instructors who do everything everywhere."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.rooms = [till.classroom, *(open_classroom(till.begin, till.ids) for _ in range(2))]
        self.students = [till.student, *(till.ids.new(StudentId) for _ in range(3))]
        for student in self.students[1:]:
            request = AddCard(student_id=student, token="pm_card_visa")
            add_card(
                request, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
            )
        self.made: list[Booking] = []
        self.outcomes: Counter[str] = Counter()

    def run(self, number: int) -> None:
        """One rival's steps; a refusal is an outcome, anything else ends the test."""
        chance = random.Random(number)
        for _ in range(STEPS):
            action = chance.choices(
                [self.book, self.cancel, self.pay, self.expire, self.open, self.hide],
                [8, 2, 4, 1, 1, 1],
            )[0]
            try:
                action(chance)
            except DomainError as refusal:
                self.outcomes[f"{action.__name__}: {refusal.code}"] += 1
            else:
                self.outcomes[action.__name__] += 1

    def book(self, chance: random.Random) -> None:
        room, student = chance.choice(self.rooms), chance.choice(self.students)
        start = NOON + timedelta(days=2, minutes=15 * chance.randrange(24))
        booked = create_booking(
            CreateBooking(principal=signed_in(student), proposal=room.proposal(student, start)),
            begin=self.till.begin,
            places=TOWN,
            ids=self.till.ids,
            clock=self.till.clock,
        )
        self.made.append(booked)

    def cancel(self, chance: random.Random) -> None:
        booking = self._some(chance)
        by_student = chance.random() < 0.5
        who = (
            signed_in(booking.student)
            if by_student
            else signed_in(booking.instructor, Role.INSTRUCTOR)
        )
        cancel_booking(
            CancelBooking(principal=who, booking_id=booking.booking_id, reason="why"),
            begin=self.till.begin,
            clock=self.till.clock,
        )

    def pay(self, chance: random.Random) -> None:
        booking = next(
            (each for each in reversed(self.made) if each.instructor == self.rooms[0].instructor),
            self._some(chance),
        )
        self.till.check_out(
            CheckOut(
                student_id=booking.student,
                booking_id=booking.booking_id,
                fingerprint=self.till.price(booking).fingerprint,
            )
        )

    def expire(self, chance: random.Random) -> None:
        with self.till.begin() as work:
            expire_hold(
                self._some(chance).booking_id,
                work=work,
                now=self.till.clock.now() + timedelta(hours=chance.choice([0, 1])),
            )

    def open(self, chance: random.Random) -> None:
        room = chance.choice(self.rooms)
        day = MONDAY + timedelta(days=chance.randrange(7))
        planes = chance.choice([ALWAYS_OPEN, ALWAYS_OPEN, DayPlanes()])
        with self.till.begin() as work:
            work.calendars.lock(room.instructor)
            work.calendars.save_days(room.instructor, {day: planes}, at=self.till.clock.now())

    def hide(self, chance: random.Random) -> None:
        room: Classroom = chance.choice(self.rooms)
        begin, clock = self.till.begin, self.till.clock
        pause_listing(PauseListing(instructor_id=room.instructor), begin=begin, clock=clock)
        go_live(GoLive(instructor_id=room.instructor), begin=begin, clock=clock)

    def _some(self, chance: random.Random) -> Booking:
        if not self.made:
            self.book(chance)
        return chance.choice(self.made[-RIVALS:])


@pytest.fixture
def mob(engine: Engine) -> Mob:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES))
    return Mob(Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock))


def test_prop10_whatever_comes_at_once_no_lessons_overlap(mob: Mob, engine: Engine) -> None:
    """Spec 01 §10.10: per instructor or per student; and nobody is answered with a failure."""
    all_at_once(RIVALS, mob.run)
    assert mob.outcomes["book"] > RIVALS, mob.outcomes
    assert mob.outcomes["cancel"], mob.outcomes
    assert mob.outcomes["pay"], mob.outcomes
    assert mob.outcomes["expire"], mob.outcomes
    assert sum(mob.outcomes.values()) == RIVALS * STEPS
    with engine.connect() as connection:
        assert connection.scalar(_OVERLAPPING) == 0
        assert connection.scalar(_CROWDED) == 0
