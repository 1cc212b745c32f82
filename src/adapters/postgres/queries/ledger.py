"""What screens read of the books, in PostgreSQL."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from attrs import define
from sqlalchemy import Connection, Row, text

from instainstru_core.accounts.ids import StudentId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.payments.ids import CreditLotId, JournalId, PaymentId, TipId
from instainstru_core.payments.ledger.chart import EVERYTHING, JournalSearch
from instainstru_core.payments.ledger.model import (
    Account,
    AccountBalance,
    Journal,
    JournalType,
    Line,
    TrialBalance,
)

_BALANCES = text("SELECT account, sum(cents) AS cents FROM journal_lines GROUP BY account")
# A tip's payable is the tip's; what a reversal has not brought back yet, or never will, and what a
# lost dispute left to be sent, is explained by its operation. Source: PY-54, PY-57, PY-83.
_UNSETTLED = text(
    """
    SELECT (SELECT count(*) FROM journals) AS journals,
           (SELECT count(*) FROM (
                SELECT line.payment_id
                FROM journal_lines line
                JOIN payments payment ON payment.payment_id = line.payment_id
                    AND payment.state = 'settled'
                WHERE line.account IN (
                        'booking_escrow', 'instructor_payable', 'auth_held', 'credit_reserved'
                    )
                    AND line.tip_id IS NULL
                GROUP BY line.payment_id, line.account
                HAVING sum(line.cents) <> 0
                    AND NOT (
                        line.account = 'instructor_payable'
                        AND EXISTS (
                            SELECT FROM payment_operations operation
                            WHERE operation.payment_id = line.payment_id
                                AND (
                                    (operation.kind = 'reverse' AND operation.state <> 'succeeded')
                                    OR (
                                        operation.kind = 'transfer'
                                        AND operation.matter <> 'tip'
                                        AND operation.state IN ('planned', 'sent', 'unknown')
                                    )
                                )
                        )
                    )
           ) uncleared) AS unsettled,
           (SELECT count(*) FROM (
                SELECT student_id, account
                FROM (
                    SELECT student_id, account, cents FROM journal_lines
                    WHERE account IN (
                        'credit_pending', 'credit_available', 'credit_reserved', 'credit_frozen'
                    )
                    UNION ALL
                    SELECT lot.student_id, part.account, part.cents
                    FROM credit_lots lot
                    CROSS JOIN LATERAL (VALUES
                        ('credit_pending', lot.pending_cents),
                        ('credit_available', lot.available_cents),
                        ('credit_reserved', lot.reserved_cents),
                        ('credit_frozen', lot.frozen_cents)
                    ) AS part (account, cents)
                ) both_sides
                GROUP BY student_id, account
                HAVING sum(cents) <> 0
           ) mismatched) AS credit_mismatches
    """
)
LINES = """
    SELECT journal.journal_id, journal.journal_type, journal.source_id, journal.occurred_at,
           line.account, line.cents, line.payment_id, line.instructor_id, line.student_id,
           line.processor_ref, line.tip_id, line.lot_id
    FROM ({journals}) journal
    JOIN journal_lines line ON line.journal_id = journal.journal_id
    ORDER BY journal.journal_id {order}, line.position
"""
_OF_PAYMENT = text(
    LINES.format(
        journals="SELECT * FROM journals WHERE journal_id IN"
        " (SELECT journal_id FROM journal_lines WHERE payment_id = :payment)",
        order="",
    )
)
_FOUND = """
    SELECT * FROM journals found
    WHERE (CAST(:before AS uuid) IS NULL OR journal_id < CAST(:before AS uuid))
        AND (CAST(:type AS text) IS NULL OR journal_type = CAST(:type AS text))
        AND (CAST(:source AS text) IS NULL OR source_id = CAST(:source AS text))
        AND (
            CAST(:since AS timestamptz) IS NULL
            OR occurred_at >= CAST(:since AS timestamptz)
        )
        AND (
            CAST(:until AS timestamptz) IS NULL
            OR occurred_at < CAST(:until AS timestamptz)
        )
        AND (
            CAST(:payment AS uuid) IS NULL
            OR journal_id IN (
                SELECT journal_id FROM journal_lines WHERE payment_id = CAST(:payment AS uuid)
            )
        )
        AND (
            CAST(:account AS text) IS NULL
            OR EXISTS (
                SELECT FROM journal_lines line
                WHERE line.journal_id = found.journal_id AND line.account = CAST(:account AS text)
            )
        )
    ORDER BY journal_id DESC
    LIMIT :rows
"""
_JOURNALS = text(
    LINES.format(
        journals=_FOUND,
        order="DESC",
    )
)


@define
class PostgresLedgerQueries:
    """The `LedgerQueries` query."""

    _connection: Connection

    def trial_balance(self) -> TrialBalance:
        sums = {row.account: int(row.cents) for row in self._connection.execute(_BALANCES)}
        counts = self._connection.execute(_UNSETTLED).one()
        return TrialBalance(
            balances=tuple(
                AccountBalance(account=account, cents=sums[account.value])
                for account in Account
                if account.value in sums
            ),
            journals=counts.journals,
            unsettled=counts.unsettled,
            credit_mismatches=counts.credit_mismatches,
        )

    def of_payment(self, payment_id: PaymentId) -> Sequence[Journal]:
        return journals_of(self._connection.execute(_OF_PAYMENT, {"payment": payment_id.value}))

    def journals(self, page: PageRequest, search: JournalSearch = EVERYTHING) -> Page[Journal]:
        before = None if page.cursor is None else JournalId.parse(str(page.cursor.key[0])).value
        values = {
            "before": before,
            "rows": page.limit + 1,
            "type": search.journal_type and search.journal_type.value,
            "source": search.source_id,
            "since": search.since,
            "until": search.until,
            "payment": search.payment_id and search.payment_id.value,
            "account": search.account and search.account.value,
        }
        rows = journals_of(self._connection.execute(_JOURNALS, values))
        shown = rows[: page.limit]
        return Page(
            items=shown,
            next_cursor=Cursor((str(shown[-1].journal_id),)) if len(rows) > len(shown) else None,
        )


def journals_of(rows: Iterable[Row[Any]]) -> list[Journal]:
    """The journals that rows of lines in their order make."""
    return [_journal(list(lines)) for _, lines in groupby(rows, key=lambda row: row.journal_id)]


def _journal(lines: Sequence[Row[Any]]) -> Journal:
    head = lines[0]
    return Journal(
        journal_id=JournalId(head.journal_id),
        journal_type=JournalType(head.journal_type),
        source_id=head.source_id,
        occurred_at=head.occurred_at,
        lines=tuple(
            Line(
                account=Account(line.account),
                cents=line.cents,
                payment_id=line.payment_id and PaymentId(line.payment_id),
                instructor_id=line.instructor_id and InstructorId(line.instructor_id),
                student_id=line.student_id and StudentId(line.student_id),
                processor_ref=line.processor_ref,
                tip_id=line.tip_id and TipId(line.tip_id),
                lot_id=line.lot_id and CreditLotId(line.lot_id),
            )
            for line in lines
        ),
    )
