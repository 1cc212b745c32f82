"""Tables of external calendars: feeds, and the time that they take. Source: spec 01 §11."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.availability.external.ids import FeedId
from instainstru_core.instructors.ids import InstructorId

external_calendars = Table(
    "external_calendars",
    metadata,
    Column("feed_id", IdOf(FeedId), primary_key=True),
    Column(
        "instructor_id",
        IdOf(InstructorId),
        ForeignKey("instructors.instructor_id", ondelete="CASCADE"),
        nullable=False,
    ),
    # Personal data: whoever has it can read the calendar.
    Column("url", Text, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("next_check_at", DateTime(timezone=True), nullable=False),
    Column("checked_at", DateTime(timezone=True)),
    Column("succeeded_at", DateTime(timezone=True)),
    Column("problem", Text),
    Column("failures", Integer, nullable=False),
    Column("told_at", DateTime(timezone=True)),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("expanded_at", DateTime(timezone=True)),
    Column("expanded_zone", Text),
    Column("busy_minutes", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("instructor_id", "url", name="external_calendars_instructor_url_key"),
    # What the time taken by a feed refers to, so that it is always its own instructor's.
    UniqueConstraint("feed_id", "instructor_id", name="external_calendars_feed_owner_key"),
    CheckConstraint("length(url) <= 2048", name="url"),
    CheckConstraint("failures >= 0", name="failures"),
    CheckConstraint("(failures > 0) = (problem IS NOT NULL)", name="problem"),
    Index("external_calendars_next_check_idx", "next_check_at"),
)

private_busy = Table(
    "private_busy",
    metadata,
    Column("instructor_id", IdOf(InstructorId), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("feed_id", IdOf(FeedId), primary_key=True),
    Column("slots", LargeBinary, nullable=False),
    ForeignKeyConstraint(
        ["feed_id", "instructor_id"],
        ["external_calendars.feed_id", "external_calendars.instructor_id"],
        name="private_busy_feed_fkey",
        ondelete="CASCADE",
    ),
    CheckConstraint(
        "octet_length(slots) = 40 AND substr(slots, 37) = '\\x00000000'::bytea", name="slots"
    ),
    Index("private_busy_feed_idx", "feed_id"),
)
