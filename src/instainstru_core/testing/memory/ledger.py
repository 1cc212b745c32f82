"""The books in memory."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import define

from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.payments.events import LedgerBreached
from instainstru_core.payments.ids import JournalId, PaymentId
from instainstru_core.payments.ledger.chart import EVERYTHING, JournalSearch
from instainstru_core.payments.ledger.model import (
    Account,
    AccountBalance,
    Journal,
    TrialBalance,
)
from instainstru_core.payments.model.payment import Payment, PaymentState

if TYPE_CHECKING:
    from instainstru_core.testing.memory.store import InMemoryOutbox, Tables

CLEARED = frozenset({Account.BOOKING_ESCROW, Account.INSTRUCTOR_PAYABLE, Account.AUTH_HELD})


@define
class InMemoryLedger:
    """The `Ledger` port."""

    _tables: "Tables"
    _outbox: "InMemoryOutbox"

    def post(self, journals: Iterable[Journal]) -> None:
        rows = self._tables.of("journals", JournalId, Journal)
        waiting = self._tables.of("unsealed_journals", JournalId, bool)
        for journal in journals:
            told = self._tables.where(
                "journals", JournalId, Journal, "source_id", journal.source_id
            )
            if all(each.journal_type is not journal.journal_type for each in told):
                rows[journal.journal_id] = journal
                waiting[journal.journal_id] = True

    def is_breached(self) -> bool:
        return bool(self._breaches())

    def open_breach(self, breach: LedgerBreached) -> None:
        if not self.is_breached():
            self._breaches()[breach.occurred_at] = breach
            self._outbox.record((breach,))

    def close_breach(self, *, at: datetime) -> None:  # noqa: ARG002 - history is for PostgreSQL
        self._breaches().clear()

    def _breaches(self) -> dict[datetime, LedgerBreached]:
        return self._tables.of("ledger_breaches", datetime, LedgerBreached)


@define
class InMemoryLedgerQueries:
    """The `LedgerQueries` query."""

    _tables: "Tables"

    def trial_balance(self) -> TrialBalance:
        sums: Counter[Account] = Counter()
        by_payment: Counter[tuple[PaymentId | None, Account]] = Counter()
        journals = self._journals()
        for journal in journals:
            for line in journal.lines:
                sums[line.account] += line.cents
                if line.tip_id is None:  # A tip is owed apart from its lesson. Source: PY-82.
                    by_payment[line.payment_id, line.account] += line.cents
        payments = self._tables.of("payments", PaymentId, Payment).values()
        return TrialBalance(
            balances=tuple(
                AccountBalance(account=account, cents=sums[account])
                for account in Account
                if account in sums
            ),
            journals=len(journals),
            unsettled=sum(
                any(by_payment[payment.payment_id, account] for account in CLEARED)
                for payment in payments
                if payment.state is PaymentState.SETTLED
            ),
        )

    def of_payment(self, payment_id: PaymentId) -> Sequence[Journal]:
        return [
            journal
            for journal in self._journals()
            if any(line.payment_id == payment_id for line in journal.lines)
        ]

    def journals(self, page: PageRequest, search: JournalSearch = EVERYTHING) -> Page[Journal]:
        rows = [journal for journal in self._journals()[::-1] if search.finds(journal)]
        if page.cursor is not None:
            before = JournalId.parse(str(page.cursor.key[0]))
            rows = [journal for journal in rows if journal.journal_id < before]
        shown = rows[: page.limit]
        more = len(rows) > len(shown)
        return Page(
            items=shown,
            next_cursor=Cursor((str(shown[-1].journal_id),)) if more else None,
        )

    def _journals(self) -> list[Journal]:
        return sorted(
            self._tables.of("journals", JournalId, Journal).values(),
            key=lambda journal: journal.journal_id,
        )
