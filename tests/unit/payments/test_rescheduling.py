"""A lesson moves, its money with it: every decision, every refusal, every crash. BK-30…BK-35."""

from datetime import timedelta
from typing import Final

import pytest

from instainstru_core.accounts.model import Principal
from instainstru_core.booking.errors.life import (
    MayNotReschedule,
    MoveUnderWay,
    NoChange,
    RescheduleLimitReached,
    RescheduleLocked,
    RescheduleWindowClosed,
    WrongState,
)
from instainstru_core.booking.errors.refusals import InstructorConflict
from instainstru_core.booking.events import (
    BookingCancelled,
    BookingConfirmed,
    BookingHeld,
    BookingRescheduled,
)
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Completed, Confirmed, Pending
from instainstru_core.booking.terms import CancelKind, PaymentStep
from instainstru_core.booking.use_cases.propose_move import AskedMove
from instainstru_core.payments.errors import CardDeclined, OutcomeUnknown
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.use_cases.reschedule_booking import Rescheduled, reschedule_booking
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.world import HOUR, NOON, World

DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)


def move(
    world: World, student: Principal, booking: Booking, hours: int, *, minutes: int | None = None
) -> Rescheduled:
    """Ask to have the lesson at *hours* after Monday noon, when the world began."""
    asked = AskedMove(
        principal=student,
        booking_id=booking.booking_id,
        start=NOON + hours * HOUR,
        duration_minutes=minutes,
    )
    return reschedule_booking(
        asked,
        begin=world.ports.begin,
        gateway=world.processor,
        places=world.ports.places,
        ids=world.ports.ids,
        clock=world.clock,
        config=world.ports.pricing,
    )


def paid(world: World, booking: Booking) -> Payment:
    found = world.payment(booking)
    assert found is not None
    return found


def moved_money(world: World) -> list[str]:
    kinds = {"authorisation", "capture", "void", "transfer", "refund"}
    return [each.kind for each in world.processor.effects if each.kind in kinds]


def lesson_late(world: World, *, card: str = "pm_card_visa") -> tuple[Principal, Booking]:
    """A lesson on Tuesday at 18:00, booked 30 hours ahead, of which 20 are left."""
    student = world.student(card=card)
    booking = world.book(student, world.instructor(), starts_in=30 * HOUR)
    world.advance(10 * HOUR)
    return student, booking


def test_py_17_a_scheduled_payment_is_retimed_and_pays_in_the_end() -> None:
    world = World()
    student = world.student()
    booking = world.book(student, world.instructor(), starts_in=72 * HOUR)
    before = paid(world, booking)
    result = move(world, student, booking, 98)
    assert result.step is PaymentStep.SCHEDULED
    left, taken = world.booking(booking.booking_id), world.booking(result.booking.booking_id)
    assert isinstance(left.state, Cancelled)
    assert left.state.kind is CancelKind.RESCHEDULED
    assert left.chain.successor_id == taken.booking_id
    assert isinstance(taken.state, Confirmed)
    assert taken.chain.chain_id == booking.booking_id
    assert taken.chain.predecessor_id == booking.booking_id
    assert taken.chain.predecessor_start == booking.lesson.starts_at
    assert taken.chain.reschedule_count == 1
    assert (taken.chain.late_reschedule, taken.chain.lock_funded) == (False, False)
    after = paid(world, taken)
    assert after.payment_id == before.payment_id
    assert after.auth_due_at == taken.lesson.starts_at - DAY
    assert world.payment(left) is None
    world.advance(60 * HOUR)
    assert moved_money(world) == [], "the timer of the old start does nothing"
    world.advance(6 * DAY)
    assert isinstance(world.booking(taken.booking_id).state, Completed)
    assert paid(world, taken).state is PaymentState.SETTLED
    assert moved_money(world) == ["authorisation", "capture", "transfer"]
    assert world.books().balanced


def test_bk_31_unlimited_while_24_hours_are_left() -> None:
    world = World()
    student = world.student()
    booking = world.book(student, world.instructor(), starts_in=72 * HOUR)
    for number, hours in enumerate((73, 96, 72), start=1):
        booking = move(world, student, booking, hours).booking
        assert booking.chain.reschedule_count == number
    assert not booking.chain.late_reschedule


