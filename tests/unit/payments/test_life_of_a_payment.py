"""A lesson's money from checkout to settlement, on the twins."""

import pytest

from instainstru_core.testing.contracts.earned import EarnedContract
from instainstru_core.testing.contracts.payment_recovery import (
    BreachContract,
    ForgottenKeysContract,
    LateAnswersContract,
    SleptForDaysContract,
    SweepingContract,
)
from instainstru_core.testing.contracts.payments import (
    ALessonFromCheckoutToPayoutContract,
    CancellingContract,
    ImmediateHoldContract,
    PayoutsContract,
    RefusalsContract,
    SettlingContract,
    TheLadderContract,
)
from instainstru_core.testing.strategies.payments import Till


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestALessonFromCheckoutToPayout(ALessonFromCheckoutToPayoutContract):
    """On the twins."""


class TestRefusals(RefusalsContract):
    """On the twins."""


class TestImmediateHold(ImmediateHoldContract):
    """On the twins."""


class TestCancelling(CancellingContract):
    """On the twins."""


class TestTheLadder(TheLadderContract):
    """On the twins."""


class TestSettling(SettlingContract):
    """On the twins."""


class TestEarned(EarnedContract):
    """On the twins."""


class TestPayouts(PayoutsContract):
    """On the twins."""


class TestForgottenKeys(ForgottenKeysContract):
    """On the twins."""


class TestLateAnswers(LateAnswersContract):
    """On the twins."""


class TestSleptForDays(SleptForDaysContract):
    """On the twins."""


class TestBreach(BreachContract):
    """On the twins."""


class TestSweeping(SweepingContract):
    """On the twins."""
