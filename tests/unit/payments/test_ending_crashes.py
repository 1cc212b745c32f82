"""The process may die at any commit and any call while a lesson is called off. PY-6, property 8."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.testing.stories.endings import (
    HALF,
    HELD,
    RETURNED,
    SPLIT,
    TAKEN,
    call_off,
    locked,
)
from instainstru_core.testing.stories.payments import effects
from instainstru_core.testing.strategies.payments import Till, TillWork
from tests.unit.payments.test_crashes import DyingGateway, Fuse, dying_units, survive

LAST_COMMIT = 10
LAST_CALL = {"late": 2, "returned": 1}


def late(till: Till) -> Booking:
    """A lesson in six hours, its money held."""
    booking = till.hold(hours_ahead=6)
    till.pay(booking)
    return booking


def tell(story: str, till: Till, dying: Begin[TillWork], booking: Booking) -> None:
    """It is called off, and its money goes where that sends it."""
    survive(till, dying, lambda: call_off(till, booking, by_instructor=story == "returned"))
    for _ in range(4):
        survive(till, dying, lambda: till.after(minutes=2))
    if story == "late":
        assert till.payment(booking).outcome is Outcome.STUDENT_CANCELLED_LT12
        assert effects(till) == [HELD, TAKEN, HALF]
        assert till.balances() == SPLIT
    else:
        assert till.payment(booking).outcome is Outcome.INSTRUCTOR_CANCELLED
        assert effects(till) == [HELD, TAKEN, RETURNED]
        assert till.balances() == {}
    assert till.books().balanced


STORIES: dict[str, Callable[[Till], Booking]] = {"late": late, "returned": locked}


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("at", range(1, 2 * LAST_COMMIT + 1))
def test_property_8_dying_at_a_commit(story: str, at: int) -> None:
    till, fuse = Till.opened(), Fuse(at)
    booking = STORIES[story](till)
    tell(story, till, dying_units(till.begin, fuse), booking)
    assert fuse.reached >= at, "the story has fewer commits than that"


@pytest.mark.parametrize(
    ("story", "at"), [(story, at + 1) for story in STORIES for at in range(2 * LAST_CALL[story])]
)
def test_property_8_dying_at_a_call_of_the_processor(story: str, at: int) -> None:
    till, fuse = Till.opened(), Fuse(at)
    booking = STORIES[story](till)
    assert timedelta(0) < booking.lesson.starts_at - till.clock.now()
    till.gateway = DyingGateway(till.processor, fuse)
    tell(story, till, till.begin, booking)
    assert fuse.reached >= at
