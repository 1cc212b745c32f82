"""A lesson that moves, on the twins; and a process that dies while it does. BK-33, PY-6."""

from datetime import timedelta

import pytest

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Confirmed
from instainstru_core.booking.terms import CancelKind
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.testing.contracts.rescheduling import ReschedulingContract
from instainstru_core.testing.stories.moves import late, move
from instainstru_core.testing.strategies.payments import Till, TillWork
from tests.unit.payments.test_crashes import DyingGateway, Fuse, dying_units, survive

HOUR = timedelta(hours=1)
LAST_COMMIT = 8
LAST_CALL = 2


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestRescheduling(ReschedulingContract):
    """In memory."""


def tell(till: Till, dying: Begin[TillWork]) -> None:
    """A late move, by somebody who asks until it is done, then the lesson and its money."""
    booking = late(till)
    survive(till, dying, lambda: _ask(till, booking))
    till.after(minutes=2)
    left = till.booking(booking)
    assert isinstance(left.state, Cancelled)
    assert left.state.kind is CancelKind.RESCHEDULED
    assert left.chain.successor_id is not None
    with till.begin() as work:
        taken = work.bookings.get(left.chain.successor_id)
    assert isinstance(taken.state, Confirmed)
    assert till.payment(taken).state is PaymentState.LOCKED
    kinds = [each.kind for each in till.processor.effects]
    assert (kinds.count("authorisation"), kinds.count("capture")) == (1, 1)
    till.at(taken.lesson.ends_at)
    till.complete(taken)
    till.at(taken.lesson.ends_at + 24 * HOUR)
    assert till.payment(taken).state is PaymentState.SETTLED
    assert till.books().balanced


def _ask(till: Till, booking: Booking) -> None:
    move(till, booking, 24 * HOUR)


@pytest.mark.parametrize("at", range(1, LAST_COMMIT + 1))
def test_py_6_dying_at_a_commit(at: int) -> None:
    till = Till.opened()
    fuse = Fuse(at)
    tell(till, dying_units(till.begin, fuse))
    assert fuse.reached >= at, "a move has fewer commits than that"


@pytest.mark.parametrize("at", range(1, LAST_CALL + 1))
def test_py_6_dying_at_a_call_of_the_processor(at: int) -> None:
    till = Till.opened()
    booking = late(till)
    fuse = Fuse(at)
    till.gateway = DyingGateway(till.processor, fuse)
    survive(till, till.begin, lambda: _ask(till, booking))
    assert fuse.reached >= at
    till.after(minutes=2)
    left = till.booking(booking)
    assert isinstance(left.state, Cancelled)
    assert [each.kind for each in till.processor.effects].count("capture") == 1
