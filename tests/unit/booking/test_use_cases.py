"""Booking's use cases on the in-memory world: who may, what gives way, what timers do."""

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import pytest
from attrs import evolve, frozen

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.accounts.model import Principal, Role
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.errors.refusals import (
    InstructorConflict,
    MayNotBook,
    OutsideServiceArea,
    StudentConflict,
)
from instainstru_core.booking.events import BookingCompleted, BookingHoldReleased
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import Place
from instainstru_core.booking.model.states import Cancelled, Completed, Confirmed, Pending
from instainstru_core.booking.policies.facts import AskedPlace, LocalStart, Proposal
from instainstru_core.booking.terms import CancelKind, PolicyCase
from instainstru_core.booking.timers import COMPLETE_LESSON, EXPIRE_HOLD
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking, cancel_booking
from instainstru_core.booking.use_cases.complete_lesson import (
    CompleteLesson,
    complete_by_itself,
    complete_lesson,
)
from instainstru_core.booking.use_cases.complete_overdue import complete_overdue
from instainstru_core.booking.use_cases.create_booking import CreateBooking, create_booking
from instainstru_core.booking.use_cases.expire_hold import expire_hold
from instainstru_core.booking.use_cases.read_bookings import get_booking
from instainstru_core.due_work.model import WorkItem
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import TeachingPlace
from instainstru_core.kernel.errors import DomainError, Forbidden
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.zones import NonexistentLocalTime
from instainstru_core.payments.ids import CardId, PaymentId
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.model.quotes import quote
from instainstru_core.pricing.model.tiers import Commission
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.accounts import InMemoryMutexes
from instainstru_core.testing.memory.store import InMemoryStore, InMemoryWork
from instainstru_core.testing.strategies.booking import (
    INSIDE,
    NOON,
    OUTSIDE,
    TOWN,
    Classroom,
    open_classroom,
    signed_in,
)

HOUR = timedelta(hours=1)
END = NOON + HOUR


class LookedAt(Exception):
    """Nothing shall be kept."""


@frozen
class Town:
    """A clock, a store, one open classroom and a student."""

    clock: HandMovedClock
    ids: CountedIds
    store: InMemoryStore
    room: Classroom
    student: StudentId

    def book(
        self,
        start: datetime = NOON,
        *,
        room: Classroom | None = None,
        student: StudentId | None = None,
        principal: Principal | None = None,
        proposal: Proposal | None = None,
    ) -> Booking:
        who = student or self.student
        return create_booking(
            CreateBooking(
                principal=principal or signed_in(who),
                proposal=proposal or (room or self.room).proposal(who, start),
            ),
            begin=self.store.begin,
            places=TOWN,
            ids=self.ids,
            clock=self.clock,
        )

    def confirmed(self) -> Booking:
        booking = self.book()
        with self.store.begin() as work:
            return work.bookings.save(booking.confirm(at=self.clock.now()))

    def get(self, booking: Booking) -> Booking:
        with self.store.begin() as work:
            return work.bookings.get(booking.booking_id)

    def cancel(self, booking: Booking, who: StudentId | InstructorId, role: Role) -> Booking:
        request = CancelBooking(
            principal=signed_in(who, role), booking_id=booking.booking_id, reason="why"
        )
        return cancel_booking(request, begin=self.store.begin, clock=self.clock)

    def timers(self) -> list[WorkItem]:
        """What is on file; the look at it is undone."""
        found: list[WorkItem | None] = []
        with suppress(LookedAt), self.store.begin() as work:
            claimed = work.work_items.claim(now=NOON + timedelta(days=900), limit=99)
            found += [work.work_items.find(each) for each in claimed]
            raise LookedAt
        return [each for each in found if each is not None]


@pytest.fixture
def town() -> Town:
    clock, ids = HandMovedClock(NOON - timedelta(days=3)), CountedIds()
    store = InMemoryStore(ids=CountedIds(), clock=clock)
    room = open_classroom(store.begin, ids)
    return Town(clock, ids, store, room, ids.new(StudentId))


def kind_of(booking: Booking) -> CancelKind | None:
    return booking.state.kind if isinstance(booking.state, Cancelled) else None


