"""Appendix A of a tip: rows 24, 23, 18 and 19."""

from attrs import frozen

from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import OperationId, TipId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType
from instainstru_core.payments.ledger.writing import Writer
from instainstru_core.payments.model.operation import PaymentOperation


@frozen
class TipBookkeeper(Writer):
    """The journals of a tip for the payment's lesson."""

    def charged(
        self, operation_id: OperationId, tip_id: TipId, amount: Money, charge: str
    ) -> list[Journal]:
        """Row 24: the card paid it, and the instructor is owed all of it."""
        lines = self.pair(
            Account.PROCESSOR_BALANCE, Account.INSTRUCTOR_PAYABLE, amount, charge, tip_id=tip_id
        )
        return self.journal(JournalType.TIP_CHARGE, str(operation_id), lines)

    def transferred(
        self, operation_id: OperationId, tip_id: TipId, amount: Money, transfer: str
    ) -> list[Journal]:
        """Row 18: the instructor's account has it."""
        payable, balance = Account.INSTRUCTOR_PAYABLE, Account.PROCESSOR_BALANCE
        connect, owner = Account.CONNECT_BALANCE, Account.CONNECT_OWNER
        lines = [
            *self.pair(payable, balance, amount, transfer, tip_id=tip_id),
            *self.pair(connect, owner, amount, transfer, tip_id=tip_id),
        ]
        return self.journal(JournalType.TRANSFER, str(operation_id), lines)

    def refunded(self, operation: PaymentOperation, tip_id: TipId) -> list[Journal]:
        """Row 23 of a tip: v is all of it, so nothing is left for the platform to absorb."""
        payable, balance = Account.INSTRUCTOR_PAYABLE, Account.PROCESSOR_BALANCE
        lines = self.pair(
            payable, balance, operation.amount, operation.processor_ref, tip_id=tip_id
        )
        return self.journal(JournalType.REFUND_SETTLED, str(operation.operation_id), lines)

    def reversed(self, operation: PaymentOperation, tip_id: TipId) -> list[Journal]:
        """Row 19: the transfer came back."""
        payable, balance = Account.INSTRUCTOR_PAYABLE, Account.PROCESSOR_BALANCE
        connect, owner = Account.CONNECT_BALANCE, Account.CONNECT_OWNER
        amount, reference = operation.amount, operation.processor_ref
        lines = [
            *self.pair(balance, payable, amount, reference, tip_id=tip_id),
            *self.pair(owner, connect, amount, reference, tip_id=tip_id),
        ]
        return self.journal(JournalType.TRANSFER_REVERSAL, str(operation.operation_id), lines)

    def borne(self, operation: PaymentOperation, tip_id: TipId) -> list[Journal]:
        """The platform bears what the instructor could not give back. Source: PY-54, PY-58."""
        contra, payable = Account.REFUNDS_CONTRA, Account.INSTRUCTOR_PAYABLE
        lines = self.pair(contra, payable, operation.amount, tip_id=tip_id)
        return self.journal(JournalType.CORRECTION, f"reversal:{operation.operation_id}", lines)

    def came_back(
        self, operation: PaymentOperation, tip_id: TipId, *, borne: bool
    ) -> list[Journal]:
        """The card did not take it: it is whose it was, or the platform's that bore it."""
        whose = Account.REFUNDS_CONTRA if borne else Account.INSTRUCTOR_PAYABLE
        lines = self.pair(
            Account.PROCESSOR_BALANCE,
            whose,
            operation.amount,
            operation.processor_ref,
            tip_id=tip_id,
        )
        return self.journal(JournalType.CORRECTION, f"refund:{operation.operation_id}", lines)
