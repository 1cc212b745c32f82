"""The log of bookings in PostgreSQL, held to the contract; it is only ever added to."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.booking.queries import BookingReads
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.contracts.booking_log import BookingLogContract
from instainstru_core.testing.contracts.claims import booked
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import ClassroomWork


@pytest.fixture
def begin(units: PostgresUnits) -> Begin[ClassroomWork]:
    return units.begin


@pytest.fixture
def read(units: PostgresUnits) -> Begin[BookingReads]:
    return units.read


class TestBookingLogInPostgres(BookingLogContract):
    """The suite on the real one."""


@pytest.mark.parametrize("change", ["UPDATE booking_log SET at = now()", "DELETE FROM booking_log"])
def test_what_happened_is_never_changed(
    begin: Begin[ClassroomWork], engine: Engine, change: str
) -> None:
    booked(begin, CountedIds())
    with pytest.raises(IntegrityError, match="never changed"), engine.begin() as connection:
        connection.execute(text(change))
