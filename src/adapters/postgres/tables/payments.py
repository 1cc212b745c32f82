"""Tables of payments. Source: spec 02 §4."""

from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import Cents, IdOf
from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import PaymentStep
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.payments.ids import CardId, OperationId, PaymentId
from instainstru_core.payments.model.holds import FailureKind, HoldStatus
from instainstru_core.payments.model.operation import Matter, OperationKind, OperationState
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState


def _one_of(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


payments = Table(
    "payments",
    metadata,
    Column("payment_id", IdOf(PaymentId), primary_key=True),
    Column("booking_id", IdOf(BookingId), nullable=False),
    Column("student_id", IdOf(StudentId), nullable=False),
    Column("instructor_id", IdOf(InstructorId), nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("hourly_rate_cents", Cents, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("modality", Text, nullable=False),
    Column("lesson_price_cents", Cents, nullable=False),
    Column("student_fee_cents", Cents, nullable=False),
    Column("commission_cents", Cents, nullable=False),
    Column("payout_cents", Cents, nullable=False),
    Column("credit_cents", Cents, nullable=False),
    Column("card_amount_cents", Cents, nullable=False),
    Column("student_fee_bps", Integer, nullable=False),
    Column("commission_bps", Integer, nullable=False),
    Column("tier", Text, nullable=False),
    Column("config_version", Integer, nullable=False),
    Column("card_id", IdOf(CardId), nullable=False),
    Column("card_token", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("auth_due_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("last_attempt_at", DateTime(timezone=True)),
    Column("failure_kind", Text),
    Column("failure_category", Text),
    Column("failure_hard", Boolean),
    Column("failure_count", Integer),
    Column("first_failure_at", DateTime(timezone=True)),
    Column("last_failure_at", DateTime(timezone=True)),
    Column("final_attempt_at", DateTime(timezone=True)),
    Column("closing", Text),
    Column("outcome", Text),
    Column("review_reason", Text),
    Column("review_since", DateTime(timezone=True)),
    Column("resume_state", Text),
    Column("settled_at", DateTime(timezone=True)),
    Column("moving_to", IdOf(BookingId)),
    Column("moving_step", Text),
    Column("moving_price", JSONB(none_as_null=True)),
    Column("version", Integer, nullable=False, server_default=text("1")),
    CheckConstraint(_one_of("state", PaymentState), name="state"),
    CheckConstraint(_one_of("outcome", Outcome), name="outcome"),
    CheckConstraint(_one_of("closing", Outcome), name="closing"),
    CheckConstraint(_one_of("failure_kind", FailureKind), name="failure_kind"),
    CheckConstraint("modality IN ('in_person', 'remote')", name="modality"),
    CheckConstraint(
        "least(hourly_rate_cents, lesson_price_cents, student_fee_cents, commission_cents,"
        " payout_cents, credit_cents, card_amount_cents) >= 0",
        name="amounts",
    ),
    CheckConstraint(
        "card_amount_cents = lesson_price_cents - credit_cents + student_fee_cents",
        name="card_amount",
    ),
    CheckConstraint("payout_cents = lesson_price_cents - commission_cents", name="payout"),
    CheckConstraint("credit_cents <= lesson_price_cents", name="credit"),
    CheckConstraint("ends_at > starts_at", name="lesson"),
    CheckConstraint(
        "(state = 'settled') = (settled_at IS NOT NULL)"
        " AND (state <> 'settled' OR outcome IS NOT NULL)"
        " AND (state NOT IN ('scheduled', 'authorized', 'locked') OR outcome IS NULL)",
        name="settled",
    ),
    CheckConstraint(
        "(state = 'manual_review') = (review_reason IS NOT NULL)", name="review_reason"
    ),
    CheckConstraint(_one_of("resume_state", PaymentState), name="resume_state"),
    CheckConstraint("resume_state IS NULL OR state = 'manual_review'", name="frozen"),
    CheckConstraint(
        "(failure_kind IS NULL) = (failure_count IS NULL)"
        " AND (failure_kind IS NULL) = (last_failure_at IS NULL)"
        " AND (failure_kind IS NULL) = (first_failure_at IS NULL)",
        name="failure",
    ),
    CheckConstraint("num_nonnulls(moving_to, moving_step, moving_price) IN (0, 3)", name="moving"),
    CheckConstraint(_one_of("moving_step", PaymentStep), name="moving_step"),
    Index(
        "payments_one_open_per_booking",
        "booking_id",
        unique=True,
        postgresql_where=text("state <> 'settled'"),
    ),
    Index("payments_booking_idx", "booking_id"),
    Index("payments_in_review_idx", "booking_id", postgresql_where=text("state = 'manual_review'")),
    Index(
        "payments_unpaid_idx",
        "auth_due_at",
        postgresql_where=text("state IN ('scheduled', 'payment_method_required')"),
    ),
    Index(
        "payments_blamed_idx",
        "instructor_id",
        "booking_id",
        postgresql_where=text(
            "outcome IN ('instructor_no_show_full_refund', 'student_wins_dispute_full_refund')"
        ),
    ),
    Index("payments_instructor_idx", "instructor_id", "payment_id"),
    Index("payments_taught_idx", "instructor_id", "starts_at", "payment_id"),
    Index("payments_paid_idx", "student_id", "starts_at", "payment_id"),
    Index("payments_card_idx", "card_id", postgresql_where=text("state <> 'settled'")),
)

payment_operations = Table(
    "payment_operations",
    metadata,
    Column("operation_id", IdOf(OperationId), primary_key=True),
    Column("payment_id", IdOf(PaymentId), ForeignKey("payments.payment_id"), nullable=False),
    Column("matter", Text, nullable=False, server_default=text("'lesson'")),
    Column("kind", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("amount_cents", Cents, nullable=False),
    Column("target", Text, nullable=False),
    Column("charge", Text),
    Column("off_session", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("planned_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False),
    Column("processor_ref", Text),
    Column("error_code", Text),
    CheckConstraint(_one_of("matter", Matter), name="matter"),
    CheckConstraint(_one_of("kind", OperationKind), name="kind"),
    CheckConstraint(_one_of("state", OperationState), name="state"),
    CheckConstraint("amount_cents >= 0", name="amount"),
    CheckConstraint("(state = 'planned') = (sent_at IS NULL)", name="sent_at"),
    UniqueConstraint("payment_id", "kind", "slot", name="payment_operations_slot_key"),
    Index(
        "payment_operations_hold_key",
        "processor_ref",
        unique=True,
        postgresql_where=text("kind = 'authorise'"),
    ),
    Index(
        "payment_operations_transfer_key",
        "processor_ref",
        unique=True,
        postgresql_where=text("kind = 'transfer'"),
    ),
    Index(
        "payment_operations_unfinished_idx",
        "next_attempt_at",
        postgresql_where=text("state IN ('planned', 'sent', 'unknown')"),
    ),
)

card_holds = Table(
    "card_holds",
    metadata,
    Column(
        "hold_id",
        IdOf(OperationId),
        ForeignKey("payment_operations.operation_id"),
        primary_key=True,
    ),
    Column("payment_id", IdOf(PaymentId), ForeignKey("payments.payment_id"), nullable=False),
    Column("intent", Text, nullable=False),
    Column("amount_cents", Cents, nullable=False),
    Column("status", Text, nullable=False),
    Column("authorized_at", DateTime(timezone=True)),
    Column("expires_at", DateTime(timezone=True)),
    Column("captured_cents", Cents, nullable=False, server_default=text("0")),
    Column("charge", Text),
    CheckConstraint(_one_of("status", HoldStatus), name="status"),
    CheckConstraint("amount_cents >= 0", name="amount"),
    CheckConstraint("captured_cents BETWEEN 0 AND amount_cents", name="captured"),
    CheckConstraint("(status IN ('captured', 'refunded')) = (charge IS NOT NULL)", name="charge"),
    UniqueConstraint("intent", name="card_holds_intent_key"),
    Index(
        "card_holds_one_active_per_payment",
        "payment_id",
        unique=True,
        postgresql_where=text("status IN ('active', 'requires_action')"),
    ),
    Index("card_holds_payment_idx", "payment_id", "hold_id"),
    Index("card_holds_authorized_idx", "authorized_at"),
    Index("card_holds_lapsing_idx", "expires_at", postgresql_where=text("status = 'active'")),
)

saved_cards = Table(
    "saved_cards",
    metadata,
    Column("card_id", IdOf(CardId), primary_key=True),
    Column("student_id", IdOf(StudentId), nullable=False),
    Column("token", Text, nullable=False),
    Column("brand", Text, nullable=False),
    Column("last4", Text, nullable=False),
    Column("exp_month", SmallInteger, nullable=False),
    Column("exp_year", SmallInteger, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("last4 ~ '^[0-9]{4}$'", name="last4"),
    CheckConstraint("exp_month BETWEEN 1 AND 12", name="exp_month"),
    UniqueConstraint("student_id", "fingerprint", name="saved_cards_fingerprint_key"),
    UniqueConstraint("token", name="saved_cards_token_key"),
    Index(
        "saved_cards_one_default",
        "student_id",
        unique=True,
        postgresql_where=text("is_default"),
    ),
)

connect_accounts = Table(
    "connect_accounts",
    metadata,
    Column("instructor_id", IdOf(InstructorId), primary_key=True),
    Column("account", Text, nullable=False),
    Column("charges_enabled", Boolean, nullable=False),
    Column("details_submitted", Boolean, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("payouts_enabled", Boolean, nullable=False, server_default=text("true")),
    Column("requirements", JSONB, nullable=False, server_default=text("'[]'")),
    Column("deauthorised", Boolean, nullable=False, server_default=text("false")),
    Column("schedule_interval", Text),
    Column("schedule_weekday", SmallInteger),
    Column("schedule_month_day", SmallInteger),
    UniqueConstraint("account", name="connect_accounts_account_key"),
    CheckConstraint(
        "CASE schedule_interval"
        " WHEN 'daily' THEN num_nonnulls(schedule_weekday, schedule_month_day) = 0"
        " WHEN 'weekly' THEN schedule_weekday BETWEEN 0 AND 6 AND schedule_month_day IS NULL"
        " WHEN 'monthly' THEN schedule_month_day BETWEEN 1 AND 28 AND schedule_weekday IS NULL"
        " ELSE num_nonnulls(schedule_interval, schedule_weekday, schedule_month_day) = 0 END",
        name="connect_account_schedule",
    ),
)
"""An instructor's account at the processor; transfers are operations of the kind `transfer`."""