def test_a_hold_files_its_two_timers(town: Town) -> None:
    """BK-19, BK-22: the hold's end, and a day after the lesson's."""
    town.book()
    assert sorted(each.handler for each in town.timers()) == [COMPLETE_LESSON, EXPIRE_HOLD]


def test_only_with_the_permission(town: Town) -> None:
    """BK-11 row 1, also for whoever books in another's name."""
    teacher = signed_in(town.student, Role.INSTRUCTOR)
    with pytest.raises(MayNotBook):
        town.book(principal=teacher)
    with pytest.raises(MayNotBook):
        town.book(principal=signed_in(town.ids.new(StudentId)))


def test_bk11_an_unknown_instructor_is_told_in_its_place(town: Town) -> None:
    stranger = evolve(town.room, instructor=town.ids.new(InstructorId))
    with pytest.raises(DomainError) as missing:
        town.book(room=stranger)
    assert missing.value.code == "instructor_not_found"
    with pytest.raises(MayNotBook):
        town.book(room=stranger, principal=signed_in(town.student, Role.INSTRUCTOR))


def where(place: Place | TeachingPlace | AskedPlace | None) -> tuple[object, ...] | None:
    return None if place is None else (place.address, place.lat, place.lng)


def test_bk5_where_a_lesson_is_given(town: Town) -> None:
    """Online the place is ignored, at the instructor's it is theirs, else it is the student's."""
    student = town.student
    with town.store.begin() as work:
        theirs = work.instructors.get(town.room.instructor).teaching_place
    expected = {
        LocationType.ONLINE: None,
        LocationType.INSTRUCTOR_LOCATION: theirs,
        LocationType.STUDENT_LOCATION: INSIDE,
        LocationType.NEUTRAL_LOCATION: INSIDE,
    }
    for kind in LocationType:
        asked = town.room.proposal(student, location_type=kind, place=INSIDE)
        booking = town.book(proposal=asked)
        assert where(booking.place) == where(expected[kind])
        town.cancel(booking, student, Role.STUDENT)


def test_bk5_nobody_travels_out_of_their_area(town: Town) -> None:
    for kind in (LocationType.STUDENT_LOCATION, LocationType.NEUTRAL_LOCATION):
        asked = town.room.proposal(town.student, NOON, location_type=kind, place=OUTSIDE)
        with pytest.raises(OutsideServiceArea):
            town.book(proposal=asked)


def test_av11_a_start_in_a_gap_is_refused(town: Town) -> None:
    gap = LocalStart(datetime(2030, 3, 10, tzinfo=NOON.tzinfo).date(), NOON.time().replace(hour=2))
    proposal = evolve(town.room.proposal(town.student), start=gap)
    with pytest.raises(NonexistentLocalTime):
        town.book(proposal=proposal)


def test_bk14_an_expired_hold_gives_way(town: Town) -> None:
    stale = town.book()
    town.clock.move(HOUR / 2)
    fresh = town.book(student=town.ids.new(StudentId))
    assert isinstance(fresh.state, Pending)
    assert kind_of(town.get(stale)) is CancelKind.HOLD_EXPIRED


def test_bk14_an_expired_hold_with_somebody_else_gives_way(town: Town) -> None:
    """The student's own, at another instructor's: the exclusion constraint would still see it."""
    stale = town.book(room=open_classroom(town.store.begin, town.ids))
    town.clock.move(HOUR / 2)
    town.book()
    assert kind_of(town.get(stale)) is CancelKind.HOLD_EXPIRED


def test_bk15_own_holds_give_way_to_the_next_wish(town: Town) -> None:
    first = town.book()
    elsewhere = town.book(NOON + 2 * HOUR, room=open_classroom(town.store.begin, town.ids))
    moved = town.book(NOON + HOUR + HOUR / 4)
    assert kind_of(town.get(first)) is None, "a gap of 15 minutes is no conflict"
    assert kind_of(town.get(elsewhere)) is CancelKind.SUPERSEDED
    again = town.book(NOON + HOUR)
    assert kind_of(town.get(first)) is CancelKind.SUPERSEDED, "the buffer counts as well"
    assert kind_of(town.get(moved)) is CancelKind.SUPERSEDED
    assert isinstance(town.get(again).state, Pending)
    released = [each for each in town.store.recorded if isinstance(each, BookingHoldReleased)]
    assert [each.kind for each in released] == [CancelKind.SUPERSEDED] * 3


