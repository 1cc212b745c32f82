"""The books in memory."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from attrs import define

from instainstru_core.accounts.ids import StudentId
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.payments.credits.model import CreditLot, CreditPart
from instainstru_core.payments.events import LedgerBreached
from instainstru_core.payments.ids import CreditLotId, JournalId, OperationId, PaymentId
from instainstru_core.payments.ledger.chart import EVERYTHING, JournalSearch
from instainstru_core.payments.ledger.model import (
    Account,
    AccountBalance,
    Journal,
    TrialBalance,
)
from instainstru_core.payments.model.operation import (
    Matter,
    OperationKind,
    OperationState,
    PaymentOperation,
)
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables

CLEARED: Final = frozenset(
    {
        Account.BOOKING_ESCROW,
        Account.INSTRUCTOR_PAYABLE,
        Account.AUTH_HELD,
        Account.CREDIT_RESERVED,
    }
)
CREDIT: Final = {
    CreditPart.PENDING: Account.CREDIT_PENDING,
    CreditPart.AVAILABLE: Account.CREDIT_AVAILABLE,
    CreditPart.RESERVED: Account.CREDIT_RESERVED,
    CreditPart.FROZEN: Account.CREDIT_FROZEN,
}


@define
class InMemoryLedger:
    """The `Ledger` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

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

    _tables: Tables

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
        for payment_id in self._explained():
            by_payment.pop((payment_id, Account.INSTRUCTOR_PAYABLE), None)
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
            credit_mismatches=self._credit_mismatches(journals),
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

    def _explained(self) -> set[PaymentId]:
        """Payments with a transfer that is still to be sent, or was not brought back."""
        operations = self._tables.of("payment_operations", OperationId, PaymentOperation)
        return {
            each.payment_id
            for each in operations.values()
            if (each.kind is OperationKind.REVERSE and each.state is not OperationState.SUCCEEDED)
            or (
                each.kind is OperationKind.TRANSFER
                and each.matter is not Matter.TIP
                and not each.finished
            )
        }

    def _credit_mismatches(self, journals: list[Journal]) -> int:
        sums: Counter[tuple[StudentId | None, Account]] = Counter()
        for journal in journals:
            for line in journal.lines:
                if line.account in CREDIT.values():
                    sums[line.student_id, line.account] += line.cents
        for lot in self._tables.of("credit_lots", CreditLotId, CreditLot).values():
            for part, account in CREDIT.items():
                sums[lot.student_id, account] += lot.part(part).cents
        return sum(cents != 0 for cents in sums.values())

    def _journals(self) -> list[Journal]:
        return sorted(
            self._tables.of("journals", JournalId, Journal).values(),
            key=lambda journal: journal.journal_id,
        )
