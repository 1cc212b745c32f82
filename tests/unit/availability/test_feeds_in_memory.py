"""External calendars in memory keep the contracts of their ports."""

import pytest
from attrs import define

from instainstru_core.availability.external.model.addresses import FeedAddress
from instainstru_core.availability.external.model.feed import FeedProblem, Validators
from instainstru_core.availability.external.ports import ReadFeed, Unreadable
from instainstru_core.availability.ports import LiveRoster
from instainstru_core.kernel.ids import Ids
from instainstru_core.testing.contracts.feed_sources import LESSON, LONG_AGO, FeedSourceContract
from instainstru_core.testing.contracts.feeds import ADDRESS, START, FeedsContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.feeds import FakeFeeds
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.availability import InMemoryRoster
from instainstru_core.testing.memory.store import InMemoryStore


class TestInMemoryFeeds(FeedsContract):
    """The suite on the twin."""

    @pytest.fixture
    def clock(self) -> HandMovedClock:
        return HandMovedClock(START)

    @pytest.fixture
    def ids(self) -> Ids:
        return CountedIds()

    @pytest.fixture
    def units(self, ids: Ids, clock: HandMovedClock) -> InMemoryStore:
        return InMemoryStore(ids, clock)

    @pytest.fixture
    def roster(self, units: InMemoryStore) -> LiveRoster:
        return InMemoryRoster(units.read)


@define
class _Publisher:
    """Publishes in the fake."""

    source: FakeFeeds

    def publish(self, *, etag: str | None = None) -> FeedAddress:
        read = ReadFeed(spans=[LONG_AGO, LESSON], validators=Validators(etag=etag))
        self.source.put(ADDRESS.url, read)
        return ADDRESS

    def publish_rubbish(self) -> FeedAddress:
        self.source.put(ADDRESS.url, Unreadable(FeedProblem.MALFORMED))
        return ADDRESS

    def nothing(self) -> FeedAddress:
        return FeedAddress("https://calendar.example.org/nothing", ADDRESS.host)


class TestFakeFeeds(FeedSourceContract):
    """The suite on the fake."""

    @pytest.fixture
    def publisher(self) -> _Publisher:
        return _Publisher(FakeFeeds())
