"""Appendix A, row 20: what an instructor's account pays out to their bank."""

from datetime import datetime

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.payments.ids import JournalId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.model.processor import BankPayout


@frozen
class PayoutBookkeeper:
    """The journals of one instructor's payouts; they are about no payment."""

    _instructor_id: InstructorId
    _ids: Ids
    _at: datetime

    def paid_out(self, payout: BankPayout) -> list[Journal]:
        """Row 20: the account has it no more."""
        debit, credit = Account.CONNECT_OWNER, Account.CONNECT_BALANCE
        return self._journal(JournalType.INSTRUCTOR_BANK_PAYOUT, payout, debit, credit)

    def came_back(self, payout: BankPayout) -> list[Journal]:
        """Row 20 reversed: the bank did not take it, or it was called off."""
        debit, credit = Account.CONNECT_BALANCE, Account.CONNECT_OWNER
        return self._journal(JournalType.INSTRUCTOR_BANK_PAYOUT_FAILED, payout, debit, credit)

    def _journal(
        self, kind: JournalType, payout: BankPayout, debit: Account, credit: Account
    ) -> list[Journal]:
        if not payout.amount:
            return []
        lines = tuple(
            Line(
                account=account,
                cents=cents,
                instructor_id=self._instructor_id,
                processor_ref=payout.payout,
            )
            for account, cents in ((debit, payout.amount.cents), (credit, -payout.amount.cents))
        )
        return [
            Journal(
                journal_id=self._ids.new(JournalId),
                journal_type=kind,
                source_id=payout.payout,
                occurred_at=self._at,
                lines=lines,
            )
        ]
