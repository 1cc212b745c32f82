"""The in-memory twin of the staff's papers, held to its contracts."""

import pytest

from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.ports import Reads, Work
from instainstru_core.testing.contracts.admin import AdminListContract, AdminPapersContract
from instainstru_core.testing.contracts.approvals import ApprovalsContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import NOON


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore(ids=CountedIds(), clock=HandMovedClock(NOON))


@pytest.fixture
def begin(store: InMemoryStore) -> Begin[Work]:
    return store.begin


@pytest.fixture
def read(store: InMemoryStore) -> Begin[Reads]:
    return store.read


class TestInMemoryAdminList(AdminListContract):
    """The suite on the twin."""


class TestInMemoryAdminPapers(AdminPapersContract):
    """Confirmations and actions."""


class TestInMemoryApprovals(ApprovalsContract):
    """Requests for a second person's word."""
