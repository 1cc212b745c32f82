"""Whether a lesson can be moved, what that asks of its money, and the swap. BK-30…BK-35."""

from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.booking.errors.life import (
    HoldExpired,
    MayNotReschedule,
    RescheduleLimitReached,
    RescheduleLocked,
    RescheduleWindowClosed,
    WrongState,
)
from instainstru_core.booking.events import BookingRescheduled
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.moving import abort, successor_of, swap
from instainstru_core.booking.model.states import Cancelled, Confirmed, Pending
from instainstru_core.booking.policies.rescheduling import MoneyNow, MoveDecision, reschedule
from instainstru_core.booking.terms import CancelKind, Party, PaymentStep
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.time import Interval
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import NOON, a_booking

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
READY = MoneyNow()
REFUSED = MoneyNow(ready=False)


def confirmed(*, late: bool = False, lock_funded: bool = False) -> Booking:
    """A lesson on Monday at noon."""
    ids = CountedIds()
    held = a_booking(
        ids.new(BookingId), student=ids.new(StudentId), instructor=ids.new(InstructorId)
    )
    chain = evolve(held.chain, late_reschedule=late, lock_funded=lock_funded)
    return evolve(held.confirm(at=held.created_at), chain=chain, events=())


def successor(
    booking: Booking,
    *,
    late: bool = False,
    lock: bool = False,
    rules: CalendarRules = DEFAULT_RULES,
) -> Booking:
    """An hour later, asked for two days ahead."""
    return successor_of(
        booking,
        CountedIds(last=900).new(BookingId),
        at=NOON - 48 * HOUR,
        lesson=Interval.lasting(booking.lesson.starts_at + HOUR, HOUR),
        service_id=booking.service_id,
        service_name=booking.service_name,
        hourly_rate=booking.hourly_rate,
        price=booking.price,
        late=late,
        lock_funded=lock,
        rules=rules,
    )


@pytest.mark.parametrize(
    ("hours", "money", "late", "lock"),
    [
        (240, READY, False, False),
        (24, READY, False, False),
        (24, REFUSED, False, False),
        (23.99, READY, True, True),
        (12, READY, True, True),
        (12, REFUSED, True, False),
    ],
)
def test_bk_31_late_is_under_24_hours_and_locks_what_is_there(
    hours: float, money: MoneyNow, late: bool, lock: bool
) -> None:
    booking = confirmed()
    now = booking.lesson.starts_at - hours * HOUR
    decision = reschedule(booking, by=Party.STUDENT, money=money, now=now)
    assert decision == MoveDecision(late=late, lock=lock)


def test_bk_30_every_refusal_comes_before_the_next() -> None:
    """The five checks, each with all that follow it failing too."""
    lesson = confirmed(late=True, lock_funded=True)
    now = lesson.lesson.starts_at - 11 * HOUR
    over = evolve(lesson, state=Cancelled(at=now, kind=CancelKind.BY_ADMIN))
    unlocked = evolve(lesson, chain=evolve(lesson.chain, lock_funded=False))
    earlier = now - 2 * HOUR
    table: list[tuple[Booking, Party | None, MoneyNow, timedelta, type[DomainError]]] = [
        (over, Party.INSTRUCTOR, READY, HOUR * 0, MayNotReschedule),
        (over, None, READY, HOUR * 0, MayNotReschedule),
        (over, Party.STUDENT, READY, HOUR * 0, WrongState),
        (lesson, Party.STUDENT, READY, HOUR * 0, RescheduleLocked),
        (unlocked, Party.STUDENT, MoneyNow(locked=True), HOUR * 0, RescheduleLocked),
        (unlocked, Party.STUDENT, READY, HOUR * 0, RescheduleWindowClosed),
        (unlocked, Party.STUDENT, READY, now - earlier, RescheduleLimitReached),
    ]
    for booking, by, money, before, refusal in table:
        with pytest.raises(refusal):
            reschedule(booking, by=by, money=money, now=now - before)


@given(minutes=st.integers(-3000, 60 * 100), late=st.booleans(), ready=st.booleans())
def test_bk_30_so_unlimited_once_or_never(minutes: int, late: bool, ready: bool) -> None:
    """Unlimited from 24 hours on unless the lesson came from a late move; none below 12."""
    booking = confirmed(late=late)
    now = booking.lesson.starts_at - minutes * MINUTE
    try:
        found = reschedule(booking, by=Party.STUDENT, money=MoneyNow(ready=ready), now=now)
    except DomainError:
        assert minutes < 12 * 60 or late
    else:
        assert minutes >= 12 * 60
        assert not late
        assert found.late == (minutes < 24 * 60)


