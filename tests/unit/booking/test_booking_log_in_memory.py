"""The in-memory twin of the bookings' log, held to the contract."""

import pytest

from instainstru_core.booking.queries import BookingReads
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.contracts.booking_log import BookingLogContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import NOON, ClassroomWork


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore(ids=CountedIds(), clock=HandMovedClock(NOON))


@pytest.fixture
def begin(store: InMemoryStore) -> Begin[ClassroomWork]:
    return store.begin


@pytest.fixture
def read(store: InMemoryStore) -> Begin[BookingReads]:
    return store.read


class TestBookingLogInMemory(BookingLogContract):
    """The suite on the twin."""
