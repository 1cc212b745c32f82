"""A lesson's money from checkout to settlement, on the twins."""

import pytest

from instainstru_core.testing.contracts.breaches import BreachContract
from instainstru_core.testing.contracts.checkouts import ImmediateHoldContract, RefusalsContract
from instainstru_core.testing.contracts.days_asleep import SleptForDaysContract
from instainstru_core.testing.contracts.early_cancellations import CancellingContract
from instainstru_core.testing.contracts.earned import EarnedContract
from instainstru_core.testing.contracts.forgotten_keys import ForgottenKeysContract
from instainstru_core.testing.contracts.ladder import TheLadderContract
from instainstru_core.testing.contracts.late_answers import LateAnswersContract
from instainstru_core.testing.contracts.payments import (
    ALessonFromCheckoutToPayoutContract,
    SettlingContract,
)
from instainstru_core.testing.contracts.sweeping import SweepingContract
from instainstru_core.testing.contracts.transfers import PayoutsContract
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