def test_bk_33_a_lesson_may_move_onto_its_own_time() -> None:
    world = World()
    student = world.student()
    booking = world.book(student, world.instructor(), starts_in=72 * HOUR)
    asked = AskedMove(
        principal=student,
        booking_id=booking.booking_id,
        start=booking.lesson.starts_at + 15 * MINUTE,
    )
    ports = world.ports
    result = reschedule_booking(
        asked,
        begin=ports.begin,
        gateway=world.processor,
        places=ports.places,
        ids=ports.ids,
        clock=world.clock,
    )
    assert result.booking.lesson.overlaps(booking.lesson)


def test_bk_31_brought_nearer_than_24_hours_the_card_is_asked_at_once() -> None:
    world = World()
    student = world.student()
    booking = world.book(student, world.instructor(), starts_in=72 * HOUR)
    result = move(world, student, booking, 22)
    assert result.step is PaymentStep.IMMEDIATE
    assert paid(world, result.booking).state is PaymentState.AUTHORIZED
    assert not result.booking.chain.late_reschedule
    assert moved_money(world) == ["authorisation"]


def test_py_18_a_late_move_takes_the_money_and_pays_nobody_before_the_lesson() -> None:
    world = World()
    student, booking = lesson_late(world)
    result = move(world, student, booking, 48)
    assert result.step is PaymentStep.LOCK
    payment = paid(world, result.booking)
    assert payment.state is PaymentState.LOCKED
    assert (result.booking.chain.late_reschedule, result.booking.chain.lock_funded) == (True, True)
    assert moved_money(world) == ["authorisation", "capture"]
    assert world.balances()[Account.BOOKING_ESCROW] == -10_080
    with pytest.raises(RescheduleLocked):
        move(world, student, result.booking, 96)
    world.advance(6 * DAY)
    assert paid(world, result.booking).state is PaymentState.SETTLED
    assert moved_money(world) == ["authorisation", "capture", "transfer"]
    assert Account.BOOKING_ESCROW not in world.balances()


def test_py_18_a_late_move_without_a_hold_asks_the_card_first() -> None:
    world = World()
    student = world.student()
    booking = world.book(student, world.instructor(), starts_in=30 * HOUR)
    world.clock.move(10 * HOUR)
    assert paid(world, booking).state is PaymentState.SCHEDULED
    result = move(world, student, booking, 48)
    assert result.step is PaymentStep.LOCK
    assert paid(world, result.booking).state is PaymentState.LOCKED
    assert moved_money(world) == ["authorisation", "capture"]


def test_py_18_after_a_refused_card_a_late_move_does_not_lock_and_is_the_only_one() -> None:
    world = World()
    student, booking = lesson_late(world, card="pm_card_declines_off_session")
    assert paid(world, booking).state is PaymentState.PAYMENT_METHOD_REQUIRED
    result = move(world, student, booking, 72)
    assert result.step is PaymentStep.IMMEDIATE
    payment = paid(world, result.booking)
    assert (payment.state, payment.failure) == (PaymentState.AUTHORIZED, None)
    assert (result.booking.chain.late_reschedule, result.booking.chain.lock_funded) == (True, False)
    with pytest.raises(RescheduleLimitReached):
        move(world, student, result.booking, 96)


def test_py_19_a_refused_card_moves_nothing() -> None:
    world = World()
    student, booking = lesson_late(world, card="pm_card_declined")
    before = paid(world, booking)
    assert before.state is PaymentState.PAYMENT_METHOD_REQUIRED
    with pytest.raises(CardDeclined) as refused:
        move(world, student, booking, 72)
    assert refused.value.category == "do_not_honor"
    assert world.booking(booking.booking_id) == booking
    after = paid(world, booking)
    assert (after.state, after.failure, after.move) == (before.state, before.failure, None)
    assert after.lesson == booking.lesson
    with world.ports.begin() as work:
        assert not [
            each
            for each in work.bookings.near(
                student=booking.student,
                instructor=booking.instructor,
                around=booking.lesson.widened(4 * DAY),
            )
            if each.booking_id != booking.booking_id
        ], "the time asked for is free again"


