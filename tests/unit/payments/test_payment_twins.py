"""The stores of payments in memory, held to their contracts."""

import pytest

from instainstru_core.testing.contracts.ledger import LedgerContract
from instainstru_core.testing.contracts.payment_stores import (
    CardsContract,
    PaymentsContract,
    TiersContract,
)
from instainstru_core.testing.contracts.pricing_stores import PricingStoresContract
from instainstru_core.testing.strategies.payments import Till


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestLedgerInMemory(LedgerContract):
    """The twin."""


class TestPaymentsInMemory(PaymentsContract):
    """The twin."""


class TestCardsInMemory(CardsContract):
    """The twin."""


class TestPricingInMemory(PricingStoresContract):
    """The twin."""


class TestTiersInMemory(TiersContract):
    """The twin."""
