"""The in-memory twin of bookings, held to the contract."""

import pytest

from instainstru_core.booking.queries import BookingReads
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.contracts.booking_lists import BookingListsContract
from instainstru_core.testing.contracts.bookings import BookingsContract
from instainstru_core.testing.contracts.creating_bookings import CreatingContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import NOON, ClassroomWork


@pytest.fixture
def clock() -> HandMovedClock:
    return HandMovedClock(NOON)


@pytest.fixture
def store(clock: HandMovedClock) -> InMemoryStore:
    return InMemoryStore(ids=CountedIds(), clock=clock)


@pytest.fixture
def begin(store: InMemoryStore) -> Begin[ClassroomWork]:
    return store.begin


@pytest.fixture
def read(store: InMemoryStore) -> Begin[BookingReads]:
    return store.read


class TestInMemoryBookings(BookingsContract):
    """The suite on the twin."""


class TestInMemoryBookingLists(BookingListsContract):
    """Lists and figures of the same."""


class TestCreatingInMemory(CreatingContract):
    """The races on the twin."""
