"""Tables of waitlists: who waits for what, and what they were told. Source: spec 01 §11."""

from sqlalchemy import (
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
)

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.instructors.ids import InstructorId

waitlist = Table(
    "waitlist",
    metadata,
    Column("subscription_id", IdOf(SubscriptionId), primary_key=True),
    Column("student_id", IdOf(StudentId), nullable=False),
    Column(
        "instructor_id",
        IdOf(InstructorId),
        ForeignKey("instructors.instructor_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("location_type", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    # Bit 0 is Monday.
    Column("weekdays", Integer, nullable=False),
    # The wall slots of which every one of the lesson must be, as planes are kept (AV-2).
    Column("mask", LargeBinary, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    UniqueConstraint(
        "student_id",
        "instructor_id",
        "location_type",
        "minutes",
        "first_day",
        "last_day",
        "weekdays",
        "mask",
        name="waitlist_wish_key",
    ),
    CheckConstraint("minutes BETWEEN 30 AND 240 AND minutes % 5 = 0", name="minutes"),
    CheckConstraint("last_day BETWEEN first_day AND first_day + 59", name="days"),
    CheckConstraint("weekdays BETWEEN 1 AND 127", name="weekdays"),
    CheckConstraint(
        "octet_length(mask) = 40 AND substr(mask, 37) = '\\x00000000'::bytea", name="mask"
    ),
    Index("waitlist_instructor_days_idx", "instructor_id", "last_day", "first_day"),
    Index("waitlist_last_day_idx", "last_day"),
)

waitlist_news = Table(
    "waitlist_news",
    metadata,
    Column(
        "subscription_id",
        IdOf(SubscriptionId),
        ForeignKey("waitlist.subscription_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("day", Date, primary_key=True),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("told_at", DateTime(timezone=True), nullable=False),
)
