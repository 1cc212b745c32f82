"""Appendix A, rows 25 and 26: debts recognised, collected and given up."""

from attrs import frozen

from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import DebtId, OperationId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType
from instainstru_core.payments.ledger.writing import Writer


@frozen
class DebtBookkeeper(Writer):
    """The journals of what a student owes for one payment."""

    def recognised(self, debt_id: DebtId, amount: Money) -> list[Journal]:
        """Row 25: the student owes what the card didn't give."""
        lines = self.pair(Account.STUDENT_RECEIVABLE, Account.BOOKING_ESCROW, amount)
        return self.journal(JournalType.DEBT_RECOGNISED, str(debt_id), lines)

    def collected(self, operation_id: OperationId, amount: Money, charge: str) -> list[Journal]:
        """Row 26: a card paid part of a debt, or all of it."""
        balance, owed = Account.PROCESSOR_BALANCE, Account.STUDENT_RECEIVABLE
        lines = self.pair(balance, owed, amount, charge)
        return self.journal(JournalType.DEBT_COLLECTED, str(operation_id), lines)

    def written_off(self, debt_id: DebtId, before: Money, amount: Money) -> list[Journal]:
        """Row 26: given up; *before* was given up earlier, so that each is told apart."""
        lost, owed = Account.BAD_DEBT_EXPENSE, Account.STUDENT_RECEIVABLE
        lines = self.pair(lost, owed, amount)
        return self.journal(JournalType.DEBT_WRITTEN_OFF, f"{debt_id}:{before.cents}", lines)
