"""The chart of accounts, and what of the books is looked for. Source: PY-82."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import field, frozen
from attrs.converters import optional

from instainstru_core.kernel.time import utc
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType


class AccountKind(StrEnum):
    """What an account counts."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"
    MEMO = "memo"

    @property
    def grows_by_debit(self) -> bool:
        """Whether debits are what usually stands on it."""
        return self in {AccountKind.ASSET, AccountKind.EXPENSE}


KINDS: Final[Mapping[Account, AccountKind]] = {
    Account.PROCESSOR_BALANCE: AccountKind.ASSET,
    Account.PLATFORM_BANK: AccountKind.ASSET,
    Account.STUDENT_RECEIVABLE: AccountKind.ASSET,
    Account.DISPUTE_HOLD: AccountKind.ASSET,
    Account.BOOKING_ESCROW: AccountKind.LIABILITY,
    Account.INSTRUCTOR_PAYABLE: AccountKind.LIABILITY,
    Account.CREDIT_PENDING: AccountKind.LIABILITY,
    Account.CREDIT_AVAILABLE: AccountKind.LIABILITY,
    Account.CREDIT_RESERVED: AccountKind.LIABILITY,
    Account.CREDIT_FROZEN: AccountKind.LIABILITY,
    Account.STUDENT_FEE_REVENUE: AccountKind.INCOME,
    Account.COMMISSION_REVENUE: AccountKind.INCOME,
    Account.CREDIT_BREAKAGE: AccountKind.INCOME,
    Account.REFUNDS_CONTRA: AccountKind.INCOME,
    Account.PROCESSING_FEE_EXPENSE: AccountKind.EXPENSE,
    Account.PROMO_CREDIT_EXPENSE: AccountKind.EXPENSE,
    Account.REFERRAL_BONUS_EXPENSE: AccountKind.EXPENSE,
    Account.DISPUTE_LOSS_EXPENSE: AccountKind.EXPENSE,
    Account.BAD_DEBT_EXPENSE: AccountKind.EXPENSE,
    Account.AUTH_HELD: AccountKind.MEMO,
    Account.AUTH_CONTRA: AccountKind.MEMO,
    Account.CONNECT_BALANCE: AccountKind.MEMO,
    Account.CONNECT_OWNER: AccountKind.MEMO,
}
"""Every account, by what it counts."""


@frozen(kw_only=True)
class JournalSearch:
    """Which journals are looked for; what is not given is not asked."""

    payment_id: PaymentId | None = None
    journal_type: JournalType | None = None
    account: Account | None = None
    source_id: str | None = None
    since: datetime | None = field(default=None, converter=optional(utc))
    until: datetime | None = field(default=None, converter=optional(utc))

    def finds(self, journal: Journal) -> bool:
        """Whether *journal* is one of them."""
        lines = journal.lines
        return (
            (self.payment_id is None or any(x.payment_id == self.payment_id for x in lines))
            and (self.account is None or any(x.account is self.account for x in lines))
            and self.journal_type in {None, journal.journal_type}
            and self.source_id in {None, journal.source_id}
            and (self.since is None or journal.occurred_at >= self.since)
            and (self.until is None or journal.occurred_at < self.until)
        )


EVERYTHING: Final = JournalSearch()
"""All of the books."""
