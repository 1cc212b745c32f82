"""The in-memory market keeps the contract."""

from datetime import UTC, datetime

import pytest

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.places.ports import Places
from instainstru_core.ports import Work
from instainstru_core.search.ports import Market
from instainstru_core.testing.contracts.markets import MarketContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.availability import InMemoryRoster
from instainstru_core.testing.memory.places import InMemoryPlaces
from instainstru_core.testing.memory.search import InMemoryMarket
from instainstru_core.testing.memory.store import InMemoryStore


class TestInMemoryMarket(MarketContract):
    """The twin."""

    @pytest.fixture
    def ids(self) -> Ids:
        return CountedIds()

    @pytest.fixture
    def clock(self) -> HandMovedClock:
        return HandMovedClock(datetime(2030, 1, 7, 12, tzinfo=UTC))

    @pytest.fixture
    def store(self, ids: Ids, clock: HandMovedClock) -> InMemoryStore:
        return InMemoryStore(ids, clock)

    @pytest.fixture
    def begin(self, store: InMemoryStore) -> Begin[Work]:
        return store.begin

    @pytest.fixture
    def places(self, store: InMemoryStore) -> Places:
        return InMemoryPlaces(store.begin)

    @pytest.fixture
    def market(self, store: InMemoryStore, places: Places) -> Market:
        return InMemoryMarket(store=store, roster=InMemoryRoster(store.read), places=places)
