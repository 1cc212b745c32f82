"""When cards are asked, at which price, and which card, on the twins."""

from datetime import timedelta

import pytest

from instainstru_core.payments.events import PaymentFinalWarning
from instainstru_core.payments.model.processor import Declined
from instainstru_core.testing.contracts.asking_cards import AskingCardsContract
from instainstru_core.testing.strategies.payments import Till


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestAskingCards(AskingCardsContract):
    """On the twins."""


def test_py_13_the_final_warning_goes_out_once(till: Till) -> None:
    """Other cards that the student tries in the last hour, in vain, are no news of it."""
    booking = till.hold(hours_ahead=72)
    payment = till.pay(booking).payment
    warnings = 0
    for minutes in (60, 50, 40):
        at = booking.lesson.starts_at - timedelta(hours=12, minutes=minutes)
        payment = payment.refuse_hold(
            Declined(category="do_not_honor"), at=at, final=True, scheduled=True
        )
    warnings = sum(isinstance(each, PaymentFinalWarning) for each in payment.events)
    assert warnings == 1
