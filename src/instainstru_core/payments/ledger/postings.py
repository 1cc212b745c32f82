"""Appendix A: which accounts a money fact moves."""

from datetime import datetime

from attrs import frozen

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import Money
from instainstru_core.payments.credits.model import CreditLot
from instainstru_core.payments.ids import JournalId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.model.holds import CardHold
from instainstru_core.payments.model.operation import PaymentOperation
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.planner import SettlementPlan


@frozen
class Bookkeeper:
    """Writes the journals of one payment at one instant; what moves nothing is not written."""

    _payment: Payment
    _ids: Ids
    _at: datetime

    def authorised(self, hold: CardHold) -> list[Journal]:
        """Row 1: the money is held."""
        held = self._pair(Account.AUTH_HELD, Account.AUTH_CONTRA, hold.amount, hold.intent)
        return self._journal(JournalType.AUTHORISE, str(hold.hold_id), held)

    def released(self, hold: CardHold) -> list[Journal]:
        """Row 2: the hold is gone, however it went."""
        gone = self._pair(Account.AUTH_CONTRA, Account.AUTH_HELD, hold.amount, hold.intent)
        return self._journal(JournalType.VOID, str(hold.hold_id), gone)

    def captured(self, operation: PaymentOperation, hold: CardHold) -> list[Journal]:
        """Row 3, with row 2 for the whole hold."""
        taken = self._pair(
            Account.PROCESSOR_BALANCE,
            Account.BOOKING_ESCROW,
            hold.captured_amount,
            hold.charge,
        )
        capture = self._journal(JournalType.CAPTURE, str(operation.operation_id), taken)
        return [*capture, *self.released(hold)]

    def settled(self, plan: SettlementPlan) -> list[Journal]:
        """Rows 15 to 17: the fee, the commission, and what the instructor is owed."""
        source = str(self._payment.payment_id)
        escrow = Account.BOOKING_ESCROW
        fee = self._pair(escrow, Account.STUDENT_FEE_REVENUE, plan.student_fee_kept)
        commission = self._pair(escrow, Account.COMMISSION_REVENUE, plan.commission_kept)
        payout = self._pair(escrow, Account.INSTRUCTOR_PAYABLE, plan.payout)
        return [
            *self._journal(JournalType.SETTLE_FEE, source, fee),
            *self._journal(JournalType.SETTLE_COMMISSION, source, commission),
            *self._journal(JournalType.SETTLE_PAYOUT, source, payout),
        ]

    def credit_issued(self, lot: CreditLot) -> list[Journal]:
        """Row 9: part of the captured money is the student's credit."""
        lines = self._pair(Account.BOOKING_ESCROW, Account.CREDIT_AVAILABLE, lot.amount)
        return self._journal(JournalType.CREDIT_ISSUE, str(lot.lot_id), lines)

    def refunded(self, operation: PaymentOperation) -> list[Journal]:
        """Row 22: what was taken and not settled goes back to the card."""
        reference = operation.processor_ref
        escrow, balance = Account.BOOKING_ESCROW, Account.PROCESSOR_BALANCE
        lines = self._pair(escrow, balance, operation.amount, reference)
        return self._journal(JournalType.REFUND, str(operation.operation_id), lines)

    def transferred(self, operation: PaymentOperation) -> list[Journal]:
        """Row 18: the instructor's account has it."""
        reference = operation.processor_ref
        amount = operation.amount
        lines = [
            *self._pair(Account.INSTRUCTOR_PAYABLE, Account.PROCESSOR_BALANCE, amount, reference),
            *self._pair(Account.CONNECT_BALANCE, Account.CONNECT_OWNER, amount, reference),
        ]
        return self._journal(JournalType.TRANSFER, str(operation.operation_id), lines)

    def _journal(self, kind: JournalType, source: str, lines: list[Line]) -> list[Journal]:
        if not lines:
            return []
        return [
            Journal(
                journal_id=self._ids.new(JournalId),
                journal_type=kind,
                source_id=source,
                occurred_at=self._at,
                lines=tuple(lines),
            )
        ]

    def _pair(
        self, debit: Account, credit: Account, amount: Money, reference: str | None = None
    ) -> list[Line]:
        if not amount:
            return []
        return [
            self._line(debit, amount.cents, reference),
            self._line(credit, -amount.cents, reference),
        ]

    def _line(self, account: Account, cents: int, reference: str | None) -> Line:
        return Line(
            account=account,
            cents=cents,
            payment_id=self._payment.payment_id,
            instructor_id=self._payment.instructor_id,
            student_id=self._payment.student_id,
            processor_ref=reference,
        )
