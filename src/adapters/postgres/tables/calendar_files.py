"""Tables of what lessons become outside: feeds, and reminders. Source: BK-48, BK-49, SE-29."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import ReminderKind

_KINDS = ", ".join(f"'{kind}'" for kind in ReminderKind)

calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    # An account of another context, by id alone.
    Column("account_id", IdOf(AccountId), primary_key=True),
    Column("token_hash", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("token_hash", name="calendar_feeds_token_hash_key"),
    CheckConstraint("length(token_hash) = 32", name="token_hash"),
)

booking_reminders = Table(
    "booking_reminders",
    metadata,
    Column("booking_id", IdOf(BookingId), ForeignKey("bookings.booking_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("booking_id", "kind"),
    CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
)
