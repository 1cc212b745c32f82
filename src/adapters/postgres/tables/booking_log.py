"""The table of what happened to bookings, which is only ever added to. Source: spec 01 §4."""

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Table,
    Text,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.ids import BookingId

booking_log = Table(
    "booking_log",
    metadata,
    Column("entry_id", BigInteger, Identity(always=True), primary_key=True),
    Column("booking_id", IdOf(BookingId), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor_id", IdOf(AccountId)),
    Column("action", Text, nullable=False),
    Column("before", JSONB, nullable=False),
    Column("after", JSONB, nullable=False),
    CheckConstraint(
        "action IN ('held', 'confirmed', 'completed', 'cancelled', 'no_show')", name="action"
    ),
    Index("booking_log_booking_idx", "booking_id", "entry_id"),
)

_FOREVER = """
CREATE OR REPLACE FUNCTION booking_log_is_forever() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'what happened to a booking is never changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_log_forever';
END
$body$
"""

_TRIGGER = (
    "CREATE TRIGGER booking_log_forever BEFORE UPDATE OR DELETE ON booking_log"
    " FOR EACH ROW EXECUTE FUNCTION booking_log_is_forever()"
)

LOG_GUARDS = (_FOREVER, _TRIGGER)
"""What the database is told besides the table."""

for _statement in LOG_GUARDS:
    event.listen(booking_log, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
