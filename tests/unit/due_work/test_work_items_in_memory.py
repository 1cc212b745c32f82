"""Due work in memory."""

import pytest

from instainstru_core.due_work.ports import DueWork
from instainstru_core.due_work.queries import DueWorkReads
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.contracts.work_items import NOON, WorkItemsContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore


class TestInMemoryWorkItems(WorkItemsContract):
    """The suite on the twin."""

    @pytest.fixture
    def store(self) -> InMemoryStore:
        return InMemoryStore(ids=CountedIds(), clock=HandMovedClock(NOON))

    @pytest.fixture
    def begin(self, store: InMemoryStore) -> Begin[DueWork]:
        return store.begin

    @pytest.fixture
    def read(self, store: InMemoryStore) -> Begin[DueWorkReads]:
        return store.read
