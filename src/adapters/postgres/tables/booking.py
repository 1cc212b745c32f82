"""Tables of booking: every lesson ever agreed on. Source: spec 01 §4, BK-14."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    Table,
    Text,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import Cents, IdOf, ZoneName
from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId

_OCCUPYING = text("status <> 'CANCELLED'")
_SPAN = func.tstzrange(literal_column("starts_at"), literal_column("ends_at"))

# Other contexts' things stand here by id alone: what is booked stays, whatever becomes of them.
bookings = Table(
    "bookings",
    metadata,
    Column("booking_id", IdOf(BookingId), primary_key=True),
    Column("chain_id", IdOf(BookingId), nullable=False),
    Column("predecessor_id", IdOf(BookingId)),
    Column("predecessor_start", DateTime(timezone=True)),
    Column("successor_id", IdOf(BookingId)),
    Column("reschedule_count", Integer, nullable=False, server_default=text("0")),
    Column("late_reschedule", Boolean, nullable=False, server_default=text("false")),
    Column("lock_funded", Boolean, nullable=False, server_default=text("false")),
    Column("student_id", IdOf(StudentId), nullable=False),
    Column("instructor_id", IdOf(InstructorId), nullable=False),
    Column("service_id", IdOf(ServiceId), nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("duration_minutes", Integer, nullable=False),
    Column("zone", ZoneName, nullable=False),
    Column("student_zone", ZoneName, nullable=False),
    Column("local_date", Date, nullable=False),
    Column("service_name", Text, nullable=False),
    Column("hourly_rate_cents", Cents, nullable=False),
    Column("price_cents", Cents, nullable=False),
    Column("service_area", Text),
    Column("location_type", Text, nullable=False),
    Column("address", Text),
    Column("lat", Float(53)),
    Column("lng", Float(53)),
    Column("place_id", Text),
    Column("meeting_details", Text),
    Column("note", Text),
    Column("instructor_note", Text),
    Column("status", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("hold_expires_at", DateTime(timezone=True)),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("completed_at", DateTime(timezone=True)),
    Column("cancelled_at", DateTime(timezone=True)),
    Column("cancel_kind", Text),
    Column("cancelled_by_party", Text),
    Column("cancelled_by", IdOf(AccountId)),
    Column("cancel_reason", Text),
    Column("policy_case", Text),
    Column("no_show_at", DateTime(timezone=True)),
    Column("no_show_type", Text),
    Column("version", Integer, nullable=False, server_default=text("1")),
    CheckConstraint("starts_at < ends_at", name="span"),
    CheckConstraint(
        "ends_at - starts_at = make_interval(mins => duration_minutes)", name="duration_is_span"
    ),
    CheckConstraint(
        "duration_minutes BETWEEN 30 AND 240 AND duration_minutes % 5 = 0", name="duration"
    ),
    CheckConstraint("student_id <> instructor_id", name="two_people"),
    CheckConstraint(
        "status IN ('PENDING', 'CONFIRMED', 'COMPLETED', 'CANCELLED', 'NO_SHOW')", name="status"
    ),
    CheckConstraint(
        "location_type IN"
        " ('student_location', 'instructor_location', 'online', 'neutral_location')",
        name="location_type",
    ),
    CheckConstraint("(status = 'PENDING') = (hold_expires_at IS NOT NULL)", name="hold"),
    CheckConstraint(
        "status NOT IN ('CONFIRMED', 'COMPLETED', 'NO_SHOW') OR confirmed_at IS NOT NULL",
        name="confirmed",
    ),
    CheckConstraint("status <> 'COMPLETED' OR completed_at IS NOT NULL", name="completed"),
    CheckConstraint("completed_at >= ends_at", name="completed_after_end"),
    CheckConstraint("(status = 'CANCELLED') = (cancelled_at IS NOT NULL)", name="cancelled"),
    CheckConstraint("(status = 'CANCELLED') = (cancel_kind IS NOT NULL)", name="cancel_kind"),
    CheckConstraint(
        "cancel_kind IN ('by_student', 'by_instructor', 'by_admin', 'payment_failed',"
        " 'hold_expired', 'superseded', 'aborted', 'rescheduled')",
        name="cancel_kind_known",
    ),
    CheckConstraint(
        "(cancelled_by IS NOT NULL) = (cancelled_by_party IS NOT NULL)", name="cancelled_by"
    ),
    CheckConstraint("(status = 'NO_SHOW') = (no_show_at IS NOT NULL)", name="no_show"),
    CheckConstraint("(no_show_at IS NULL) = (no_show_type IS NULL)", name="no_show_type"),
    CheckConstraint("num_nonnulls(address, lat, lng) IN (0, 3)", name="place"),
    CheckConstraint("(location_type = 'online') = (address IS NULL)", name="place_unless_online"),
    CheckConstraint("price_cents >= 0 AND hourly_rate_cents >= 0", name="money"),
    CheckConstraint("(predecessor_id IS NULL) = (predecessor_start IS NULL)", name="predecessor"),
    CheckConstraint("reschedule_count >= 0", name="reschedule_count"),
    # Chain members may overlap: a successor can touch the lesson that it moves. Source: BK-33.
    ExcludeConstraint(
        ("instructor_id", "="),
        (_SPAN, "&&"),
        ("chain_id", "<>"),
        using="gist",
        where=_OCCUPYING,
        name="booking_instructor_excl",
    ),
    ExcludeConstraint(
        ("student_id", "="),
        (_SPAN, "&&"),
        ("chain_id", "<>"),
        using="gist",
        where=_OCCUPYING,
        name="booking_student_excl",
    ),
    Index(
        "bookings_instructor_starts_idx",
        "instructor_id",
        "starts_at",
        postgresql_where=_OCCUPYING,
    ),
    # Who reminds people looks for what starts soon, over all instructors.
    Index(
        "bookings_confirmed_starts_idx",
        "starts_at",
        postgresql_where=text("status = 'CONFIRMED'"),
    ),
    Index("bookings_confirmed_ends_idx", "ends_at", postgresql_where=text("status = 'CONFIRMED'")),
    Index("bookings_chain_idx", "chain_id"),
    Index("bookings_student_starts_idx", "student_id", "starts_at"),
    Index("bookings_instructor_all_idx", "instructor_id", "starts_at", "booking_id"),
    Index("bookings_student_holds_idx", "student_id", postgresql_where=text("status = 'PENDING'")),
    Index(
        "bookings_one_live_successor_key",
        "predecessor_id",
        unique=True,
        postgresql_where=text("predecessor_id IS NOT NULL AND status <> 'CANCELLED'"),
    ),
)
