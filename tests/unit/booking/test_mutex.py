"""Nobody else changes a booking while somebody does. Source: BK-19, BK-56."""

from datetime import timedelta

import pytest

from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.states import Cancelled, Completed, Pending
from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.timers import COMPLETE_LESSON, EXPIRE_HOLD
from instainstru_core.due_work.use_cases.perform_work import Outcome
from instainstru_core.kernel.errors import OperationInProgress
from instainstru_core.testing.memory.accounts import InMemoryMutexes
from instainstru_core.testing.world import World

LONG_ENOUGH = timedelta(minutes=31)


def test_bk56_one_at_a_time_for_one_booking() -> None:
    mutexes = InMemoryMutexes()
    one = BookingId.parse("00000000000000000000000001")
    other = BookingId.parse("00000000000000000000000002")
    with (
        alone_with(one, mutexes),
        alone_with(other, mutexes),
        pytest.raises(OperationInProgress),
        alone_with(one, mutexes),
    ):
        pytest.fail("two had the same booking")
    with alone_with(one, mutexes), pytest.raises(OperationInProgress), alone_with(one, mutexes):
        pytest.fail("it was not taken again")


def test_bk19_a_hold_never_expires_while_somebody_pays_for_it() -> None:
    world = World()
    held = world.hold(world.student(), world.instructor())
    with alone_with(held.booking_id, world.ports.mutexes):
        outcomes = {each.handler: each.outcome for each in world.advance(LONG_ENOUGH)}
        assert outcomes[EXPIRE_HOLD] is Outcome.PUT_OFF
        assert isinstance(world.booking(held.booking_id).state, Pending)
    world.advance(timedelta(minutes=1))
    assert isinstance(world.booking(held.booking_id).state, Cancelled)


def test_bk22_nor_is_a_lesson_completed_by_itself_then() -> None:
    world = World()
    booked = world.book(world.student(), world.instructor())
    a_minute = timedelta(minutes=1)
    until = booked.lesson.ends_at + timedelta(hours=24) - world.clock.now()
    world.advance(until - a_minute)
    with alone_with(booked.booking_id, world.ports.mutexes):
        outcomes = {each.handler: each.outcome for each in world.advance(a_minute)}
        assert outcomes[COMPLETE_LESSON] is Outcome.PUT_OFF
    world.advance(timedelta(minutes=1))
    assert isinstance(world.booking(booked.booking_id).state, Completed)
