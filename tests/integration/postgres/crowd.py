"""A crowd that wants everything at once: hold, pay, move, call off, and let time pass."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, cast

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Role
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking
from instainstru_core.booking.use_cases.create_booking import CreateBooking, create_booking
from instainstru_core.booking.use_cases.expire_hold import expire_hold
from instainstru_core.booking.use_cases.propose_move import AskedMove
from instainstru_core.due_work.use_cases.perform_work import Outcome, Performed, perform_work
from instainstru_core.instructors.use_cases.go_live import GoLive, go_live
from instainstru_core.instructors.use_cases.pause_listing import PauseListing, pause_listing
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.mutex import MUTEX_LIFE, Mutexes
from instainstru_core.payments.use_cases.cancel_lesson import cancel_lesson
from instainstru_core.payments.use_cases.check_out import CheckOut
from instainstru_core.payments.use_cases.keep_card import AddCard, add_card
from instainstru_core.payments.use_cases.open_payout_account import (
    LinkOnboarding,
    link_onboarding,
    refresh_payout_account,
)
from instainstru_core.payments.use_cases.reschedule_booking import reschedule_booking
from instainstru_core.ports import Ports
from instainstru_core.reactions import HANDLERS
from instainstru_core.testing.fakes.processor.books import IntentState
from instainstru_core.testing.strategies.booking import (
    ALWAYS_OPEN,
    INSIDE,
    MONDAY,
    NOON,
    TOWN,
    Classroom,
    open_classroom,
    signed_in,
)
from instainstru_core.testing.strategies.payments import Till

INSTRUCTORS = 5
CARDS = (
    *("pm_card_visa", "pm_card_mastercard") * 3,
    "pm_card_declined",
    "pm_card_three_d_secure",
)
"""A student each."""
BATCH = 8
RECENT = 24
QUARTER = timedelta(minutes=15)
STARTS = [
    *(NOON + timedelta(hours=17) + n * QUARTER for n in range(16)),
    *(NOON + timedelta(hours=27) + n * QUARTER for n in range(16)),
    *(NOON + timedelta(hours=46) + n * QUARTER for n in range(24)),
]
"""A morning that is near, and two stretches that are not."""


@frozen
class NoMutexes:
    """The `Mutexes` port while its server is down: it lets everybody in."""

    @contextmanager
    def hold(
        self,
        name: str,
        *,
        life: timedelta = MUTEX_LIFE,
    ) -> Iterator[None]:
        """Hold nothing."""
        yield


class Crowd:
    """Students and instructors who do everything everywhere, and the platform's workers."""

    def __init__(self, till: Till, mutexes: Mutexes) -> None:
        self.till = till
        till.mutexes = mutexes
        self.rooms = [till.classroom, *(self._room() for _ in range(INSTRUCTORS - 1))]
        self.students = [self._student(token) for token in CARDS]
        self.made: list[Booking] = [
            self._book(room, student, STARTS[0])
            for room, student in zip(self.rooms, self.students, strict=False)
        ]
        self.outcomes: Counter[str] = Counter()
        self.performed: list[Performed] = []
        self._clock_hand = threading.Lock()
        self.actions: dict[Callable[[random.Random], None], int] = {
            self.book: 30,
            self.pay: 32,
            self.move: 20,
            self.cancel: 10,
            self.expire: 6,
            self.pass_time: 10,
            self.confirm_cards: 2,
            self.open: 2,
            self.hide: 2,
        }

    def act(self, chance: random.Random) -> None:
        """One step; a refusal is an outcome, anything else is the test's end."""
        action = chance.choices([*self.actions], [*self.actions.values()])[0]
        try:
            action(chance)
        except DomainError as refusal:
            self.outcomes[f"{action.__name__}: {refusal.code}"] += 1
        else:
            self.outcomes[action.__name__] += 1

    def book(self, chance: random.Random) -> None:
        self.made.append(
            self._book(
                chance.choice(self.rooms),
                chance.choice(self.students),
                chance.choice(STARTS),
                duration_minutes=chance.choice((30, 45, 60, 60, 90)),
                location_type=chance.choice([*LocationType]),
            )
        )

    def pay(self, chance: random.Random) -> None:
        booking = self._some(chance)
        request = CheckOut(
            student_id=booking.student,
            booking_id=booking.booking_id,
            fingerprint=self.till.price(booking).fingerprint,
        )
        with alone_with(booking.booking_id, self.till.mutexes):
            self.till.check_out(request)

    def move(self, chance: random.Random) -> None:
        booking = self._some(chance)
        asked = AskedMove(
            principal=signed_in(booking.student),
            booking_id=booking.booking_id,
            start=chance.choice([*STARTS, booking.lesson.starts_at + QUARTER]),
        )
        with alone_with(booking.booking_id, self.till.mutexes):
            moved = reschedule_booking(
                asked,
                begin=self.till.begin,
                gateway=self.till.gateway,
                places=TOWN,
                ids=self.till.ids,
                clock=self.till.clock,
                config=self.till.pricing,
            )
        self.made.append(moved.booking)

    def cancel(self, chance: random.Random) -> None:
        booking = self._some(chance)
        teacher = signed_in(booking.instructor, Role.INSTRUCTOR)
        who = chance.choice([signed_in(booking.student), teacher])
        request = CancelBooking(principal=who, booking_id=booking.booking_id, reason="why")
        with alone_with(booking.booking_id, self.till.mutexes):
            cancel_lesson(request, begin=self.till.begin, ids=self.till.ids, clock=self.till.clock)

    def expire(self, chance: random.Random) -> None:
        """Somebody looks whether a hold is over, due or not."""
        booking = self._some(chance)
        with alone_with(booking.booking_id, self.till.mutexes), self.till.begin() as work:
            expire_hold(booking.booking_id, work=work, now=self.till.clock.now())

    def pass_time(self, chance: random.Random) -> None:
        """The clock goes on, and a worker does some of what is due."""
        with self._clock_hand:
            self.till.clock.move(timedelta(minutes=chance.choice((1, 2, 4))))
        self.work()

    def confirm_cards(self, _chance: random.Random) -> None:
        """Whoever was asked to confirm a hold does."""
        for each in [*self.till.processor.books.intents.values()]:
            if each.state is IntentState.REQUIRES_ACTION:
                self.till.processor.confirm(each.intent, each.client_secret)

    def open(self, chance: random.Random) -> None:
        """An instructor closes a day, or opens it again."""
        room = chance.choice(self.rooms)
        day = MONDAY + timedelta(days=chance.randrange(7))
        planes = chance.choice([ALWAYS_OPEN, ALWAYS_OPEN, DayPlanes()])
        with self.till.begin() as work:
            work.calendars.lock(room.instructor)
            work.calendars.save_days(room.instructor, {day: planes}, at=self.till.clock.now())

    def hide(self, chance: random.Random) -> None:
        """An instructor pauses, and comes back."""
        room = chance.choice(self.rooms)
        begin, clock = self.till.begin, self.till.clock
        pause_listing(PauseListing(instructor_id=room.instructor), begin=begin, clock=clock)
        go_live(GoLive(instructor_id=room.instructor), begin=begin, clock=clock)

    def work(self, limit: int = BATCH) -> int:
        """Perform some of what is due, and say how much it was."""
        with self.till.begin() as work:
            due = work.work_items.claim(now=self.till.clock.now(), limit=limit)
        for work_id in due:
            done = perform_work(
                work_id,
                handlers=HANDLERS,
                periodic={},
                ports=cast("Ports", self.till),
                begin=cast("Any", self.till.begin),
                clock=self.till.clock,
            )
            self.performed.append(done)
        return len(due)

    def failures(self) -> list[Performed]:
        """What a worker could not do."""
        return [each for each in self.performed if each.outcome in {Outcome.FAILED, Outcome.DEAD}]

    def _some(self, chance: random.Random) -> Booking:
        return chance.choice(self.made[-RECENT:])

    def _book(
        self, room: Classroom, student: StudentId, start: datetime, **details: Any
    ) -> Booking:
        proposal = room.proposal(student, start, place=INSIDE, **details)
        return create_booking(
            CreateBooking(principal=signed_in(student), proposal=proposal),
            begin=self.till.begin,
            places=TOWN,
            ids=self.till.ids,
            clock=self.till.clock,
        )

    def _room(self) -> Classroom:
        till = self.till
        room = open_classroom(till.begin, till.ids)
        request = LinkOnboarding(
            instructor_id=room.instructor, return_url="https://instainstru.example/back"
        )
        link = link_onboarding(request, begin=till.begin, gateway=till.gateway, clock=till.clock)
        till.processor.onboard(link)
        refresh_payout_account(
            room.instructor, begin=till.begin, gateway=till.gateway, clock=till.clock
        )
        return room

    def _student(self, token: str) -> StudentId:
        till, student = self.till, self.till.ids.new(StudentId)
        add_card(
            AddCard(student_id=student, token=token),
            begin=till.begin,
            gateway=till.gateway,
            ids=till.ids,
            clock=till.clock,
        )
        return student
