"""Calendars in memory keep the contracts of the ports."""

import pytest

from instainstru_core.availability.ports import LiveRoster
from instainstru_core.kernel.ids import Ids
from instainstru_core.testing.contracts.blackouts import BlackoutsContract
from instainstru_core.testing.contracts.calendars import START, CalendarsContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.availability import InMemoryRoster
from instainstru_core.testing.memory.store import InMemoryStore


class TestInMemoryCalendars(CalendarsContract, BlackoutsContract):
    """The suites on the twin."""

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
