"""Video rooms in PostgreSQL, held to the contract."""

import pytest

from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.contracts.video import VideoSessionsContract
from instainstru_core.testing.strategies.booking import ClassroomWork


@pytest.fixture
def begin(units: PostgresUnits) -> Begin[ClassroomWork]:
    return units.begin


class TestPostgresVideoSessions(VideoSessionsContract):
    """The suite on the real one."""
