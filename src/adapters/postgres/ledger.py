"""The books in PostgreSQL."""

from collections.abc import Iterable
from datetime import datetime

from attrs import define
from sqlalchemy import Connection, text

from adapters.postgres.outbox import Outbox
from instainstru_core.payments.events import LedgerBreached
from instainstru_core.payments.ledger.model import Journal

# A journal that is there already brings no lines along: its type and source are unique. Whatever
# else is wrong with it the deferred triggers judge as the transaction ends.
_POST = text(
    """
    WITH posted AS (
        INSERT INTO journals (journal_id, journal_type, source_id, occurred_at)
        SELECT * FROM unnest(
            CAST(:ids AS uuid[]), CAST(:types AS text[]),
            CAST(:sources AS text[]), CAST(:occurred AS timestamptz[])
        )
        ON CONFLICT (journal_type, source_id) DO NOTHING
        RETURNING journal_id
    ), waiting AS (
        INSERT INTO unsealed_journals (journal_id) SELECT journal_id FROM posted
    )
    INSERT INTO journal_lines (
        journal_id, position, account, cents, payment_id, instructor_id, student_id,
        processor_ref, tip_id, lot_id
    )
    SELECT line.*
    FROM unnest(
        CAST(:journal_ids AS uuid[]), CAST(:positions AS smallint[]), CAST(:accounts AS text[]),
        CAST(:cents AS bigint[]), CAST(:payment_ids AS uuid[]), CAST(:instructor_ids AS uuid[]),
        CAST(:student_ids AS uuid[]), CAST(:refs AS text[]), CAST(:tip_ids AS uuid[]),
        CAST(:lot_ids AS uuid[])
    ) AS line (
        journal_id, position, account, cents, payment_id, instructor_id, student_id,
        processor_ref, tip_id, lot_id
    )
    WHERE line.journal_id IN (SELECT journal_id FROM posted)
    """
)


_BREACHED = text("SELECT EXISTS (SELECT FROM ledger_breaches WHERE mended_at IS NULL)")
_OPEN_BREACH = text(
    """
    INSERT INTO ledger_breaches (found_at, imbalance_cents, unsettled, credit_mismatches)
    VALUES (:found_at, :imbalance_cents, :unsettled, :credit_mismatches)
    ON CONFLICT DO NOTHING
    RETURNING found_at
    """
)
_CLOSE_BREACH = text("UPDATE ledger_breaches SET mended_at = :at WHERE mended_at IS NULL")


@define
class PostgresLedger:
    """The `Ledger` port, one statement per call."""

    _connection: Connection
    _outbox: Outbox

    def post(self, journals: Iterable[Journal]) -> None:
        rows = list(journals)
        if not rows:
            return
        lines = [
            (journal.journal_id, position, line)
            for journal in rows
            for position, line in enumerate(journal.lines)
        ]
        self._connection.execute(
            _POST,
            {
                "ids": [journal.journal_id.value for journal in rows],
                "types": [journal.journal_type.value for journal in rows],
                "sources": [journal.source_id for journal in rows],
                "occurred": [journal.occurred_at for journal in rows],
                "journal_ids": [journal_id.value for journal_id, _, _ in lines],
                "positions": [position for _, position, _ in lines],
                "accounts": [line.account.value for _, _, line in lines],
                "cents": [line.cents for _, _, line in lines],
                "payment_ids": [line.payment_id and line.payment_id.value for _, _, line in lines],
                "instructor_ids": [
                    line.instructor_id and line.instructor_id.value for _, _, line in lines
                ],
                "student_ids": [line.student_id and line.student_id.value for _, _, line in lines],
                "refs": [line.processor_ref for _, _, line in lines],
                "tip_ids": [line.tip_id and line.tip_id.value for _, _, line in lines],
                "lot_ids": [line.lot_id and line.lot_id.value for _, _, line in lines],
            },
        )

    def is_breached(self) -> bool:
        return bool(self._connection.scalar(_BREACHED))

    def open_breach(self, breach: LedgerBreached) -> None:
        values = {
            "found_at": breach.occurred_at,
            "imbalance_cents": breach.imbalance_cents,
            "unsettled": breach.unsettled,
            "credit_mismatches": breach.credit_mismatches,
        }
        if self._connection.scalar(_OPEN_BREACH, values) is not None:
            self._outbox.record((breach,))

    def close_breach(self, *, at: datetime) -> None:
        self._connection.execute(_CLOSE_BREACH, {"at": at})
