"""Every way a lesson's money can end, on the twins."""

import pytest

from instainstru_core.testing.contracts.cancellation_previews import PreviewsContract
from instainstru_core.testing.contracts.claimed_money import ClaimedMoneyContract
from instainstru_core.testing.contracts.credit_lots import CreditsContract
from instainstru_core.testing.contracts.late_cancellations import LateCancellationContract
from instainstru_core.testing.contracts.locked_endings import LockedEndingsContract
from instainstru_core.testing.contracts.operators_cancellations import OperatorsContract
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
