"""Balanced journals that never change. Source: PY-80…PY-82."""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.time import utc
from instainstru_core.payments.ids import CreditLotId, JournalId, PaymentId, TipId


class Account(StrEnum):
    """The chart of accounts. Source: PY-82."""

    PROCESSOR_BALANCE = "processor_balance"
    PLATFORM_BANK = "platform_bank"
    STUDENT_RECEIVABLE = "student_receivable"
    DISPUTE_HOLD = "dispute_hold"
    BOOKING_ESCROW = "booking_escrow"
    INSTRUCTOR_PAYABLE = "instructor_payable"
    CREDIT_PENDING = "credit_pending"
    CREDIT_AVAILABLE = "credit_available"
    CREDIT_RESERVED = "credit_reserved"
    CREDIT_FROZEN = "credit_frozen"
    STUDENT_FEE_REVENUE = "student_fee_revenue"
    COMMISSION_REVENUE = "commission_revenue"
    CREDIT_BREAKAGE = "credit_breakage"
    REFUNDS_CONTRA = "refunds_contra"
    PROCESSING_FEE_EXPENSE = "processing_fee_expense"
    PROMO_CREDIT_EXPENSE = "promo_credit_expense"
    REFERRAL_BONUS_EXPENSE = "referral_bonus_expense"
    DISPUTE_LOSS_EXPENSE = "dispute_loss_expense"
    BAD_DEBT_EXPENSE = "bad_debt_expense"
    AUTH_HELD = "auth_held"
    AUTH_CONTRA = "auth_contra"
    CONNECT_BALANCE = "connect_balance"
    CONNECT_OWNER = "connect_owner"


class JournalType(StrEnum):
    """What a journal tells; each is one row of Appendix A."""

    AUTHORISE = "authorise"
    VOID = "void"
    CAPTURE = "capture"
    SETTLE_FEE = "settle_fee"
    SETTLE_COMMISSION = "settle_commission"
    SETTLE_PAYOUT = "settle_payout"
    CREDIT_ISSUE = "credit_issue"
    TRANSFER = "transfer"
    REFUND = "refund"
    PROCESSING_FEE = "processing_fee"
    CREDIT_RESERVE = "credit_reserve"
    CREDIT_RELEASE = "credit_release"
    CREDIT_APPLY = "credit_apply"
    CREDIT_FORFEIT = "credit_forfeit"
    CREDIT_ISSUE_PROMO = "credit_issue_promo"
    CREDIT_UNLOCK = "credit_unlock"
    CREDIT_EXPIRE = "credit_expire"
    CREDIT_REVOKE = "credit_revoke"
    CREDIT_FREEZE = "credit_freeze"
    CREDIT_UNFREEZE = "credit_unfreeze"
    TRANSFER_REVERSAL = "transfer_reversal"
    INSTRUCTOR_BANK_PAYOUT = "instructor_bank_payout"
    INSTRUCTOR_BANK_PAYOUT_FAILED = "instructor_bank_payout_failed"
    PLATFORM_PAYOUT = "platform_payout"
    REFUND_SETTLED = "refund_settled"
    TIP_CHARGE = "tip_charge"
    DEBT_RECOGNISED = "debt_recognised"
    DEBT_COLLECTED = "debt_collected"
    DEBT_WRITTEN_OFF = "debt_written_off"
    CHARGEBACK_OPENED = "chargeback_opened"
    CHARGEBACK_FEE = "chargeback_fee"
    CHARGEBACK_WON = "chargeback_won"
    CHARGEBACK_LOST = "chargeback_lost"
    CHARGEBACK_RECOVERY = "chargeback_recovery"
    REFERRAL_BONUS = "referral_bonus"
    CORRECTION = "correction"


@frozen(kw_only=True)
class Line:
    """One side of a posting: a debit is positive, a credit negative."""

    account: Account
    cents: int
    payment_id: PaymentId | None = None
    instructor_id: InstructorId | None = None
    student_id: StudentId | None = None
    tip_id: TipId | None = None
    lot_id: CreditLotId | None = None
    processor_ref: str | None = None


@frozen(kw_only=True)
class Journal:
    """One money fact: two lines or more that sum to zero.

    Raises:
        Malformed: They don't, or there are fewer.
    """

    journal_id: JournalId
    journal_type: JournalType
    source_id: str
    occurred_at: datetime = field(converter=utc)
    lines: tuple[Line, ...]

    def __attrs_post_init__(self) -> None:
        if len(self.lines) < 2:
            raise Malformed("a journal has two lines or more")
        if sum(line.cents for line in self.lines):
            raise Malformed(f"the lines of a journal must sum to zero, not {self.lines}")


@frozen(kw_only=True)
class AccountBalance:
    """What an account comes to."""

    account: Account
    cents: int


@frozen(kw_only=True)
class TrialBalance:
    """Every account, and what they come to together: zero. Source: PY-86.

    *unsettled* counts the settled payments whose escrow, hold, reserved credit or payable is not
    zero (PY-83), but for what a reversal still owes; *credit_mismatches* counts the accounts of
    students' credit that are not what their lots say (PY-84).
    """

    balances: tuple[AccountBalance, ...]
    journals: int
    unsettled: int
    credit_mismatches: int = 0

    @property
    def imbalance_cents(self) -> int:
        """The sum of all accounts."""
        return sum(balance.cents for balance in self.balances)

    @property
    def balanced(self) -> bool:
        """Whether the books are sound."""
        return not (self.imbalance_cents or self.unsettled or self.credit_mismatches)