def test_bk15_own_holds_stay_when_something_else_is_in_the_way(town: Town) -> None:
    mine = town.book(NOON, room=open_classroom(town.store.begin, town.ids))
    town.book(student=town.ids.new(StudentId))
    with pytest.raises(InstructorConflict):
        town.book()
    assert isinstance(town.get(mine).state, Pending)


def test_bk15_a_confirmed_lesson_of_ones_own_never_gives_way(town: Town) -> None:
    mine = town.confirmed()
    with pytest.raises(StudentConflict) as refused:
        town.book(room=open_classroom(town.store.begin, town.ids))
    assert refused.value.booking_id == mine.booking_id


def test_bk19_a_hold_expires_at_its_end_and_not_before(town: Town) -> None:
    booking = town.book()
    with town.store.begin() as work:
        expire_hold(booking.booking_id, work=work, now=town.clock.now())
    assert isinstance(town.get(booking).state, Pending)
    with town.store.begin() as work:
        expire_hold(booking.booking_id, work=work, now=town.clock.move(HOUR / 2))
        expire_hold(booking.booking_id, work=work, now=town.clock.now())
    assert kind_of(town.get(booking)) is CancelKind.HOLD_EXPIRED


def test_bk19_an_extended_hold_is_looked_at_again(town: Town) -> None:
    booking = town.book()
    town.clock.move(HOUR / 3)
    with town.store.begin() as work:
        held = work.bookings.get_for_update(booking.booking_id)
        work.bookings.save(held.extend_hold(attempted_at=town.clock.now()))
    before = len(town.timers())
    with town.store.begin() as work:
        expire_hold(booking.booking_id, work=work, now=town.clock.move(HOUR / 6))
    assert isinstance(town.get(booking).state, Pending)
    assert len(town.timers()) == before + 1


@pytest.mark.parametrize(
    ("ahead", "by_instructor", "case"),
    [
        (24 * HOUR, False, PolicyCase.STUDENT_GE24),
        (24 * HOUR, True, PolicyCase.INSTRUCTOR),
        (timedelta(minutes=1), True, PolicyCase.INSTRUCTOR),
    ],
)
def test_bk27_cancelling(
    town: Town, ahead: timedelta, by_instructor: bool, case: PolicyCase
) -> None:
    booking = town.confirmed()
    town.clock.set(NOON - ahead)
    who = booking.instructor if by_instructor else booking.student
    gone = town.cancel(booking, who, Role.INSTRUCTOR if by_instructor else Role.STUDENT)
    assert isinstance(gone.state, Cancelled)
    assert gone.state.policy_case is case
    assert town.cancel(booking, who, Role.INSTRUCTOR if by_instructor else Role.STUDENT) == gone


def test_either_side_gives_up_a_hold_at_any_time(town: Town) -> None:
    late = NOON - 3 * HOUR
    town.clock.set(late)
    gone = town.cancel(town.book(), town.student, Role.STUDENT)
    assert isinstance(gone.state, Cancelled)
    assert gone.state.policy_case is PolicyCase.PENDING_UNPAID
    held = town.book()
    gone = town.cancel(held, held.instructor, Role.INSTRUCTOR)
    assert isinstance(gone.state, Cancelled)
    assert gone.state.policy_case is PolicyCase.PENDING_UNPAID


def test_bk25_strangers_find_no_booking(town: Town) -> None:
    booking = town.confirmed()
    with pytest.raises(BookingNotFound):
        town.cancel(booking, town.ids.new(StudentId), Role.STUDENT)
    with pytest.raises(BookingNotFound):
        get_booking(booking.booking_id, viewer=town.ids.new(AccountId), read=town.store.read)
    stranger = signed_in(town.ids.new(InstructorId), Role.INSTRUCTOR)
    request = CompleteLesson(principal=stranger, booking_id=booking.booking_id)
    with pytest.raises(BookingNotFound):
        complete_lesson(request, begin=town.store.begin, clock=town.clock)


