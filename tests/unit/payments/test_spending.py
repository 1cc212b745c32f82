"""Credit is spent, comes back, is lost and earned, on the twins."""

import pytest

from instainstru_core.testing.contracts.credit_by_staff import StaffContract
from instainstru_core.testing.contracts.credit_expiry import ExpiryContract
from instainstru_core.testing.contracts.milestones import MilestoneContract
from instainstru_core.testing.contracts.spending import AddingContract, SpendingContract
from instainstru_core.testing.strategies.payments import Till


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestAdding(AddingContract):
    """On the twins."""


class TestExpiry(ExpiryContract):
    """On the twins."""


class TestMilestones(MilestoneContract):
    """On the twins."""


class TestSpending(SpendingContract):
    """On the twins."""


class TestStaff(StaffContract):
    """On the twins."""
