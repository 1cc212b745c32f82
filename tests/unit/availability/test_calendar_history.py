"""The saves of calendars in memory keep the contract of the ports."""

import pytest

from instainstru_core.kernel.ids import Ids
from instainstru_core.testing.contracts.calendar_history import CalendarHistoryContract
from instainstru_core.testing.contracts.calendars import START
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore


class TestInMemoryCalendarHistory(CalendarHistoryContract):
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
