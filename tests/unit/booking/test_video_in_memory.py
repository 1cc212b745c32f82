"""The in-memory twin of video rooms, held to the contract."""

import pytest

from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.contracts.video import VideoSessionsContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import NOON, ClassroomWork


@pytest.fixture
def begin() -> Begin[ClassroomWork]:
    return InMemoryStore(ids=CountedIds(), clock=HandMovedClock(NOON)).begin


class TestInMemoryVideoSessions(VideoSessionsContract):
    """The suite on the twin."""
