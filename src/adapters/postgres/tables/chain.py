"""Tables of the chain: what waits to be sealed, the seals, and what was signed of them.

Seals stand beside the journals, which are never changed, and are never changed themselves.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Table,
    Text,
    UniqueConstraint,
    event,
)

from adapters.postgres.tables.ledger import journals
from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.payments.ids import JournalId

unsealed_journals = Table(
    "unsealed_journals",
    metadata,
    Column("journal_id", IdOf(JournalId), ForeignKey(journals.c.journal_id), primary_key=True),
)
"""Posted in the transaction of their money, gone in the one that seals them."""

journal_seals = Table(
    "journal_seals",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("journal_id", IdOf(JournalId), ForeignKey(journals.c.journal_id), nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("journal_id", name="journal_seals_journal_key"),
    UniqueConstraint("previous", name="journal_seals_previous_key"),
    UniqueConstraint("hash", name="journal_seals_hash_key"),
    CheckConstraint("seq > 0", name="seq"),
    CheckConstraint("length(hash) = 64 AND length(previous) = 64", name="hash"),
)

ledger_digests = Table(
    "ledger_digests",
    metadata,
    Column("day", Date, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("previous", name="ledger_digests_previous_key"),
    CheckConstraint("seq >= 0", name="seq"),
)

for _table in (journal_seals, ledger_digests):
    # The function that guards them comes with the lines.
    _table.add_is_dependent_on(metadata.tables["journal_lines"])
    _guard = DDL(  # type: ignore[no-untyped-call]
        f"CREATE TRIGGER {_table.name}_forever BEFORE UPDATE OR DELETE ON {_table.name}"
        " FOR EACH ROW EXECUTE FUNCTION journal_is_forever()"
    )
    event.listen(_table, "after_create", _guard)
