"""Tables of the books, which judge themselves. Source: PY-80…PY-82, spec 02 §4.

As a transaction ends every journal it wrote must have two lines or more that sum to zero, and
nothing written is ever changed or removed.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
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
    event,
    text,
)

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.accounts.ids import StudentId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.payments.ids import CreditLotId, JournalId, PaymentId, TipId
from instainstru_core.payments.ledger.model import Account

_ACCOUNTS = ", ".join(f"'{account.value}'" for account in Account)

journals = Table(
    "journals",
    metadata,
    Column("journal_id", IdOf(JournalId), primary_key=True),
    Column("journal_type", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("journal_type", "source_id", name="journals_type_source_key"),
    Index("journals_occurred_idx", "occurred_at"),
)

journal_lines = Table(
    "journal_lines",
    metadata,
    Column("journal_id", IdOf(JournalId), ForeignKey("journals.journal_id"), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("account", Text, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("payment_id", IdOf(PaymentId)),
    Column("instructor_id", IdOf(InstructorId)),
    Column("student_id", IdOf(StudentId)),
    Column("processor_ref", Text),
    Column("tip_id", IdOf(TipId)),
    Column("lot_id", IdOf(CreditLotId)),
    CheckConstraint("cents <> 0", name="cents"),
    CheckConstraint(f"account IN ({_ACCOUNTS})", name="account"),
    Index("journal_lines_payment_idx", "payment_id"),
    Index("journal_lines_account_idx", "account"),
    Index(
        "journal_lines_credit_idx",
        "student_id",
        "journal_id",
        postgresql_where=text("account = 'credit_available'"),
    ),
    Index(
        "journal_lines_reference_idx",
        "processor_ref",
        postgresql_where=text("account = 'processor_balance'"),
    ),
)

ledger_breaches = Table(
    "ledger_breaches",
    metadata,
    Column("found_at", DateTime(timezone=True), primary_key=True),
    Column("imbalance_cents", BigInteger, nullable=False),
    Column("unsettled", Integer, nullable=False),
    Column("credit_mismatches", Integer, nullable=False, server_default=text("0")),
    Column("mended_at", DateTime(timezone=True)),
    CheckConstraint(
        "imbalance_cents <> 0 OR unsettled > 0 OR credit_mismatches > 0", name="breach"
    ),
    CheckConstraint("mended_at >= found_at", name="mended_at"),
    Index(
        "ledger_breaches_one_open",
        text("(mended_at IS NULL)"),
        unique=True,
        postgresql_where=text("mended_at IS NULL"),
    ),
)
"""When the books were found not to balance; while one is open no transfer is begun (PY-86)."""

_BALANCED = """
CREATE OR REPLACE FUNCTION journal_must_balance() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    total bigint;
    lines integer;
BEGIN
    SELECT coalesce(sum(cents), 0), count(*) INTO total, lines
    FROM journal_lines WHERE journal_id = NEW.journal_id;
    IF total <> 0 OR lines < 2 THEN
        RAISE EXCEPTION 'journal %% has %% lines that sum to %%', NEW.journal_id, lines, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_balanced';
    END IF;
    RETURN NULL;
END
$body$
"""

_FOREVER = """
CREATE OR REPLACE FUNCTION journal_is_forever() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'the books are never changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_forever';
END
$body$
"""


def _trigger(name: str, table: str, when: str, function: str, *, deferred: bool) -> str:
    kind, timing = (
        ("CONSTRAINT TRIGGER", "DEFERRABLE INITIALLY DEFERRED ")
        if deferred
        else (
            "TRIGGER",
            "",
        )
    )
    return (
        f"CREATE {kind} {name} {when} ON {table} {timing}FOR EACH ROW EXECUTE FUNCTION {function}()"
    )


GUARDS = (
    _BALANCED,
    _FOREVER,
    _trigger("journal_balanced", "journals", "AFTER INSERT", "journal_must_balance", deferred=True),
    _trigger(
        "journal_lines_balanced",
        "journal_lines",
        "AFTER INSERT",
        "journal_must_balance",
        deferred=True,
    ),
    _trigger(
        "journal_forever",
        "journals",
        "BEFORE UPDATE OR DELETE",
        "journal_is_forever",
        deferred=False,
    ),
    _trigger(
        "journal_lines_forever",
        "journal_lines",
        "BEFORE UPDATE OR DELETE",
        "journal_is_forever",
        deferred=False,
    ),
)
"""What the database is told besides the tables."""

for _statement in GUARDS:
    event.listen(journal_lines, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
