"""Payments as operators see them, in memory."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import define

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.errors import PaymentNotFound
from instainstru_core.payments.ids import JournalId, OperationId, PaymentId, TipId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType
from instainstru_core.payments.model.operation import PaymentOperation
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.office.queries import (
    INCOME,
    PaymentFile,
    PaymentSearch,
    PendingPayout,
    Pipeline,
    Revenue,
)
from instainstru_core.payments.tips.model import Tip
from instainstru_core.testing.memory.refunds import InMemoryChargebacks, InMemoryRefunds
from instainstru_core.testing.memory.tables import Tables

WEEK = timedelta(days=7)


@define
class InMemoryOfficeQueries:
    """The `OfficeQueries` query."""

    _tables: Tables

    def find(self, wanted: PaymentSearch, page: PageRequest) -> Page[Payment]:
        found = [
            each
            for each in self._payments()
            if wanted.state in {None, each.state} and wanted.reason in {None, each.review_reason}
        ]
        found.sort(key=lambda payment: payment.payment_id, reverse=True)
        if page.cursor is not None:
            before = PaymentId.parse(str(page.cursor.key[0]))
            found = [each for each in found if each.payment_id < before]
        shown = found[: page.limit]
        more = len(found) > len(shown)
        return Page(items=shown, next_cursor=Cursor((str(shown[-1].payment_id),)) if more else None)

    def file(self, payment_id: PaymentId) -> PaymentFile:
        payment = self._tables.of("payments", PaymentId, Payment).get(payment_id)
        if payment is None:
            raise PaymentNotFound(f"there is no payment {payment_id}")
        operations = self._tables.of("payment_operations", OperationId, PaymentOperation)
        journals = [
            journal
            for journal in self._journals()
            if any(line.payment_id == payment_id for line in journal.lines)
        ]
        journals.sort(key=lambda journal: journal.journal_id)
        return PaymentFile(
            payment=payment,
            operations=sorted(
                (each for each in operations.values() if each.payment_id == payment_id),
                key=lambda operation: operation.operation_id,
            ),
            refunds=InMemoryRefunds(self._tables).of(payment_id),
            chargebacks=InMemoryChargebacks(self._tables).of(payment_id),
            journals=journals,
        )

    def pipeline(self, *, now: datetime) -> Pipeline:
        payments, since = self._payments(), now - WEEK
        states = Counter(each.state for each in payments)
        kinds: Counter[JournalType] = Counter()
        sums: Counter[JournalType] = Counter()
        fees = 0
        for journal in self._journals():
            if journal.occurred_at >= since:
                kinds[journal.journal_type] += 1
                sums[journal.journal_type] += sum(
                    line.cents
                    for line in journal.lines
                    if line.account is Account.PROCESSOR_BALANCE
                )
                fees -= sum(
                    line.cents
                    for line in journal.lines
                    if line.account is Account.STUDENT_FEE_REVENUE
                )
        refunds = (JournalType.REFUND, JournalType.REFUND_SETTLED)
        return Pipeline(
            pending_authorization=states[PaymentState.SCHEDULED],
            authorized=states[PaymentState.AUTHORIZED],
            awaiting_capture=sum(
                each.state is PaymentState.AUTHORIZED and each.lesson.ends_at <= now
                for each in payments
            ),
            locked=states[PaymentState.LOCKED],
            captured_7d=kinds[JournalType.CAPTURE],
            failed_7d=sum(
                each.failure is not None and each.failure.last_at >= since for each in payments
            ),
            refunded_7d=sum(kinds[each] for each in refunds),
            overdue_authorizations=sum(
                each.state is PaymentState.SCHEDULED and each.auth_due_at <= now
                for each in payments
            ),
            overdue_captures=sum(
                each.state is PaymentState.AUTHORIZED and each.capture_due_at <= now
                for each in payments
            ),
            reviews=self._reviews(),
            captured_cents=sums[JournalType.CAPTURE],
            refunded_cents=-sum(sums[each] for each in refunds),
            fee_cents=fees,
            payout_cents=-sums[JournalType.TRANSFER] - sums[JournalType.TRANSFER_REVERSAL],
        )

    def _reviews(self) -> Counter[str]:
        reasons = [
            each.review_reason for each in self._payments() if each.review_reason is not None
        ]
        tips = self._tables.of("tips", TipId, Tip).values()
        troubles = [f"tip_{each.trouble}" for each in tips if each.trouble is not None]
        return Counter([*reasons, *troubles])

    def pending_payouts(self) -> Sequence[PendingPayout]:
        owed: Counter[tuple[InstructorId, PaymentId | None]] = Counter()
        for journal in self._journals():
            for line in journal.lines:
                if line.account is Account.INSTRUCTOR_PAYABLE and line.instructor_id is not None:
                    owed[line.instructor_id, line.payment_id] -= line.cents
        mine: dict[InstructorId, list[int]] = defaultdict(list)
        for (who, _), cents in owed.items():
            if cents > 0:
                mine[who].append(cents)
        found = [
            PendingPayout(instructor_id=who, payments=len(each), amount=Money(sum(each)))
            for who, each in mine.items()
        ]
        return sorted(found, key=lambda each: (-each.amount.cents, each.instructor_id))

    def revenue(self, within: Interval) -> Revenue:
        sums: Counter[Account] = Counter()
        for journal in self._journals():
            if within.starts_at <= journal.occurred_at < within.ends_at:
                for line in journal.lines:
                    sums[line.account] -= line.cents
        return Revenue(
            within=within,
            cents={account: sums[account] for account in INCOME if sums[account]},
        )

    def _payments(self) -> list[Payment]:
        return list(self._tables.of("payments", PaymentId, Payment).values())

    def _journals(self) -> list[Journal]:
        return list(self._tables.of("journals", JournalId, Journal).values())
