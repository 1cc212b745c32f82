"""Appendix A of a tip: rows 24, 18 and 19."""

from attrs import frozen

from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import OperationId, TipId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType
from instainstru_core.payments.ledger.writing import Writer


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