def test_py_19_a_capture_that_fails_moves_nothing() -> None:
    world = World()
    student, booking = lesson_late(world, card="pm_card_fails_capture")
    before = paid(world, booking)
    with pytest.raises(CardDeclined):
        move(world, student, booking, 48)
    after = paid(world, booking)
    assert (after.state, after.hold, after.move) == (before.state, before.hold, None)
    assert isinstance(world.booking(booking.booking_id).state, Confirmed)


class TestThreeDSecure:
    """PY-9: the cardholder must confirm; until then the lesson stays where it is."""

    def asked(self) -> tuple[World, Principal, Booking, Rescheduled]:
        world = World()
        student = world.student(card="pm_card_three_d_secure")
        booking = world.book(student, world.instructor(), starts_in=72 * HOUR)
        result = move(world, student, booking, 22)
        assert result.client_secret is not None
        assert isinstance(world.booking(result.booking.booking_id).state, Pending)
        assert isinstance(world.booking(booking.booking_id).state, Confirmed)
        return world, student, booking, result

    def confirm(self, world: World, booking: Booking, result: Rescheduled) -> None:
        hold = paid(world, booking).hold
        assert hold is not None
        assert result.client_secret is not None
        world.processor.confirm(hold.intent, result.client_secret)

    def test_asked_again_it_moves(self) -> None:
        world, student, booking, result = self.asked()
        self.confirm(world, booking, result)
        again = move(world, student, booking, 22)
        assert again.booking.booking_id == result.booking.booking_id
        assert again.client_secret is None
        assert isinstance(world.booking(result.booking.booking_id).state, Confirmed)
        assert paid(world, result.booking).state is PaymentState.AUTHORIZED
        assert moved_money(world) == ["authorisation"]

    def test_or_the_processor_tells(self) -> None:
        world, student, booking, result = self.asked()
        self.confirm(world, booking, result)
        world.settle()
        assert isinstance(world.booking(result.booking.booking_id).state, Confirmed)
        once_more = move(world, student, booking, 22)
        assert once_more.step is None, "there was nothing left to do"

    def test_asked_again_before_it_is_confirmed_it_waits(self) -> None:
        world, student, booking, result = self.asked()
        again = move(world, student, booking, 22)
        assert again.client_secret == result.client_secret

    def test_another_time_has_to_wait(self) -> None:
        world, student, booking, _ = self.asked()
        with pytest.raises(MoveUnderWay):
            move(world, student, booking, 96)

    def test_nobody_confirmed_it_and_the_lesson_is_given_where_it_was(self) -> None:
        world, _, booking, result = self.asked()
        world.advance(2 * HOUR)
        gone = world.booking(result.booking.booking_id).state
        assert isinstance(gone, Cancelled)
        assert gone.kind is CancelKind.HOLD_EXPIRED
        payment = paid(world, booking)
        assert (payment.state, payment.move) == (PaymentState.SCHEDULED, None)
        assert payment.hold is None or payment.hold.status is HoldStatus.VOIDED
        assert world.books().balanced

    def test_the_lesson_is_called_off_meanwhile(self) -> None:
        world, student, booking, result = self.asked()
        world.cancel(student, booking)
        world.settle()
        gone = world.booking(result.booking.booking_id).state
        assert isinstance(gone, Cancelled)
        assert gone.kind is CancelKind.ABORTED
        assert paid(world, booking).state is PaymentState.SETTLED
        assert world.books().balanced


