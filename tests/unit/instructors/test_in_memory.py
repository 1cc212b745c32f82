"""The in-memory twins of catalogue, places and instructors keep their ports' contracts."""

from datetime import UTC, datetime

import pytest

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.ports import Reads, Work
from instainstru_core.testing.contracts.catalogs import CatalogContract
from instainstru_core.testing.contracts.instructors import InstructorsContract
from instainstru_core.testing.contracts.regions import RegionsContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore


@pytest.fixture
def ids() -> Ids:
    return CountedIds()


@pytest.fixture
def store(ids: Ids) -> InMemoryStore:
    return InMemoryStore(ids, HandMovedClock(datetime(2030, 1, 7, 12, tzinfo=UTC)))


@pytest.fixture
def begin(store: InMemoryStore) -> Begin[Work]:
    return store.begin


@pytest.fixture
def read(store: InMemoryStore) -> Begin[Reads]:
    return store.read


class TestInMemoryCatalog(CatalogContract):
    """The twin."""


class TestInMemoryRegions(RegionsContract):
    """The twin."""


class TestInMemoryInstructors(InstructorsContract):
    """The twin."""
