"""Tables of availability: calendars, open days, blackouts. Source: spec 01 §4, AV-2, AV-28."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
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
from instainstru_core.accounts.ids import AccountId
from instainstru_core.availability.ids import BlackoutId, EditId
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
    # Both are there, or neither: then the platform's own figures count, whatever they are.
    Column("non_travel_buffer_minutes", Integer),
    Column("travel_buffer_minutes", Integer),
    Column("min_advance_minutes", Integer, nullable=False, server_default=text("0")),
    Column("overnight_protection_enabled", Boolean, nullable=False, server_default=text("true")),
    # When the instructor said that they know what these settings do. Source: AV-28.
    Column("acknowledged_at", DateTime(timezone=True)),
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
    CheckConstraint(
        "(non_travel_buffer_minutes IS NULL) = (travel_buffer_minutes IS NULL)", name="buffers"
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

# Every save of a calendar: per date the 120 bytes that were flipped, all of them compressed. The
# number says which came first: saves of one calendar are made one at a time, whatever the clock is.
calendar_edits = Table(
    "calendar_edits",
    metadata,
    Column("edit_id", IdOf(EditId), primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column(
        "instructor_id",
        IdOf(InstructorId),
        ForeignKey("instructors.instructor_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("actor_id", IdOf(AccountId), nullable=False),
    Column("cause", Text, nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    Column("dates", ARRAY(Date), nullable=False),
    Column("opened_minutes", Integer, nullable=False),
    Column("closed_minutes", Integer, nullable=False),
    Column("flips", LargeBinary, nullable=False),
    CheckConstraint("opened_minutes >= 0 AND closed_minutes >= 0", name="minutes"),
    CheckConstraint("cardinality(dates) > 0", name="dates"),
    Index("calendar_edits_instructor_number_idx", "instructor_id", "number"),
    Index("calendar_edits_saved_at_idx", "saved_at"),
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
