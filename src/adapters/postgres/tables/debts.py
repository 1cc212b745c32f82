"""Tables of debts and standings. Source: spec 02 §4, PY-71."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import Cents, IdOf
from instainstru_core.accounts.ids import StudentId
from instainstru_core.payments.ids import DebtId, OperationId, PaymentId

student_debts = Table(
    "student_debts",
    metadata,
    Column("debt_id", IdOf(DebtId), primary_key=True),
    Column("student_id", IdOf(StudentId), nullable=False),
    Column("payment_id", IdOf(PaymentId), ForeignKey("payments.payment_id"), nullable=False),
    Column("cause", Text, nullable=False),
    Column("amount_cents", Cents, nullable=False),
    Column("paid_cents", Cents, nullable=False, server_default=text("0")),
    Column("written_off_cents", Cents, nullable=False, server_default=text("0")),
    Column("recognised_at", DateTime(timezone=True), nullable=False),
    Column("waiting_operation_id", IdOf(OperationId)),
    Column("waiting_intent", Text),
    Column("waiting_cents", Cents),
    CheckConstraint("cause IN ('capture_escalated', 'chargeback')", name="cause"),
    CheckConstraint("amount_cents > 0", name="amount"),
    CheckConstraint("least(paid_cents, written_off_cents) >= 0", name="parts"),
    CheckConstraint("paid_cents + written_off_cents <= amount_cents", name="owed"),
    CheckConstraint(
        "num_nonnulls(waiting_operation_id, waiting_intent, waiting_cents) IN (0, 3)",
        name="waiting",
    ),
    UniqueConstraint("payment_id", "cause", name="student_debts_cause_key"),
    UniqueConstraint("waiting_intent", name="student_debts_waiting_key"),
    Index(
        "student_debts_owed_idx",
        "student_id",
        postgresql_where=text("paid_cents + written_off_cents < amount_cents"),
    ),
    Index("student_debts_student_idx", "student_id", "debt_id"),
)

payment_standings = Table(
    "payment_standings",
    metadata,
    Column("student_id", IdOf(StudentId), primary_key=True),
    Column("standing", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True)),
    CheckConstraint("standing IN ('ok', 'locked', 'restricted')", name="standing"),
)
"""A student without a row is in order."""
