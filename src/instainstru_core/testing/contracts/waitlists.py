"""What every `Waitlist` and `WaitlistQueries` adapter must do, and what is told through it."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.errors import CalendarNotFound, InvalidRange
from instainstru_core.availability.model.planes import DayPlanes, span
from instainstru_core.availability.model.windows import WindowText
from instainstru_core.availability.waitlist.errors import (
    OwnCalendar,
    SubscriptionExists,
    SubscriptionNotFound,
    TooManySubscriptions,
)
from instainstru_core.availability.waitlist.events import WaitlistMatched
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.availability.waitlist.model.subscription import (
    MAX_LIVE,
    Subscription,
    Wish,
)
from instainstru_core.availability.waitlist.ports import WaitlistReads, WaitlistWork
from instainstru_core.availability.waitlist.use_cases.list_subscriptions import list_subscriptions
from instainstru_core.availability.waitlist.use_cases.match_waitlist import (
    MatchWaitlist,
    match_waitlist,
)
from instainstru_core.availability.waitlist.use_cases.subscribe import Subscribe, subscribe
from instainstru_core.availability.waitlist.use_cases.unsubscribe import Unsubscribe, unsubscribe
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.testing.contracts.calendars import START, lesson_of
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.strategies.booking import (
    MONDAY,
    Classroom,
    ClassroomWork,
    open_classroom,
)

TUESDAY = MONDAY + timedelta(days=1)
SUNDAY = MONDAY + timedelta(days=6)
FULL = DayPlanes()
EVENING = DayPlanes(online=span(17 * 12, 20 * 12))
"""Open online from five to eight."""
FIVE = NEW_YORK.midnight(TUESDAY) + timedelta(hours=17)
DAY = timedelta(days=1)
RIVALS = 4


class _Work(WaitlistWork, ClassroomWork, Protocol):
    """What the contract reaches."""


class Units(Protocol):
    """Begins units, and reads."""

    @property
    def begin(self) -> Begin[_Work]:
        """A unit of work."""
        ...

    @property
    def read(self) -> Begin[WaitlistReads]:
        """Queries."""
        ...


class WaitlistContract(ABC):
    """Inherit, and provide the fixtures `units`, `ids` and `clock` on one empty store.

    The clock stands at `START`. Override `told`, which reads the news that were published.
    """

    @abstractmethod
    def told(self, units: Units) -> Sequence[tuple[str, datetime]]:
        """Who was told of which start, in the order of the news."""

    @pytest.fixture
    def room(self, units: Units, ids: Ids) -> Classroom:
        return open_classroom(units.begin, ids, planes=FULL)

    def waiting(
        self,
        units: Units,
        room: Classroom,
        ids: Ids,
        clock: HandMovedClock,
        **changes: Any,
    ) -> Subscription:
        """A new student waits for an evening of the week, unless *changes* say otherwise."""
        asked: dict[str, Any] = {
            "student": ids.new(StudentId),
            "instructor_id": room.instructor,
            "location_type": LocationType.ONLINE,
            "minutes": 60,
            "first": MONDAY,
            "last": SUNDAY,
            "windows": (WindowText("17:00", "20:00"),),
        }
        return subscribe(
            Subscribe(**asked | changes), read=units.read, begin=units.begin, ids=ids, clock=clock
        )

    def open(self, units: Units, room: Classroom, day: date, planes: DayPlanes) -> None:
        with units.begin() as work:
            work.calendars.lock(room.instructor)
            work.calendars.save_days(room.instructor, {day: planes}, at=START)

    def match(self, units: Units, room: Classroom, clock: HandMovedClock, *dates: date) -> int:
        request = MatchWaitlist(instructor_id=room.instructor, dates=dates)
        return match_waitlist(request, read=units.read, begin=units.begin, clock=clock)

    def test_keeps_what_is_waited_for(
        self, units: Units, room: Classroom, ids: Ids, clock: HandMovedClock
    ) -> None:
        kept = self.waiting(units, room, ids, clock, weekdays=[1, 5])
        assert kept.wish == Wish(
            location_type=LocationType.ONLINE,
            minutes=60,
            first=MONDAY,
            last=SUNDAY,
            weekdays=frozenset({1, 5}),
            mask=span(17 * 12, 20 * 12),
        )
        assert [*list_subscriptions(kept.student, read=units.read, clock=clock)] == [kept]
        other = self.waiting(units, room, ids, clock)
        with units.read() as reads:
            queries = reads.waitlist_queries
            everybody = [*queries.waiting(room.instructor, first=MONDAY, last=None)]
            assert everybody == [kept, other], "first come first"
            assert not queries.waiting(room.instructor, first=SUNDAY + DAY, last=None)
            assert not queries.waiting(room.instructor, first=MONDAY - DAY, last=MONDAY - DAY)
            assert len(queries.waiting(room.instructor, first=SUNDAY, last=SUNDAY)) == 2
            assert not queries.waiting(ids.new(InstructorId), first=MONDAY, last=None)
            over = NEW_YORK.midnight(SUNDAY + DAY)
            still = queries.of_student(kept.student, now=over - timedelta(minutes=1))
            assert [*still] == [kept], "it is Monday in Greenwich, and Sunday where they teach"
            assert not queries.of_student(kept.student, now=over)

    def test_is_given_up_by_its_student_alone(
        self, units: Units, room: Classroom, ids: Ids, clock: HandMovedClock
    ) -> None:
        kept = self.waiting(units, room, ids, clock)
        mine = Unsubscribe(student=kept.student, subscription_id=kept.subscription_id)
        for wrong in (
            evolve(mine, student=ids.new(StudentId)),
            evolve(mine, subscription_id=ids.new(SubscriptionId)),
        ):
            with pytest.raises(SubscriptionNotFound):
                unsubscribe(wrong, begin=units.begin)
        unsubscribe(mine, begin=units.begin)
        assert not list_subscriptions(kept.student, read=units.read, clock=clock)
        with pytest.raises(SubscriptionNotFound):
            unsubscribe(mine, begin=units.begin)

    def test_the_same_is_waited_for_once(
        self, units: Units, room: Classroom, ids: Ids, clock: HandMovedClock
    ) -> None:
        kept = self.waiting(units, room, ids, clock)
        with pytest.raises(SubscriptionExists):
            self.waiting(
                units,
                room,
                ids,
                clock,
                student=kept.student,
                windows=[WindowText("18:00", "20:00"), WindowText("17:00", "18:30")],
            )
        self.waiting(units, room, ids, clock, student=kept.student, minutes=45)

    def test_one_may_wait_for_twenty(
        self, units: Units, room: Classroom, ids: Ids, clock: HandMovedClock
    ) -> None:
        student = ids.new(StudentId)
        for number in range(MAX_LIVE):
            last = MONDAY + timedelta(days=number)
            self.waiting(units, room, ids, clock, student=student, last=last)
        with pytest.raises(TooManySubscriptions):
            self.waiting(units, room, ids, clock, student=student, minutes=30)
        self.waiting(units, room, ids, clock)
        clock.move(timedelta(days=1))
        self.waiting(units, room, ids, clock, student=student, first=SUNDAY, minutes=30)

    def test_of_rivals_for_the_last_place_one_gets_it(
        self, units: Units, room: Classroom, ids: Ids, clock: HandMovedClock
    ) -> None:
        student = ids.new(StudentId)
        for number in range(MAX_LIVE - 1):
            last = MONDAY + timedelta(days=number)
            self.waiting(units, room, ids, clock, student=student, last=last)
        together = threading.Barrier(RIVALS)

        def rival(number: int) -> bool:
            together.wait()
            try:
                minutes = 90 + 5 * number
                self.waiting(units, room, ids, clock, student=student, minutes=minutes)
            except TooManySubscriptions:
                return False
            return True

        with ThreadPoolExecutor(RIVALS) as pool:
            assert sum(pool.map(rival, range(RIVALS))) == 1

    def test_refuses_what_cannot_be_waited_for(
        self, units: Units, room: Classroom, ids: Ids, clock: HandMovedClock
    ) -> None:
        with pytest.raises(OwnCalendar):
            self.waiting(units, room, ids, clock, student=StudentId(room.instructor.value))
        with pytest.raises(CalendarNotFound):
            self.waiting(units, room, ids, clock, instructor_id=ids.new(InstructorId))
        with pytest.raises(InvalidRange):
            self.waiting(units, room, ids, clock, minutes=240)

    def test_av35_who_waits_is_told_in_the_order_they_asked(
        self, units: Units, room: Classroom, ids: Ids, clock: HandMovedClock
    ) -> None:
        """The first start inside their hours; once for each date, however often it is looked."""
        first = self.waiting(units, room, ids, clock, windows=[WindowText("18:00", "20:00")])
        clock.move(timedelta(minutes=1))
        too_long = self.waiting(units, room, ids, clock, minutes=180, windows=())
        clock.move(timedelta(minutes=1))
        self.waiting(units, room, ids, clock, weekdays=[0, 2])
        self.waiting(units, room, ids, clock, windows=[WindowText("09:00", "18:00")], minutes=65)
        assert self.match(units, room, clock, TUESDAY) == 0, "nothing is open"
        self.open(units, room, TUESDAY, EVENING)
        assert self.match(units, room, clock, TUESDAY) == 2
        expected = [
            (str(first.student), FIVE + timedelta(hours=1)),
            (str(too_long.student), FIVE),
        ]
        assert [*self.told(units)] == expected
        assert self.match(units, room, clock, TUESDAY) == 0, "told before"
        assert self.match(units, room, clock) == 0
        (kept,) = list_subscriptions(first.student, read=units.read, clock=clock)
        assert kept.told == {TUESDAY: FIVE + timedelta(hours=1)}
        self.open(units, room, TUESDAY + DAY, EVENING)
        assert self.match(units, room, clock) == 3, "any date may have changed"

    def test_av34_only_of_what_can_be_booked_now(
        self, units: Units, room: Classroom, ids: Ids, clock: HandMovedClock
    ) -> None:
        self.waiting(units, room, ids, clock)
        self.open(units, room, TUESDAY, EVENING)
        held = lesson_of(room, ids, FIVE + timedelta(hours=1), at=clock.now())
        with units.begin() as work:
            work.calendars.lock(room.instructor)
            work.bookings.add(held)
        assert self.match(units, room, clock, TUESDAY) == 0, "an hour free, less the buffers"
        clock.move(timedelta(minutes=31))
        assert self.match(units, room, clock, TUESDAY) == 1, "the hold is over"

    def test_nobody_is_told_of_the_past_or_of_who_cannot_be_booked(
        self, units: Units, room: Classroom, ids: Ids, clock: HandMovedClock
    ) -> None:
        self.waiting(units, room, ids, clock)
        self.open(units, room, TUESDAY, EVENING)
        assert self.match(units, room, clock, MONDAY - DAY) == 0
        nobody = MatchWaitlist(instructor_id=ids.new(InstructorId))
        assert match_waitlist(nobody, read=units.read, begin=units.begin, clock=clock) == 0
        with units.begin() as work:
            profile = work.instructors.get(room.instructor)
            work.instructors.save(evolve(profile, payable=False))
        assert self.match(units, room, clock, TUESDAY) == 0

    def test_who_gave_up_meanwhile_is_not_told(
        self, units: Units, room: Classroom, ids: Ids, clock: HandMovedClock
    ) -> None:
        gone, stays = (self.waiting(units, room, ids, clock) for _ in range(2))
        mine = Unsubscribe(student=gone.student, subscription_id=gone.subscription_id)
        unsubscribe(mine, begin=units.begin)
        with units.begin() as work:
            assert work.waitlist.tell([]) == 0
            assert work.waitlist.tell([news(gone), news(stays)]) == 1
        assert [*self.told(units)] == [(str(stays.student), FIVE)]

    def test_what_is_over_is_forgotten(
        self, units: Units, room: Classroom, ids: Ids, clock: HandMovedClock
    ) -> None:
        self.waiting(units, room, ids, clock, last=TUESDAY)
        kept = self.waiting(units, room, ids, clock)
        with units.begin() as work:
            work.waitlist.tell([news(kept)])
            assert work.waitlist.forget(before=TUESDAY) == 0
            assert work.waitlist.forget(before=TUESDAY + DAY) == 1
        with units.read() as reads:
            found = reads.waitlist_queries.waiting(room.instructor, first=MONDAY, last=None)
        assert [each.subscription_id for each in found] == [kept.subscription_id]

    def test_undone_with_its_unit(
        self, units: Units, room: Classroom, ids: Ids, clock: HandMovedClock
    ) -> None:
        kept = self.waiting(units, room, ids, clock)
        other = evolve(kept, subscription_id=ids.new(SubscriptionId), student=ids.new(StudentId))
        with pytest.raises(RuntimeError), units.begin() as work:
            work.waitlist.add(other)
            work.waitlist.tell([news(kept)])
            work.waitlist.remove(kept.student, kept.subscription_id)
            raise RuntimeError
        with units.read() as reads:
            found = reads.waitlist_queries.waiting(room.instructor, first=MONDAY, last=None)
        assert [*found] == [kept]
        assert not self.told(units)


def news(subscription: Subscription) -> WaitlistMatched:
    """The subscription is told of five o'clock on Tuesday."""
    return WaitlistMatched(
        subscription_id=subscription.subscription_id,
        student=subscription.student,
        instructor=subscription.instructor,
        location_type=subscription.wish.location_type,
        minutes=subscription.wish.minutes,
        day=TUESDAY,
        starts_at=FIVE,
        zone=str(NEW_YORK),
        occurred_at=START,
    )