class TestLostAnswers:
    """PY-6: whoever records the answer finishes the move, or undoes it."""

    def lost(self, fault: Fault = Fault.TIMEOUT_AFTER) -> tuple[World, Principal, Booking]:
        world = World()
        student, booking = lesson_late(world)
        world.processor.fail_next("capture", fault)
        with pytest.raises(OutcomeUnknown):
            move(world, student, booking, 48)
        assert isinstance(world.booking(booking.booking_id).state, Confirmed)
        return world, student, booking

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE, Fault.ERROR_500])
    def test_the_sweeper_finishes_it(self, fault: Fault) -> None:
        world, student, booking = self.lost(fault)
        world.advance(2 * MINUTE)
        left = world.booking(booking.booking_id)
        assert isinstance(left.state, Cancelled)
        again = move(world, student, booking, 48)
        assert again.step is None
        assert paid(world, again.booking).state is PaymentState.LOCKED
        assert moved_money(world) == ["authorisation", "capture"]

    def test_asking_again_finishes_it(self) -> None:
        world, student, booking = self.lost()
        again = move(world, student, booking, 48)
        assert again.step is PaymentStep.LOCK
        assert isinstance(world.booking(again.booking.booking_id).state, Confirmed)
        assert moved_money(world) == ["authorisation", "capture"]

    def test_the_new_time_is_gone_meanwhile_so_the_money_goes_back(self) -> None:
        world, student, booking = self.lost()
        with world.ports.begin() as work:
            successor = work.bookings.get_for_update(
                paid(world, booking).move.successor_id  # type: ignore[union-attr]
            )
            work.bookings.save(successor.supersede(at=world.clock.now()))
        world.advance(2 * MINUTE)
        world.advance(2 * MINUTE)
        assert isinstance(world.booking(booking.booking_id).state, Confirmed)
        payment = paid(world, booking)
        assert (payment.state, payment.move) == (PaymentState.AUTHORIZED, None)
        assert moved_money(world) == ["authorisation", "capture", "refund", "authorisation"]
        assert world.books().balanced
        world.advance(4 * DAY)
        assert paid(world, booking).state is PaymentState.SETTLED
        assert Account.BOOKING_ESCROW not in world.balances()
        assert student is not None

    def test_the_instructor_calls_it_off_meanwhile(self) -> None:
        world = World()
        student, teacher = world.student(), world.instructor()
        booking = world.book(student, teacher, starts_in=30 * HOUR)
        world.advance(10 * HOUR)
        world.processor.fail_next("capture", Fault.TIMEOUT_AFTER)
        with pytest.raises(OutcomeUnknown):
            move(world, student, booking, 48)
        world.cancel(teacher, booking)
        world.advance(2 * MINUTE)
        world.advance(2 * MINUTE)
        assert paid(world, booking).state is PaymentState.SETTLED
        assert moved_money(world) == ["authorisation", "capture", "refund"]
        assert Account.BOOKING_ESCROW not in world.balances()


def test_bk_30_the_refusals_in_their_order() -> None:
    world = World()
    student, teacher = world.student(), world.instructor()
    held = world.hold(student, teacher, starts_in=30 * HOUR)
    with pytest.raises(MayNotReschedule):
        move(world, teacher, held, 48)
    with pytest.raises(WrongState):
        move(world, student, held, 48)
    world.pay(held)
    world.advance(18 * HOUR + MINUTE)
    with pytest.raises(RescheduleWindowClosed):
        move(world, student, held, 48)


def test_bk_32_what_is_wrong_with_the_new_time_in_its_order() -> None:
    world = World()
    student, teacher = world.student(), world.instructor()
    booking = world.book(student, teacher, starts_in=30 * HOUR)
    world.advance(10 * HOUR)
    with pytest.raises(NoChange):
        move(world, student, booking, 30)
    instructor_busy = world.hold(
        world.student("Bea"),
        teacher,
        starts_in=38 * HOUR,
    )
    assert instructor_busy.lesson.starts_at == NOON + 48 * HOUR
    with pytest.raises(InstructorConflict):
        move(world, student, booking, 48)


def test_bk_35_one_event_and_no_cancellation() -> None:
    world = World()
    student = world.student()
    booking = world.book(student, world.instructor(), starts_in=72 * HOUR)
    world.settle()
    before = len(world.database.recorded)
    result = move(world, student, booking, 98)
    told = [
        each
        for each in world.database.recorded[before:]
        if isinstance(each, BookingHeld | BookingConfirmed | BookingCancelled | BookingRescheduled)
    ]
    (news,) = told
    assert isinstance(news, BookingRescheduled)
    assert news.booking_id == result.booking.booking_id
    assert (news.predecessor_id, news.moved_from) == (booking.booking_id, booking.lesson)
    assert (news.late, news.lock_funded) == (False, False)
