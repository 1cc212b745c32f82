"""Appendix A, rows 4 and 21: what only the processor's own list tells. Source: PY-85."""

from attrs import frozen

from instainstru_core.kernel.ids import Ids
from instainstru_core.payments.ids import JournalId, PaymentId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.model.processor import BalanceKind, BalanceTransaction
from instainstru_core.payments.reconciliation.model import fee_cents


@frozen
class FeePostings:
    """The journals of movements; each is told apart by the movement's own name (PY-81)."""

    _ids: Ids

    def of(self, moved: BalanceTransaction, payment_id: PaymentId | None) -> list[Journal]:
        """What *moved* has to say that nobody posted as it was ordered."""
        return [*self.fee(moved, payment_id), *self.payout(moved)]

    def fee(self, moved: BalanceTransaction, payment_id: PaymentId | None) -> list[Journal]:
        """Row 4: what the processor kept; a fee it gives back goes the other way."""
        fee = fee_cents(moved)
        if not fee:
            return []
        lines = (
            Line(
                account=Account.PROCESSING_FEE_EXPENSE,
                cents=fee,
                payment_id=payment_id,
                processor_ref=moved.reference,
            ),
            Line(
                account=Account.PROCESSOR_BALANCE,
                cents=-fee,
                payment_id=payment_id,
                processor_ref=moved.reference,
            ),
        )
        return [self._journal(JournalType.PROCESSING_FEE, moved, lines)]

    def payout(self, moved: BalanceTransaction) -> list[Journal]:
        """Row 21: the platform's own money on its way to the bank, or back."""
        if moved.kind not in {BalanceKind.PAYOUT, BalanceKind.PAYOUT_FAILURE}:
            return []
        lines = tuple(
            Line(account=account, cents=cents, processor_ref=moved.source)
            for account, cents in (
                (Account.PLATFORM_BANK, -moved.amount_cents),
                (Account.PROCESSOR_BALANCE, moved.amount_cents),
            )
        )
        return [self._journal(JournalType.PLATFORM_PAYOUT, moved, lines)]

    def _journal(
        self, kind: JournalType, moved: BalanceTransaction, lines: tuple[Line, ...]
    ) -> Journal:
        return Journal(
            journal_id=self._ids.new(JournalId),
            journal_type=kind,
            source_id=moved.reference,
            occurred_at=moved.occurred_at,
            lines=lines,
        )
