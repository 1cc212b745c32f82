"""A bank disputes money that was to go back to the card anyway. Source: PY-38, PY-56, PY-57."""

import pytest

from instainstru_core.booking.model.booking import Booking
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.processor import DisputeSeen, DisputeStatus
from instainstru_core.payments.use_cases.chargebacks.hear_dispute import hear_dispute
from instainstru_core.testing.stories.endings import call_off, locked
from instainstru_core.testing.stories.payments import effects
from instainstru_core.testing.strategies.payments import Till


@pytest.fixture
def till() -> Till:
    return Till.opened()


def hear(till: Till, dispute: str) -> None:
    hear_dispute(dispute, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock)
    till.work_off()


def disputed(till: Till, *, heard_first: bool) -> tuple[Booking, str]:
    """A locked lesson that its instructor called off, with the bank already at the money."""
    booking = locked(till)
    hold = till.payment(booking).hold
    assert hold is not None
    seen = till.processor.open_dispute(hold.intent)
    assert isinstance(seen, DisputeSeen)
    if heard_first:
        hear(till, seen.dispute)
    call_off(till, booking, by_instructor=True)
    till.after(minutes=2)
    hear(till, seen.dispute)
    assert till.payment(booking).review_reason == "chargeback"
    return booking, seen.dispute


@pytest.mark.parametrize("heard_first", [False, True])
def test_py_57_won_it_goes_back_after_all(till: Till, heard_first: bool) -> None:
    booking, dispute = disputed(till, heard_first=heard_first)
    till.processor.close_dispute(dispute, DisputeStatus.WON)
    hear(till, dispute)
    till.after(minutes=2)
    payment = till.payment(booking)
    assert payment.settled
    assert payment.outcome is Outcome.INSTRUCTOR_CANCELLED
    assert effects(till)[-1][0] == "refund"
    assert Account.BOOKING_ESCROW not in till.balances()
    assert till.books().balanced


@pytest.mark.parametrize("heard_first", [False, True])
def test_py_57_lost_the_escrow_covers_it(till: Till, heard_first: bool) -> None:
    booking, dispute = disputed(till, heard_first=heard_first)
    till.processor.close_dispute(dispute, DisputeStatus.LOST)
    hear(till, dispute)
    till.after(minutes=2)
    payment = till.payment(booking)
    assert payment.settled
    assert payment.outcome is Outcome.DISPUTE_LOST
    assert "refund" not in {kind for kind, _ in effects(till)}
    assert Account.BOOKING_ESCROW not in till.balances()
    assert till.books().balanced
