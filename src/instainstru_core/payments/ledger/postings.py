"""Appendix A: which accounts a money fact moves."""

from attrs import frozen

from instainstru_core.payments.ledger.model import Account, Journal, JournalType
from instainstru_core.payments.ledger.writing import Writer
from instainstru_core.payments.model.holds import CardHold
from instainstru_core.payments.model.operation import PaymentOperation
from instainstru_core.payments.model.planner import SettlementPlan


@frozen
class Bookkeeper(Writer):
    """The journals of a lesson's own money."""

    def authorised(self, hold: CardHold) -> list[Journal]:
        """Row 1: the money is held."""
        held = self.pair(Account.AUTH_HELD, Account.AUTH_CONTRA, hold.amount, hold.intent)
        return self.journal(JournalType.AUTHORISE, str(hold.hold_id), held)

    def released(self, hold: CardHold) -> list[Journal]:
        """Row 2: the hold is gone, however it went."""
        gone = self.pair(Account.AUTH_CONTRA, Account.AUTH_HELD, hold.amount, hold.intent)
        return self.journal(JournalType.VOID, str(hold.hold_id), gone)

    def captured(self, operation: PaymentOperation, hold: CardHold) -> list[Journal]:
        """Row 3, with row 2 for the whole hold."""
        taken = self.pair(
            Account.PROCESSOR_BALANCE,
            Account.BOOKING_ESCROW,
            hold.captured_amount,
            hold.charge,
        )
        capture = self.journal(JournalType.CAPTURE, str(operation.operation_id), taken)
        return [*capture, *self.released(hold)]

    def settled(self, plan: SettlementPlan) -> list[Journal]:
        """Rows 15 to 17: the fee, the commission, and what the instructor is owed."""
        source = str(self._payment.payment_id)
        escrow = Account.BOOKING_ESCROW
        fee = self.pair(escrow, Account.STUDENT_FEE_REVENUE, plan.student_fee_kept)
        commission = self.pair(escrow, Account.COMMISSION_REVENUE, plan.commission_kept)
        payout = self.pair(escrow, Account.INSTRUCTOR_PAYABLE, plan.payout)
        return [
            *self.journal(JournalType.SETTLE_FEE, source, fee),
            *self.journal(JournalType.SETTLE_COMMISSION, source, commission),
            *self.journal(JournalType.SETTLE_PAYOUT, source, payout),
        ]

    def refunded(self, operation: PaymentOperation) -> list[Journal]:
        """Row 22: what was taken and not settled goes back to the card."""
        reference = operation.processor_ref
        escrow, balance = Account.BOOKING_ESCROW, Account.PROCESSOR_BALANCE
        lines = self.pair(escrow, balance, operation.amount, reference)
        return self.journal(JournalType.REFUND, str(operation.operation_id), lines)

    def came_back(self, operation: PaymentOperation) -> list[Journal]:
        """The card did not take it after all: row 22 undone. Source: PY-54."""
        balance, escrow = Account.PROCESSOR_BALANCE, Account.BOOKING_ESCROW
        lines = self.pair(balance, escrow, operation.amount, operation.processor_ref)
        return self.journal(JournalType.CORRECTION, f"refund:{operation.operation_id}", lines)

    def kept(self, operation: PaymentOperation) -> list[Journal]:
        """What no card took back stays with the platform, which gives credit for it. PY-58."""
        escrow, contra = Account.BOOKING_ESCROW, Account.REFUNDS_CONTRA
        lines = self.pair(escrow, contra, operation.amount, operation.processor_ref)
        return self.journal(JournalType.CORRECTION, f"kept:{operation.operation_id}", lines)

    def transferred(self, operation: PaymentOperation) -> list[Journal]:
        """Row 18: the instructor's account has it."""
        reference = operation.processor_ref
        amount = operation.amount
        lines = [
            *self.pair(Account.INSTRUCTOR_PAYABLE, Account.PROCESSOR_BALANCE, amount, reference),
            *self.pair(Account.CONNECT_BALANCE, Account.CONNECT_OWNER, amount, reference),
        ]
        return self.journal(JournalType.TRANSFER, str(operation.operation_id), lines)
