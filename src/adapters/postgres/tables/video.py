"""The table of rooms for lessons by video. Source: spec 01 §4, BK-54."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Table,
    Text,
    UniqueConstraint,
)

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.booking.ids import BookingId

video_sessions = Table(
    "video_sessions",
    metadata,
    Column("booking_id", IdOf(BookingId), ForeignKey("bookings.booking_id"), primary_key=True),
    Column("room_id", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("host_joined_at", DateTime(timezone=True)),
    Column("host_left_at", DateTime(timezone=True)),
    Column("guest_joined_at", DateTime(timezone=True)),
    Column("guest_left_at", DateTime(timezone=True)),
    UniqueConstraint("room_id", name="video_sessions_room_key"),
    CheckConstraint("host_left_at >= host_joined_at", name="host"),
    CheckConstraint("guest_left_at >= guest_joined_at", name="guest"),
    CheckConstraint("host_joined_at IS NOT NULL OR host_left_at IS NULL", name="host_joined"),
    CheckConstraint("guest_joined_at IS NOT NULL OR guest_left_at IS NULL", name="guest_joined"),
)
