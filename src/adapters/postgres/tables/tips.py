"""Tables of tips. Source: spec 02 §4."""

from sqlalchemy import (
    Boolean,
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
from adapters.postgres.types import Cents, IdOf
from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.payments.ids import PaymentId, TipId
from instainstru_core.payments.tips.model import TipState

_STATES = ", ".join(f"'{state}'" for state in TipState)

tips = Table(
    "tips",
    metadata,
    Column("tip_id", IdOf(TipId), primary_key=True),
    Column(
        "payment_id",
        IdOf(PaymentId),
        ForeignKey("payments.payment_id", name="tips_payment_fkey"),
        nullable=False,
    ),
    Column("booking_id", IdOf(BookingId), nullable=False),
    Column("student_id", IdOf(StudentId), nullable=False),
    Column("instructor_id", IdOf(InstructorId), nullable=False),
    Column("amount_cents", Cents, nullable=False),
    Column("card_token", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("intent", Text),
    Column("failure", Text),
    Column("charge", Text),
    Column("succeeded_at", DateTime(timezone=True)),
    Column("transfer", Text),
    Column("stuck", Boolean, nullable=False),
    Column("refunded_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
    CheckConstraint(f"state IN ({_STATES})", name="tip_state"),
    CheckConstraint("amount_cents > 0", name="tip_amount"),
    CheckConstraint(
        "(state = 'succeeded') = (charge IS NOT NULL AND succeeded_at IS NOT NULL)",
        name="tip_charged",
    ),
    CheckConstraint(
        "state = 'succeeded' OR (transfer IS NULL AND refunded_at IS NULL)", name="tip_sent_on"
    ),
    Index("tips_payment_idx", "payment_id"),
    Index("tips_booking_idx", "booking_id"),
    Index(
        "tips_succeeded_key",
        "booking_id",
        unique=True,
        postgresql_where=text("state = 'succeeded'"),
    ),
    Index(
        "tips_owed_idx",
        "instructor_id",
        postgresql_where=text("state = 'succeeded' AND transfer IS NULL AND refunded_at IS NULL"),
    ),
)
"""One row per tip, whose attempts are operations; one succeeds per booking (PY-50)."""
