"""The in-memory twin of claims, held to the contract."""

import pytest

from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.contracts.claims import ClaimsContract, OverdueContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import TillWork


@pytest.fixture
def begin() -> Begin[TillWork]:
    return InMemoryStore(ids=CountedIds(), clock=HandMovedClock(NOON)).begin


class TestInMemoryClaims(ClaimsContract):
    """The suite on the twin."""


class TestInMemoryOverdue(OverdueContract):
    """Which lessons are ready."""
