"""Tables of payouts to banks and of what holds transfers. Source: spec 02 §4."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import Cents, IdOf
from instainstru_core.accounts.ids import AccountId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.payments.ids import InstantPayoutId
from instainstru_core.payments.model.processor import PayoutStatus
from instainstru_core.payments.payouts.model import LEAST_INSTANT, HoldCause, InstantState

_STATUSES = ", ".join(f"'{status}'" for status in PayoutStatus)
_STATES = ", ".join(f"'{state}'" for state in InstantState)
_CAUSES = ", ".join(f"'{cause}'" for cause in HoldCause)

bank_payouts = Table(
    "bank_payouts",
    metadata,
    Column("payout", Text, primary_key=True),
    Column("instructor_id", IdOf(InstructorId), nullable=False),
    Column("account", Text, nullable=False),
    Column("amount_cents", Cents, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("arrives_on", Date, nullable=False),
    Column("instant", Boolean, nullable=False),
    Column("fee_cents", Cents, nullable=False),
    Column("failure_code", Text),
    Column("failure_message", Text),
    CheckConstraint(f"status IN ({_STATUSES})", name="bank_payout_status"),
    CheckConstraint("amount_cents >= 0 AND fee_cents >= 0", name="bank_payout_amounts"),
    Index("bank_payouts_instructor_idx", "instructor_id", "created_at", "payout"),
)
"""What the processor paid to instructors' banks, as it was last seen (PY-48)."""

instant_payouts = Table(
    "instant_payouts",
    metadata,
    Column("instant_payout_id", IdOf(InstantPayoutId), primary_key=True),
    Column("instructor_id", IdOf(InstructorId), nullable=False),
    Column("account", Text, nullable=False),
    Column("amount_cents", Cents, nullable=False),
    Column("fee_cents", Cents, nullable=False),
    Column("state", Text, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False),
    Column("payout", Text),
    Column("failure", Text),
    CheckConstraint(f"state IN ({_STATES})", name="instant_payout_state"),
    CheckConstraint(f"amount_cents >= {LEAST_INSTANT.cents}", name="instant_payout_amount"),
    CheckConstraint(
        "(state = 'succeeded') = (payout IS NOT NULL)", name="instant_payout_succeeded"
    ),
    Index("instant_payouts_payout_key", "payout", unique=True),
    Index("instant_payouts_instructor_idx", "instructor_id", "instant_payout_id"),
    Index(
        "instant_payouts_open_key",
        "instructor_id",
        unique=True,
        postgresql_where=text("state IN ('sent', 'unknown')"),
    ),
    Index(
        "instant_payouts_overdue_idx",
        "next_attempt_at",
        postgresql_where=text("state IN ('sent', 'unknown')"),
    ),
)
"""Written before the call, whose key its id is; one unanswered per instructor (PY-49, PY-62)."""

payout_holds = Table(
    "payout_holds",
    metadata,
    Column("instructor_id", IdOf(InstructorId), nullable=False),
    Column("cause", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text),
    Column("placed_by", IdOf(AccountId)),
    Column("placed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("instructor_id", "cause", name="payout_holds_pkey"),
    CheckConstraint(f"cause IN ({_CAUSES})", name="payout_hold_cause"),
    CheckConstraint("(cause = 'operator') = (placed_by IS NOT NULL)", name="payout_hold_placed_by"),
)
"""What keeps transfers to an instructor back; every row is an item for operators (PY-73)."""
