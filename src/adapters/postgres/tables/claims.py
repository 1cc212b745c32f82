"""Tables of claims: what was said against a lesson. Source: spec 01 §4, BK-36…BK-41."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.ids import BookingId

no_show_reports = Table(
    "no_show_reports",
    metadata,
    Column("booking_id", IdOf(BookingId), ForeignKey("bookings.booking_id"), primary_key=True),
    Column("type", Text, nullable=False),
    Column("reporter_id", IdOf(AccountId)),
    Column("reason", Text),
    Column("reported_at", DateTime(timezone=True), nullable=False),
    Column("disputed_at", DateTime(timezone=True)),
    Column("dispute_reason", Text),
    Column("resolved_at", DateTime(timezone=True)),
    Column("resolution", Text),
    Column("resolver_id", IdOf(AccountId)),
    Column("notes", Text),
    Column("status_before", Text, nullable=False),
    Column("payment_before", Text),
    Column("version", Integer, nullable=False, server_default=text("1")),
    CheckConstraint("type IN ('student', 'instructor', 'mutual')", name="type"),
    CheckConstraint("status_before IN ('CONFIRMED', 'COMPLETED')", name="status_before"),
    CheckConstraint("(disputed_at IS NULL) = (dispute_reason IS NULL)", name="dispute"),
    CheckConstraint("(resolved_at IS NULL) = (resolution IS NULL)", name="resolution"),
    CheckConstraint(
        "resolution IN"
        " ('confirmed_no_dispute', 'confirmed_after_review', 'dispute_upheld', 'cancelled')",
        name="resolution_known",
    ),
    CheckConstraint(
        "resolution IS DISTINCT FROM 'dispute_upheld' OR disputed_at IS NOT NULL",
        name="upheld_dispute",
    ),
    CheckConstraint("resolved_at IS NOT NULL OR resolver_id IS NULL", name="resolver"),
    CheckConstraint("disputed_at >= reported_at", name="disputed_after"),
    CheckConstraint("resolved_at >= reported_at", name="resolved_after"),
    CheckConstraint(
        "length(reason) <= 500 AND length(dispute_reason) <= 500 AND length(notes) <= 1000",
        name="lengths",
    ),
    Index(
        "no_show_reports_undisputed_idx",
        "reported_at",
        postgresql_where=text("disputed_at IS NULL AND resolved_at IS NULL"),
    ),
    Index(
        "no_show_reports_disputed_idx",
        "disputed_at",
        postgresql_where=text("disputed_at IS NOT NULL AND resolved_at IS NULL"),
    ),
)

booking_issues = Table(
    "booking_issues",
    metadata,
    Column("booking_id", IdOf(BookingId), ForeignKey("bookings.booking_id"), primary_key=True),
    Column("opener_id", IdOf(AccountId), nullable=False),
    Column("reason", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("resolved_at", DateTime(timezone=True)),
    Column("outcome", Text),
    Column("resolver_id", IdOf(AccountId)),
    Column("notes", Text),
    Column("version", Integer, nullable=False, server_default=text("1")),
    CheckConstraint("length(reason) BETWEEN 10 AND 500", name="reason"),
    CheckConstraint("outcome IN ('uphold', 'no_show', 'dismiss')", name="outcome_known"),
    CheckConstraint("num_nonnulls(resolved_at, outcome, resolver_id) IN (0, 3)", name="resolved"),
    CheckConstraint("resolved_at >= opened_at", name="resolved_after"),
    CheckConstraint("length(notes) <= 1000", name="notes"),
    Index("booking_issues_open_idx", "opened_at", postgresql_where=text("resolved_at IS NULL")),
)
