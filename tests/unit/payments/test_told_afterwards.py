"""What is told of a lesson's money after it ended, in memory."""

import pytest

from instainstru_core.testing.contracts.told_afterwards import ToldAfterwardsContract
from instainstru_core.testing.strategies.payments import Till


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestToldAfterwards(ToldAfterwardsContract):
    """The twin."""