@pytest.mark.parametrize(
    ("decision", "money", "ahead", "same_price", "step"),
    [
        (MoveDecision(late=True, lock=True), READY, 72, True, PaymentStep.LOCK),
        (MoveDecision(late=True, lock=False), REFUSED, 72, True, PaymentStep.IMMEDIATE),
        (MoveDecision(late=False, lock=False), READY, 72, True, PaymentStep.SCHEDULED),
        (MoveDecision(late=False, lock=False), READY, 24, True, PaymentStep.SCHEDULED),
        (MoveDecision(late=False, lock=False), READY, 23, True, PaymentStep.IMMEDIATE),
        (MoveDecision(late=False, lock=False), REFUSED, 72, True, PaymentStep.SCHEDULED),
    ],
)
def test_bk_31_the_payment_step(
    decision: MoveDecision, money: MoneyNow, ahead: int, same_price: bool, step: PaymentStep
) -> None:
    start = NOON + ahead * HOUR
    found = decision.step(
        money, starts_at=start, ends_at=start + HOUR, same_price=same_price, now=NOON
    )
    assert found is step


@pytest.mark.parametrize(
    ("spare", "same_price", "step"),
    [
        (30 * HOUR, True, PaymentStep.CARRY),
        (30 * HOUR - MINUTE, True, PaymentStep.SCHEDULED),
        (30 * HOUR, False, PaymentStep.SCHEDULED),
    ],
)
def test_py_17_a_hold_goes_along_while_it_lives_30_hours_past_the_end(
    spare: timedelta, same_price: bool, step: PaymentStep
) -> None:
    start = NOON + 48 * HOUR
    money = MoneyNow(held_until=start + HOUR + spare)
    found = MoveDecision(late=False, lock=False).step(
        money, starts_at=start, ends_at=start + HOUR, same_price=same_price, now=NOON
    )
    assert found is step


def test_bk_32_the_successor_inherits_the_chain_and_the_place() -> None:
    booking = confirmed()
    first = successor(booking, late=True, lock=True)
    assert first.chain.chain_id == booking.booking_id
    assert first.chain.predecessor_id == booking.booking_id
    assert first.chain.predecessor_start == booking.lesson.starts_at
    assert first.chain.reschedule_count == 1
    assert (first.chain.late_reschedule, first.chain.lock_funded) == (True, True)
    assert (first.place, first.location_type, first.note) == (
        booking.place,
        booking.location_type,
        booking.note,
    )
    assert isinstance(first.state, Pending)
    assert first.events == (), "nobody is told before the swap"
    second = successor(first)
    assert second.chain.chain_id == booking.booking_id
    assert second.chain.predecessor_start == first.lesson.starts_at
    assert second.chain.reschedule_count == 2


def test_bk_16_the_platform_says_for_how_long_the_new_time_is_held() -> None:
    at = NOON - 48 * HOUR
    rules = CalendarRules(hold_minutes=10, hold_cap_minutes=20)
    assert successor(confirmed()).state == Pending(at + 30 * MINUTE)
    assert successor(confirmed(), rules=rules).state == Pending(at + 10 * MINUTE)


def test_bk_33_bk_35_the_swap_tells_once_and_links_both_ways() -> None:
    booking = confirmed()
    waiting = successor(booking)
    now = waiting.created_at + MINUTE
    left, taken = swap(booking, waiting, at=now)
    assert left.state == Cancelled(
        at=now, kind=CancelKind.RESCHEDULED, confirmed_at=booking.confirmed_at
    )
    assert left.chain.successor_id == taken.booking_id
    assert taken.state == Confirmed(now)
    assert left.events == ()
    (news,) = taken.events
    assert isinstance(news, BookingRescheduled)
    assert (news.moved_from, news.lesson) == (booking.lesson, waiting.lesson)


def test_bk_33_the_swap_needs_both_as_they_were() -> None:
    booking = confirmed()
    waiting = successor(booking)
    now = waiting.created_at + MINUTE
    off = booking.abandon(at=now)
    with pytest.raises(WrongState):
        swap(off, waiting, at=now)
    with pytest.raises(WrongState):
        swap(booking, abort(waiting, at=now), at=now)
    with pytest.raises(WrongState):
        swap(waiting, waiting, at=now)
    with pytest.raises(WrongState):
        swap(booking, evolve(booking, state=waiting.state), at=now)
    with pytest.raises(HoldExpired):
        swap(booking, waiting, at=waiting.created_at + 31 * MINUTE)


def test_bk_33_only_what_waits_can_be_aborted() -> None:
    booking = confirmed()
    waiting = successor(booking)
    gone = abort(waiting, at=waiting.created_at)
    assert isinstance(gone.state, Cancelled)
    assert (gone.state.kind, gone.events) == (CancelKind.ABORTED, ())
    for other in (booking, gone, evolve(waiting, chain=booking.chain)):
        with pytest.raises(WrongState):
            abort(other, at=NOON)
