"""Every way a lesson's money can end, on the twins."""

import pytest

from instainstru_core.testing.contracts.payment_endings import (
    ClaimedMoneyContract,
    CreditsContract,
    LateCancellationContract,
    LockedEndingsContract,
    OperatorsContract,
    PreviewsContract,
)
from instainstru_core.testing.strategies.payments import Till


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestClaimedMoney(ClaimedMoneyContract):
    """On the twins."""


class TestLateCancellation(LateCancellationContract):
    """On the twins."""


class TestLockedEndings(LockedEndingsContract):
    """On the twins."""


class TestOperators(OperatorsContract):
    """On the twins."""


class TestPreviews(PreviewsContract):
    """On the twins."""


class TestCredits(CreditsContract):
    """On the twins."""
