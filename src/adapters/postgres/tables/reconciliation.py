"""Tables of what the processor told of its balance, and how it compares. Source: PY-85."""

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.accounts.ids import AccountId
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.processor import BalanceKind
from instainstru_core.payments.reconciliation.model import ItemClass, ResolutionKind


def _listed(kinds: type[BalanceKind] | type[ItemClass] | type[ResolutionKind]) -> str:
    return ", ".join(f"'{kind.value}'" for kind in kinds)


processor_transactions = Table(
    "processor_transactions",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("fee_cents", BigInteger, nullable=False),
    Column("compared_cents", BigInteger),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("posted", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint(f"kind IN ({_listed(BalanceKind)})", name="kind"),
    Index("processor_transactions_source_idx", "source"),
    Index("processor_transactions_occurred_idx", "occurred_at"),
    Index(
        "processor_transactions_unposted_idx",
        "occurred_at",
        "reference",
        postgresql_where=text("NOT posted"),
    ),
)
"""*compared_cents* is what our books should say under its source; none for a bare fee."""

reconciliation_runs = Table(
    "reconciliation_runs",
    metadata,
    Column("day", Date, primary_key=True),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("transactions", Integer, nullable=False),
    Column("totals", JSONB, nullable=False),
    Column("fees_cents", BigInteger, nullable=False),
    Column("payouts_cents", BigInteger, nullable=False),
    Column("ledger_cents", BigInteger, nullable=False),
    Column("imported_cents", BigInteger, nullable=False),
    Column("told_cents", BigInteger),
    Column("told_of_cents", BigInteger),
    CheckConstraint("(told_cents IS NULL) = (told_of_cents IS NULL)", name="told"),
)

reconciliation_items = Table(
    "reconciliation_items",
    metadata,
    Column("day", Date, ForeignKey(reconciliation_runs.c.day), nullable=False),
    Column("reference", Text, nullable=False),
    Column("item_class", Text, nullable=False),
    Column("ledger_cents", BigInteger),
    Column("processor_cents", BigInteger),
    Column("payment_id", IdOf(PaymentId)),
    Column("kinds", ARRAY(Text), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("nights", Integer, nullable=False),
    Column("resolution", Text),
    Column("resolved_at", DateTime(timezone=True)),
    Column("resolved_by", IdOf(AccountId)),
    Column("note", Text),
    PrimaryKeyConstraint("day", "reference", name="reconciliation_items_pkey"),
    CheckConstraint(f"item_class IN ({_listed(ItemClass)})", name="item_class"),
    CheckConstraint(f"resolution IN ({_listed(ResolutionKind)})", name="resolution"),
    CheckConstraint("(resolution IS NULL) = (resolved_at IS NULL)", name="resolved_at"),
    CheckConstraint(
        "coalesce(resolution = 'explained', false) = (resolved_by IS NOT NULL)", name="explained"
    ),
    CheckConstraint("(resolved_by IS NULL) = (note IS NULL)", name="note"),
    CheckConstraint("first_day <= day AND nights >= 0", name="nights"),
    Index(
        "reconciliation_items_open_idx",
        "day",
        "reference",
        postgresql_where=text("resolution IS NULL AND item_class <> 'matched'"),
    ),
    Index("reconciliation_items_reference_idx", "reference", "day"),
)
"""One row a reference and night; at most the latest of a reference is open."""

_TOLD = """
CREATE OR REPLACE FUNCTION processor_told() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        OLD.posted := NEW.posted;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'what the processor told is never changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'processor_told';
END
$body$
"""
_GUARD = """
CREATE TRIGGER processor_transactions_told BEFORE UPDATE OR DELETE ON processor_transactions
FOR EACH ROW EXECUTE FUNCTION processor_told()
"""
for _statement in (_TOLD, _GUARD):
    event.listen(
        processor_transactions,
        "after_create",
        DDL(_statement),  # type: ignore[no-untyped-call]
    )
