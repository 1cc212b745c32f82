"""Answers and verdicts that come when everything has changed, on the twins."""

import pytest

from instainstru_core.testing.contracts.belated_answers import (
    BelatedCancellationsContract,
    BelatedCapturesContract,
    BelatedVerdictsContract,
)
from instainstru_core.testing.strategies.payments import Till


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestBelatedVerdicts(BelatedVerdictsContract):
    """On the twins."""


class TestBelatedCaptures(BelatedCapturesContract):
    """On the twins."""


class TestBelatedCancellations(BelatedCancellationsContract):
    """On the twins."""
