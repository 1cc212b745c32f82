"""What no card takes back of a LOCK that came to nothing, in memory."""

import pytest

from instainstru_core.testing.contracts.unlocked_refunds import UnlockedRefundsContract
from instainstru_core.testing.strategies.payments import Till


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestUnlockedRefunds(UnlockedRefundsContract):
    """The twin."""
