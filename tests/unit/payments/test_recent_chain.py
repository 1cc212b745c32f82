"""A look at the newest part of the chain, in memory."""

import pytest

from instainstru_core.testing.contracts.recent_chain import RecentChainContract
from instainstru_core.testing.strategies.payments import Till


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestRecentChain(RecentChainContract):
    """The twin."""
