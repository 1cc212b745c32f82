"""Appendix A, rows 27 to 30: what a bank withdraws, gives again, or keeps."""

from attrs import frozen

from instainstru_core.kernel.money import Money
from instainstru_core.payments.chargebacks.model import Chargeback
from instainstru_core.payments.ledger.model import Account, Journal, JournalType
from instainstru_core.payments.ledger.writing import Writer


@frozen
class ChargebackBookkeeper(Writer):
    """The journals of disputed charges."""

    def opened(self, chargeback: Chargeback) -> list[Journal]:
        """Row 27: the amount is withdrawn, and the processor takes its fee."""
        source, reference = str(chargeback.chargeback_id), chargeback.dispute
        balance = Account.PROCESSOR_BALANCE
        held = self.pair(Account.DISPUTE_HOLD, balance, chargeback.amount, reference)
        fee = self.pair(Account.DISPUTE_LOSS_EXPENSE, balance, chargeback.fee, reference)
        return [
            *self.journal(JournalType.CHARGEBACK_OPENED, source, held),
            *self.journal(JournalType.CHARGEBACK_FEE, source, fee),
        ]

    def won(self, chargeback: Chargeback) -> list[Journal]:
        """Row 28: the amount is back."""
        lines = self.pair(
            Account.PROCESSOR_BALANCE,
            Account.DISPUTE_HOLD,
            chargeback.amount,
            chargeback.dispute,
        )
        return self.journal(JournalType.CHARGEBACK_WON, str(chargeback.chargeback_id), lines)

    def lost(self, chargeback: Chargeback) -> list[Journal]:
        """Row 29: the amount is gone."""
        lines = self.pair(
            Account.DISPUTE_LOSS_EXPENSE,
            Account.DISPUTE_HOLD,
            chargeback.amount,
            chargeback.dispute,
        )
        return self.journal(JournalType.CHARGEBACK_LOST, str(chargeback.chargeback_id), lines)

    def recovered(self, account: Account, amount: Money, source: str) -> list[Journal]:
        """Row 30: part of the loss is somebody else's, and stood on *account*."""
        lines = self.pair(account, Account.DISPUTE_LOSS_EXPENSE, amount)
        return self.journal(JournalType.CHARGEBACK_RECOVERY, source, lines)
