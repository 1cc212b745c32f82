"""What the processor told of its balance, in PostgreSQL. Source: PY-85."""

from collections.abc import Sequence
from datetime import datetime

from attrs import define
from sqlalchemy import Connection, text

from adapters.postgres.queries.reconciliation import moved_of
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.processor import BalanceTransaction
from instainstru_core.payments.reconciliation.model import compared_cents, is_posted_from_here

_IMPORT = text(
    """
    INSERT INTO processor_transactions (
        reference, kind, source, amount_cents, fee_cents, compared_cents, occurred_at,
        posted
    )
    SELECT * FROM unnest(
        CAST(:references AS text[]), CAST(:kinds AS text[]), CAST(:sources AS text[]),
        CAST(:amounts AS bigint[]), CAST(:fees AS bigint[]), CAST(:compared AS bigint[]),
        CAST(:occurred AS timestamptz[]), CAST(:posted AS boolean[])
    )
    ON CONFLICT (reference) DO NOTHING
    """
)
_LATEST_IMPORT = text("SELECT max(occurred_at) FROM processor_transactions")
_UNPOSTED = text(
    """
    SELECT moved.*, line.payment_id
    FROM (
        SELECT * FROM processor_transactions
        WHERE NOT posted AND occurred_at < :before
        ORDER BY occurred_at, reference LIMIT :rows
        FOR UPDATE
    ) moved
    LEFT JOIN LATERAL (
        SELECT payment_id FROM journal_lines
        WHERE processor_ref = moved.source AND account = 'processor_balance'
            AND payment_id IS NOT NULL
        LIMIT 1
    ) line ON true
    ORDER BY moved.occurred_at, moved.reference
    """
)
_MARK_POSTED = text(
    "UPDATE processor_transactions SET posted = true"
    " WHERE reference = ANY(CAST(:references AS text[]))"
)
_IMPORTED_BALANCE = text(
    """
    SELECT coalesce(sum(amount_cents - fee_cents), 0) FROM processor_transactions
    WHERE CAST(:until AS timestamptz) IS NULL OR occurred_at < CAST(:until AS timestamptz)
    """
)
# Fees and payouts that the night will post come to what `FeePostings` makes of them. Source: PY-84.


@define
class PostgresMovements:
    """The part of the `Reconciliations` port that knows the processor's side."""

    _connection: Connection

    def import_transactions(self, moved: Sequence[BalanceTransaction]) -> None:
        if not moved:
            return
        values = {
            "references": [each.reference for each in moved],
            "kinds": [each.kind.value for each in moved],
            "sources": [each.source for each in moved],
            "amounts": [each.amount_cents for each in moved],
            "fees": [each.fee_cents for each in moved],
            "compared": [compared_cents(each) for each in moved],
            "occurred": [each.occurred_at for each in moved],
            "posted": [not is_posted_from_here(each) for each in moved],
        }
        self._connection.execute(_IMPORT, values)

    def latest_import(self) -> datetime | None:
        found: datetime | None = self._connection.scalar(_LATEST_IMPORT)
        return found

    def unposted(
        self, limit: int, *, before: datetime
    ) -> Sequence[tuple[BalanceTransaction, PaymentId | None]]:
        rows = self._connection.execute(_UNPOSTED, {"rows": limit, "before": before})
        return [
            (moved_of(row), None if row.payment_id is None else PaymentId(row.payment_id))
            for row in rows
        ]

    def mark_posted(self, references: Sequence[str]) -> None:
        if references:
            self._connection.execute(_MARK_POSTED, {"references": list(references)})

    def imported_balance(self, until: datetime | None = None) -> int:
        return int(self._connection.scalar(_IMPORTED_BALANCE, {"until": until}) or 0)
