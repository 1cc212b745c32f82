"""Tables of availability: calendars, open days, blackouts. Source: spec 01 §4, AV-2, AV-28."""

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import UserDefinedType

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.availability.ids import BlackoutId
from instainstru_core.instructors.ids import InstructorId


class TransactionId(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction number."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


calendars = Table(
    "calendars",
    metadata,
    Column(
        "instructor_id",
        IdOf(InstructorId),
        ForeignKey("instructors.instructor_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("non_travel_buffer_minutes", Integer, nullable=False, server_default=text("15")),
    Column("travel_buffer_minutes", Integer, nullable=False, server_default=text("60")),
    Column("min_advance_minutes", Integer, nullable=False, server_default=text("0")),
    Column("overnight_protection_enabled", Boolean, nullable=False, server_default=text("true")),
    # The transaction that changed anything about this instructor last: who keeps facts in memory
    # asks for what is not older than the oldest transaction that was still running (AV-42).
    Column(
        "changed_xid",
        TransactionId,
        nullable=False,
        server_default=text("pg_current_xact_id()"),
    ),
    CheckConstraint(
        "non_travel_buffer_minutes BETWEEN 0 AND 120 AND non_travel_buffer_minutes % 5 = 0",
        name="non_travel_buffer",
    ),
    CheckConstraint(
        "travel_buffer_minutes BETWEEN non_travel_buffer_minutes AND 120"
        " AND travel_buffer_minutes % 5 = 0",
        name="travel_buffer",
    ),
    CheckConstraint("min_advance_minutes BETWEEN 0 AND 10080", name="min_advance"),
    Index("calendars_changed_xid_idx", "changed_xid"),
)


def _plane(name: str) -> tuple[Column[bytes], CheckConstraint]:
    sound = f"octet_length({name}) = 40 AND substr({name}, 37) = '\\x00000000'::bytea"
    return Column(name, LargeBinary, nullable=False), CheckConstraint(sound, name=name)


availability_days = Table(
    "availability_days",
    metadata,
    Column(
        "instructor_id",
        IdOf(InstructorId),
        ForeignKey("instructors.instructor_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("day", Date, primary_key=True),
    *_plane("travel"),
    *_plane("studio"),
    *_plane("online"),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Index("availability_days_day_idx", "day", "instructor_id"),
)

blackouts = Table(
    "blackouts",
    metadata,
    Column("blackout_id", IdOf(BlackoutId), primary_key=True),
    Column(
        "instructor_id",
        IdOf(InstructorId),
        ForeignKey("instructors.instructor_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("day", Date, nullable=False),
    Column("reason", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("instructor_id", "day", name="blackouts_instructor_day_key"),
    CheckConstraint("length(reason) <= 255", name="reason"),
)
