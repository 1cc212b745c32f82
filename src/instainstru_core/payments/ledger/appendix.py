"""Appendix A by number: which row of the posting table a journal is. Source: PY-87."""

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from instainstru_core.payments.ledger.model import JournalType


@frozen
class Row:
    """One row of the posting table; *number* is None for what corrects others (PY-80)."""

    number: int | None
    event: str


ROWS: Final[Mapping[JournalType, Row]] = {
    JournalType.AUTHORISE: Row(1, "money is held on the card"),
    JournalType.VOID: Row(2, "the hold is gone"),
    JournalType.CAPTURE: Row(3, "the held money is taken"),
    JournalType.PROCESSING_FEE: Row(4, "the processor keeps its fee"),
    JournalType.CREDIT_RESERVE: Row(5, "credit is set aside for a lesson"),
    JournalType.CREDIT_RELEASE: Row(6, "credit set aside is free again"),
    JournalType.CREDIT_APPLY: Row(7, "credit pays for a lesson"),
    JournalType.CREDIT_FORFEIT: Row(8, "credit is forfeited"),
    JournalType.CREDIT_ISSUE: Row(9, "taken money becomes the student's credit"),
    JournalType.CREDIT_ISSUE_PROMO: Row(10, "the platform grants credit"),
    JournalType.CREDIT_UNLOCK: Row(11, "granted credit can be spent"),
    JournalType.CREDIT_EXPIRE: Row(12, "credit expires"),
    JournalType.CREDIT_REVOKE: Row(13, "credit is revoked"),
    JournalType.CREDIT_FREEZE: Row(14, "credit is frozen while a charge is disputed"),
    JournalType.CREDIT_UNFREEZE: Row(14, "frozen credit is free again"),
    JournalType.SETTLE_FEE: Row(15, "the student's fee is earned"),
    JournalType.SETTLE_COMMISSION: Row(16, "the commission is earned"),
    JournalType.SETTLE_PAYOUT: Row(17, "the instructor is owed the payout"),
    JournalType.TRANSFER: Row(18, "the instructor's account gets what is owed"),
    JournalType.TRANSFER_REVERSAL: Row(19, "a transfer is taken back"),
    JournalType.INSTRUCTOR_BANK_PAYOUT: Row(20, "the instructor's bank gets the balance"),
    JournalType.INSTRUCTOR_BANK_PAYOUT_FAILED: Row(20, "a payout to a bank came back"),
    JournalType.PLATFORM_PAYOUT: Row(21, "the platform's bank gets money, or it came back"),
    JournalType.REFUND: Row(22, "the card is refunded before settlement"),
    JournalType.REFUND_SETTLED: Row(23, "the card is refunded after settlement"),
    JournalType.TIP_CHARGE: Row(24, "a tip is taken for the instructor"),
    JournalType.DEBT_RECOGNISED: Row(25, "the student owes what the card did not pay"),
    JournalType.DEBT_COLLECTED: Row(26, "a debt is paid"),
    JournalType.DEBT_WRITTEN_OFF: Row(26, "a debt is given up"),
    JournalType.CHARGEBACK_OPENED: Row(27, "a disputed charge is withheld"),
    JournalType.CHARGEBACK_FEE: Row(27, "a dispute costs its fee"),
    JournalType.CHARGEBACK_WON: Row(28, "a dispute is won"),
    JournalType.CHARGEBACK_LOST: Row(29, "a dispute is lost"),
    JournalType.CHARGEBACK_RECOVERY: Row(30, "a lost dispute is recovered from"),
    JournalType.REFERRAL_BONUS: Row(31, "a referral bonus is owed"),
    JournalType.CORRECTION: Row(None, "an earlier journal is corrected"),
}
"""Every type of journal."""