def test_ac41_a_party_without_the_permission_is_refused(town: Town) -> None:
    booking = town.confirmed()
    with pytest.raises(Forbidden):
        town.cancel(booking, booking.student, Role.INSTRUCTOR)
    request = CompleteLesson(principal=signed_in(booking.student), booking_id=booking.booking_id)
    with pytest.raises(Forbidden):
        complete_lesson(request, begin=town.store.begin, clock=town.clock)


def test_bk24_completing_twice_tells_once(town: Town) -> None:
    booking = town.confirmed()
    town.clock.set(END)
    request = CompleteLesson(
        principal=signed_in(booking.instructor, Role.INSTRUCTOR), booking_id=booking.booking_id
    )
    done = complete_lesson(request, begin=town.store.begin, clock=town.clock)
    assert complete_lesson(request, begin=town.store.begin, clock=town.clock) == done
    with town.store.begin() as work:
        complete_by_itself(booking.booking_id, work=work, now=END + 25 * HOUR)
    assert sum(isinstance(each, BookingCompleted) for each in town.store.recorded) == 1


def pay(work: InMemoryWork, booking: Booking, state: PaymentState) -> None:
    """The booking's payment, brought to *state*."""
    payment = Payment.open(
        PaymentId(booking.booking_id.value),
        booking_id=booking.booking_id,
        student_id=booking.student,
        instructor_id=booking.instructor,
        lesson=booking.lesson,
        breakdown=quote(
            booking.hourly_rate,
            booking.lesson.minutes,
            booking.location_type.modality,
            commission=Commission(tier="entry", bps=1500),
            config=DEFAULT_PRICING,
        ),
        card_id=CardId(booking.booking_id.value),
        card_token="pm",
        at=booking.created_at,
    )
    work.payments.add(evolve(payment, state=state, events=()))


def test_bk22_a_paid_lesson_completes_a_day_after_its_end(town: Town) -> None:
    booking = town.confirmed()
    with town.store.begin() as work:
        pay(work, booking, PaymentState.AUTHORIZED)
    with town.store.begin() as work:
        complete_by_itself(booking.booking_id, work=work, now=END + 24 * HOUR - HOUR)
    assert isinstance(town.get(booking).state, Confirmed)
    with town.store.begin() as work:
        complete_by_itself(booking.booking_id, work=work, now=END + 26 * HOUR)
    assert town.get(booking).state == Completed(at=END, confirmed_at=town.clock.now())


def test_bk22_an_unpaid_lesson_is_left_until_its_money_is_there(town: Town) -> None:
    """The hourly run comes back to it, however late the money is; each lesson by itself."""
    booking = town.confirmed()
    with town.store.begin() as work:
        pay(work, booking, PaymentState.PAYMENT_METHOD_REQUIRED)
    before = len(town.timers())
    with town.store.begin() as work:
        complete_by_itself(booking.booking_id, work=work, now=END + timedelta(days=1, seconds=1))
    assert isinstance(town.get(booking).state, Confirmed)
    assert len(town.timers()) == before
    town.clock.set(END + timedelta(days=90))
    mutexes = InMemoryMutexes()
    run = partial(complete_overdue, begin=town.store.begin, mutexes=mutexes, clock=town.clock)
    assert run() == 0
    with town.store.begin() as work:
        payment = work.payments.get_for_update(PaymentId(booking.booking_id.value))
        work.payments.save(evolve(payment, state=PaymentState.AUTHORIZED))
    with mutexes.hold(f"booking:{booking.booking_id}"):
        assert run() == 0
    assert run() == 1
    state = town.get(booking).state
    assert isinstance(state, Completed)
    assert state.at == END
    assert run() == 0


def test_timers_of_what_is_over_do_nothing(town: Town) -> None:
    booking = town.confirmed()
    with town.store.begin() as work:
        expire_hold(booking.booking_id, work=work, now=END)
    assert isinstance(town.get(booking).state, Confirmed)
    town.cancel(booking, booking.student, Role.STUDENT)
    with town.store.begin() as work:
        complete_by_itself(booking.booking_id, work=work, now=END + 25 * HOUR)
    assert kind_of(town.get(booking)) is CancelKind.BY_STUDENT
