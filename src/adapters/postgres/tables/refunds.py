"""Tables of refunds and chargebacks. Source: spec 02 §4."""

from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
)

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import Cents, IdOf
from instainstru_core.accounts.ids import AccountId
from instainstru_core.payments.chargebacks.model import ChargebackStatus
from instainstru_core.payments.ids import ChargebackId, PaymentId, RefundId
from instainstru_core.payments.refunds.model import RefundState
from instainstru_core.payments.refunds.plan import Bearer, RefundReason


def _one_of(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


refunds = Table(
    "refunds",
    metadata,
    Column("refund_id", IdOf(RefundId), primary_key=True),
    Column("payment_id", IdOf(PaymentId), ForeignKey("payments.payment_id"), nullable=False),
    Column("card_cents", Cents, nullable=False),
    Column("is_full", Boolean, nullable=False),
    Column("bearer", Text, nullable=False),
    Column("reinstated_cents", Cents, nullable=False),
    Column("reversed_cents", Cents, nullable=False),
    Column("revoked_cents", Cents, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text),
    Column("operator_id", IdOf(AccountId), nullable=False),
    Column("ordered_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("reference", Text),
    Column("failure", Text),
    Column("booked", Boolean, nullable=False),
    Column("proof", Text),
    CheckConstraint(_one_of("reason", RefundReason), name="reason"),
    CheckConstraint(_one_of("bearer", Bearer), name="bearer"),
    CheckConstraint(_one_of("state", RefundState), name="state"),
    CheckConstraint("card_cents >= 1", name="card"),
    CheckConstraint("least(reinstated_cents, reversed_cents, revoked_cents) >= 0", name="amounts"),
    CheckConstraint("char_length(note) <= 1000", name="note"),
    CheckConstraint("state <> 'succeeded' OR (reference IS NOT NULL AND booked)", name="done"),
    UniqueConstraint("reference", name="refunds_reference_key"),
    UniqueConstraint("proof", name="refunds_proof_key"),
    Index("refunds_payment_idx", "payment_id", "refund_id"),
    Index("refunds_ordered_idx", "ordered_at"),
)

chargebacks = Table(
    "chargebacks",
    metadata,
    Column("chargeback_id", IdOf(ChargebackId), primary_key=True),
    Column("payment_id", IdOf(PaymentId), ForeignKey("payments.payment_id"), nullable=False),
    Column("dispute", Text, nullable=False),
    Column("amount_cents", Cents, nullable=False),
    Column("fee_cents", Cents, nullable=False),
    Column("reason", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("unspent_cents", Cents, nullable=False),
    Column("spent_cents", Cents, nullable=False),
    Column("payout_cents", Cents, nullable=False),
    Column("escrow", Boolean, nullable=False),
    Column("barred", Boolean, nullable=False),
    Column("beside", Boolean, nullable=False),
    CheckConstraint(_one_of("status", ChargebackStatus), name="status"),
    CheckConstraint(
        "least(amount_cents, fee_cents, unspent_cents, spent_cents, payout_cents) >= 0"
        " AND unspent_cents + spent_cents + payout_cents <= amount_cents",
        name="amounts",
    ),
    CheckConstraint(
        "(status IN ('won', 'lost', 'closed')) = (closed_at IS NOT NULL)", name="closed_at"
    ),
    UniqueConstraint("dispute", name="chargebacks_dispute_key"),
    Index("chargebacks_payment_idx", "payment_id", "chargeback_id"),
)
