"""The books beside the processor's, in memory. Source: PY-85."""

import pytest

from instainstru_core.testing.contracts.reconciliation import ReconciliationContract
from instainstru_core.testing.strategies.payments import Till


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestReconciliationInMemory(ReconciliationContract):
    """The twin."""
