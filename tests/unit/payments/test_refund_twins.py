"""Refunds and chargebacks in memory, held to their contracts."""

import pytest

from instainstru_core.testing.contracts.chargebacks import ChargebacksContract
from instainstru_core.testing.contracts.disputed_payouts import DisputedPayoutsContract
from instainstru_core.testing.contracts.payment_reviews import ReviewsContract
from instainstru_core.testing.contracts.refunds import RefundsContract
from instainstru_core.testing.strategies.payments import Till


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestRefundsInMemory(RefundsContract):
    """The twin."""


class TestChargebacksInMemory(ChargebacksContract):
    """The twin."""


class TestReviewsInMemory(ReviewsContract):
    """The twin."""


class TestDisputedPayoutsInMemory(DisputedPayoutsContract):
    """The twin."""
