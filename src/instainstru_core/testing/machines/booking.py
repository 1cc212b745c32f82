"""Bookings against a plain model: any sequence of use cases keeps every calendar sound.

Source: spec 01 §10.7, §10.10, §10.12.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol

from attrs import define
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Role
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.availability.use_cases.find_open_times import FindOpenTimes, find_open_times
from instainstru_core.booking.events import (
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingHoldReleased,
    BookingNoShowRecorded,
)
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import MAX_LIVE_HOLDS
from instainstru_core.booking.model.states import Completed, NoShow
from instainstru_core.booking.terms import BookingStatus
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking, cancel_booking
from instainstru_core.booking.use_cases.check_lesson import CheckLesson, check_lesson
from instainstru_core.booking.use_cases.complete_lesson import (
    CompleteLesson,
    complete_by_itself,
    complete_lesson,
)
from instainstru_core.booking.use_cases.create_booking import CreateBooking, create_booking
from instainstru_core.booking.use_cases.expire_hold import expire_hold
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies import booking as given

SETTINGS = CalendarSettings()
ENDS = {
    BookingStatus.COMPLETED: (BookingCompleted,),
    BookingStatus.CANCELLED: (BookingCancelled, BookingHoldReleased),
    BookingStatus.NO_SHOW: (BookingNoShowRecorded,),
}
"""What tells of each end. Source: spec 01 §10.12."""
TAUGHT = {BookingStatus.CONFIRMED, BookingStatus.COMPLETED, BookingStatus.NO_SHOW}
NEXT = {
    BookingStatus.PENDING: {BookingStatus.CONFIRMED, BookingStatus.CANCELLED},
    BookingStatus.CONFIRMED: {
        BookingStatus.COMPLETED,
        BookingStatus.CANCELLED,
        BookingStatus.NO_SHOW,
    },
    BookingStatus.COMPLETED: {BookingStatus.NO_SHOW},
}


class Store(Protocol):
    """Where everything is kept."""

    @property
    def begin(self) -> Begin[Any]:
        """A unit of work."""
        ...

    @property
    def read(self) -> Begin[Any]:
        """Queries."""
        ...


def told_by(recorded: Iterable[Event]) -> Counter[tuple[str, str]]:
    """How often each thing was told of each booking: by the event's name and the booking's id."""
    return Counter((each.name, str(getattr(each, "booking_id", ""))) for each in recorded)


@define
class Known:
    """What the model remembers of a booking: where it was last seen."""

    status: BookingStatus


class BookingMachine(RuleBasedStateMachine):
    """Two instructors, three students, a week, and a clock that only goes forward."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = HandMovedClock(given.NOON)
        self.ids = CountedIds()
        self.store = self.make_store(self.ids, self.clock)
        self.rooms = [given.open_classroom(self.store.begin, self.ids) for _ in range(2)]
        self.students = [self.ids.new(StudentId) for _ in range(3)]
        self.known: dict[BookingId, Known] = {}

    def make_store(self, ids: CountedIds, clock: HandMovedClock) -> Store:
        """Where bookings are kept: something empty."""
        self.memory = InMemoryStore(ids=ids, clock=clock)
        return self.memory

    def told(self) -> Counter[tuple[str, str]]:
        """What was told so far."""
        return told_by(self.memory.recorded)

    @rule(
        room=st.integers(0, 1),
        student=st.integers(0, 2),
        start=given.starts(days=6),
        minutes=given.minutes(),
        location_type=given.location_types(),
        paid=st.booleans(),
    )
    def create(
        self,
        room: int,
        student: int,
        start: object,
        minutes: int,
        location_type: LocationType,
        paid: bool,
    ) -> None:
        """Ask for a lesson, and pay or not; a refusal leaves everything as it was."""
        who = self.students[student]
        proposal = self.rooms[room].proposal(
            who,
            start,  # type: ignore[arg-type]
            duration_minutes=minutes,
            location_type=location_type,
            place=given.INSIDE,
        )
        before = self.bookings()
        try:
            booking = create_booking(
                CreateBooking(principal=given.signed_in(who), proposal=proposal),
                begin=self.store.begin,
                places=given.TOWN,
                ids=self.ids,
                clock=self.clock,
            )
        except DomainError:
            assert self.bookings() == before
            return
        self.known[booking.booking_id] = Known(BookingStatus.PENDING)
        if paid:
            with self.store.begin() as work:
                held = work.bookings.get_for_update(booking.booking_id)
                work.bookings.save(held.confirm(at=self.clock.now()))

    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        """Supply a payment method in time, or too late."""
        if (booking := self.any(data)) is None:
            return
        live = booking.is_live_hold(self.clock.now())
        try:
            with self.store.begin() as work:
                held = work.bookings.get_for_update(booking.booking_id)
                work.bookings.save(held.confirm(at=self.clock.now()))
        except DomainError:
            assert not live
        else:
            assert live

    @rule(data=st.data(), by_instructor=st.booleans())
    def cancel(self, data: st.DataObject, by_instructor: bool) -> None:
        """Call one off, from either side."""
        if (booking := self.any(data)) is None:
            return
        who = booking.instructor if by_instructor else booking.student
        role = Role.INSTRUCTOR if by_instructor else Role.STUDENT
        request = CancelBooking(
            principal=given.signed_in(who, role), booking_id=booking.booking_id, reason="why"
        )
        try:
            cancel_booking(request, begin=self.store.begin, clock=self.clock)
        except DomainError:
            assert self.now_is(booking)

    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        """The instructor says that it was given."""
        if (booking := self.agreed(data)) is None:
            return
        request = CompleteLesson(
            principal=given.signed_in(booking.instructor, Role.INSTRUCTOR),
            booking_id=booking.booking_id,
        )
        try:
            complete_lesson(request, begin=self.store.begin, clock=self.clock)
        except DomainError:
            assert self.now_is(booking)

    @rule(data=st.data())
    def run_timers(self, data: st.DataObject) -> None:
        """Whatever is due of one booking, early or late, any number of times."""
        if (booking := self.any(data)) is None:
            return
        with self.store.begin() as work:
            expire_hold(booking.booking_id, work=work, now=self.clock.now())
        with self.store.begin() as work:
            complete_by_itself(booking.booking_id, work=work, now=self.clock.now())

    @rule(
        data=st.data(),
        room=st.integers(0, 1),
        days=st.integers(1, 6),
        minutes=given.minutes(),
        location_type=given.location_types(),
    )
    def look(
        self, data: st.DataObject, room: int, days: int, minutes: int, location_type: LocationType
    ) -> None:
        """What the public is shown can be booked, and nothing else can. Source: spec 01 §10.7."""
        day = given.MONDAY + timedelta(days=days)
        if day < NEW_YORK.today(self.clock.now()):
            return
        found = find_open_times(
            FindOpenTimes(
                instructor_id=self.rooms[room].instructor,
                first=day,
                last=day,
                location_type=location_type,
                minutes=minutes,
            ),
            read=self.store.read,
            clock=self.clock,
        )
        shown = [each.starts_at for each in found.days[0].starts or ()]
        grid = [NEW_YORK.midnight(day) + n * timedelta(minutes=15) for n in range(96)]
        tried = data.draw(st.lists(st.sampled_from([*shown, *grid]), max_size=3))
        for start in tried:
            assert self.would_do(room, start, minutes, location_type) == (start in shown)

    def would_do(
        self, room: int, start: datetime, minutes: int, location_type: LocationType
    ) -> bool:
        """Whether somebody who has no lesson yet could book it."""
        who = self.ids.new(StudentId)
        proposal = self.rooms[room].proposal(
            who, start, duration_minutes=minutes, location_type=location_type, place=given.INSIDE
        )
        request = CheckLesson(principal=given.signed_in(who), proposal=proposal)
        return check_lesson(
            request, begin=self.store.begin, places=given.TOWN, clock=self.clock
        ).available

    @rule(data=st.data(), part=st.sampled_from((0, 0.5, 1)), days=st.sampled_from((0, 0, 1)))
    def attend(self, data: st.DataObject, part: float, days: int) -> None:
        """Let time pass until a lesson that was agreed on goes on, or is over."""
        if (booking := self.agreed(data)) is None:
            return
        lesson = booking.lesson
        until = lesson.starts_at + part * lesson.duration + timedelta(days=days)
        if until > self.clock.now():
            self.clock.set(until)

    @rule(minutes=st.sampled_from((1, 29, 30, 60, 12 * 60)))
    def wait(self, minutes: int) -> None:
        """Let time pass."""
        self.clock.move(timedelta(minutes=minutes))

    def bookings(self) -> list[Booking]:
        """Every booking as it stands."""
        with self.store.begin() as work:
            return [work.bookings.get(each) for each in self.known]

    def any(self, data: st.DataObject) -> Booking | None:
        """One of them, if there are any."""
        found = self.bookings()
        return data.draw(st.sampled_from(found)) if found else None

    def agreed(self, data: st.DataObject) -> Booking | None:
        """One that was agreed on, if there is any; any, if not."""
        found = [each for each in self.bookings() if each.status in TAUGHT]
        return data.draw(st.sampled_from(found)) if found else self.any(data)

    def now_is(self, booking: Booking) -> bool:
        """Whether *booking* is still as it was."""
        with self.store.begin() as work:
            found: Booking = work.bookings.get(booking.booking_id)
        return found == booking

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        """Occupying lessons of one instructor, or of one student, never overlap."""
        taken = [each for each in self.bookings() if each.occupies(self.clock.now())]
        for number, one in enumerate(taken):
            for other in taken[:number]:
                if one.student == other.student:
                    assert not one.lesson.overlaps(other.lesson)
                if one.instructor == other.instructor:
                    buffer = SETTINGS.buffer(one.location_type.format, other.location_type.format)
                    assert not one.lesson.overlaps(other.lesson.widened(buffer))

    @invariant()
    def nobody_hoards(self) -> None:
        """At most three live holds a student."""
        live = [each for each in self.bookings() if each.is_live_hold(self.clock.now())]
        for student in self.students:
            assert sum(each.student == student for each in live) <= MAX_LIVE_HOLDS

    @invariant()
    def only_known_transitions_happen(self) -> None:
        """Statuses move along the table, never back."""
        for booking in self.bookings():
            known = self.known[booking.booking_id]
            if booking.status is not known.status:
                assert booking.status in NEXT.get(known.status, set())
                known.status = booking.status

    @invariant()
    def every_end_is_told_once(self) -> None:
        """One terminal event for each end a booking came to, one confirmation if it was agreed on.

        Source: spec 01 §10.12.
        """
        told = self.told()
        for booking in self.bookings():
            name = str(booking.booking_id)
            reached = {booking.status}
            if isinstance(booking.state, NoShow) and booking.state.completed_at is not None:
                reached.add(BookingStatus.COMPLETED)
            for status, kinds in ENDS.items():
                assert sum(told[kind.name, name] for kind in kinds) == int(status in reached)
            agreed = booking.confirmed_at is not None
            assert told[BookingConfirmed.name, name] == int(agreed)

    @invariant()
    def nothing_is_given_before_its_end(self) -> None:
        """Completed-at is never before the end. Source: spec 01 §10.16."""
        for booking in self.bookings():
            match booking.state:
                case Completed(at=completed_at) | NoShow(completed_at=completed_at):
                    assert completed_at is None or completed_at >= booking.lesson.ends_at
                case _:
                    pass

    @invariant()
    def the_log_tells_the_same_story(self) -> None:
        """Each entry begins where the one before it ended, and the last is how it is now."""
        with self.store.read() as reads:
            for booking in self.bookings():
                log = reads.booking_log.of(booking.booking_id)
                befores = [each.before.get("status") for each in log]
                afters = [each.after["status"] for each in log]
                assert befores == [None, *afters[:-1]]
                assert afters[-1] == booking.status
