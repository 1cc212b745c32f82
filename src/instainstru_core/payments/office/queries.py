"""What operators read of payments. Source: spec 02 §5, §6, PY-58."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from attrs import field, frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.chargebacks.model import Chargeback
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.ledger.model import Account, Journal
from instainstru_core.payments.model.operation import PaymentOperation
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.refunds.model import Refund

INCOME: Final = (
    Account.STUDENT_FEE_REVENUE,
    Account.COMMISSION_REVENUE,
    Account.CREDIT_BREAKAGE,
    Account.REFUNDS_CONTRA,
    Account.PROCESSING_FEE_EXPENSE,
    Account.PROMO_CREDIT_EXPENSE,
    Account.REFERRAL_BONUS_EXPENSE,
    Account.DISPUTE_LOSS_EXPENSE,
    Account.BAD_DEBT_EXPENSE,
)
"""What the platform earns and spends, in the order of the chart."""


@frozen(kw_only=True)
class PaymentSearch:
    """Which payments: in a *state*, and looked into for a *reason*, where given."""

    state: PaymentState | None = None
    reason: str | None = None


@frozen(kw_only=True)
class PaymentFile:
    """Everything about one payment: what was asked, given back and taken, and its books."""

    payment: Payment
    operations: Sequence[PaymentOperation]
    refunds: Sequence[Refund]
    chargebacks: Sequence[Chargeback]
    journals: Sequence[Journal]

    def balances(self) -> Mapping[Account, int]:
        """What the payment's own lines come to, account by account."""
        sums: dict[Account, int] = {}
        for journal in self.journals:
            for line in journal.lines:
                if line.payment_id == self.payment.payment_id:
                    sums[line.account] = sums.get(line.account, 0) + line.cents
        return {account: cents for account, cents in sums.items() if cents}

    @property
    def sums_to_zero(self) -> bool:
        """Whether its journals do. Source: spec 02 §11.1."""
        return not sum(line.cents for journal in self.journals for line in journal.lines)


@frozen(kw_only=True)
class Pipeline:
    """How payments stand, in numbers. Source: spec 02 §5.

    *reviews* counts what waits for a person by its reason; tips, which have a queue of their own,
    by what is wrong with them: `tip_transfer_failed`.
    """

    pending_authorization: int
    authorized: int
    awaiting_capture: int
    locked: int
    captured_7d: int
    failed_7d: int
    refunded_7d: int
    overdue_authorizations: int
    overdue_captures: int
    reviews: Mapping[str, int]
    captured_cents: int
    refunded_cents: int
    fee_cents: int
    payout_cents: int

    @property
    def net_cents(self) -> int:
        """What stayed of what was taken."""
        return self.captured_cents - self.refunded_cents - self.payout_cents


@frozen(kw_only=True)
class PendingPayout:
    """What one instructor is owed and was not sent yet."""

    instructor_id: InstructorId
    payments: int
    amount: Money


@frozen(kw_only=True)
class Revenue:
    """What the platform earned in a while, account by account; income is positive."""

    within: Interval
    cents: Mapping[Account, int] = field(factory=dict)

    @property
    def net_cents(self) -> int:
        """What is left of it."""
        return sum(self.cents.values())


class OfficeQueries(Protocol):
    """Payments as operators see them."""

    def find(self, wanted: PaymentSearch, page: PageRequest) -> Page[Payment]:
        """The payments that are *wanted*, the newest first."""
        ...

    def file(self, payment_id: PaymentId) -> PaymentFile:
        """One payment, whole.

        Raises:
            PaymentNotFound: There is none.
        """
        ...

    def pipeline(self, *, now: datetime) -> Pipeline:
        """How all payments stand; sums are of the last seven days."""
        ...

    def pending_payouts(self) -> Sequence[PendingPayout]:
        """Whom something is owed, the most first."""
        ...

    def revenue(self, within: Interval) -> Revenue:
        """What was earned by journals of that while."""
        ...
