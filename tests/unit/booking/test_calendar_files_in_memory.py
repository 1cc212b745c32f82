"""The in-memory twins of calendar feeds and reminders, held to their contracts."""

import pytest

from instainstru_core.booking.calendar.ports import CalendarFileReads
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.contracts.calendar_files import (
    CalendarFilesContract,
    FilingWork,
    RemindersContract,
)
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import NOON


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore(ids=CountedIds(), clock=HandMovedClock(NOON))


@pytest.fixture
def begin(store: InMemoryStore) -> Begin[FilingWork]:
    return store.begin


@pytest.fixture
def read(store: InMemoryStore) -> Begin[CalendarFileReads]:
    return store.read


class TestInMemoryCalendarFiles(CalendarFilesContract):
    """The suite on the twin."""


class TestInMemoryReminders(RemindersContract):
    """The suite on the twin."""
