"""What waits for a person, counted in memory."""

import pytest

from instainstru_core.testing.contracts.review_counts import ReviewCountsContract
from instainstru_core.testing.strategies.payments import Till


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestReviewCounts(ReviewCountsContract):
    """The twin."""
