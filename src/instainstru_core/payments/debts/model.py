"""What a student owes for a lesson whose money never came. Source: PY-25, PY-26, PY-57."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from attrs import evolve, frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.debts.errors import (
    DebtAmountOutOfRange,
    DebtPaid,
    DebtPaymentInProgress,
)
from instainstru_core.payments.ids import DebtId, OperationId, PaymentId

SMALLEST_CHARGE = Money(50)
"""The least that the processor takes from a card. Source: PR-4."""


class DebtCause(StrEnum):
    """Why it is owed."""

    ESCALATED = "capture_escalated"
    CHARGEBACK = "chargeback"


@frozen(kw_only=True)
class WaitingCharge:
    """A payment of a debt that its cardholder must confirm (3-D Secure) first."""

    operation_id: OperationId
    intent: str
    amount: Money


@frozen(kw_only=True)
class StudentDebt:
    """One debt, paid in one part or more; *waiting* is a part that wants its cardholder.

    Its payment's lock guards it. Source: spec 02 §4.
    """

    debt_id: DebtId
    student_id: StudentId
    payment_id: PaymentId
    cause: DebtCause
    amount: Money
    paid: Money = NOTHING
    written_off: Money = NOTHING
    recognised_at: datetime
    waiting: WaitingCharge | None = None

    @property
    def owed(self) -> Money:
        """What is left of it."""
        return self.amount - self.paid - self.written_off

    def check_payable(self, amount: Money) -> None:
        """Whether *amount* may be paid now; what it leaves must be payable too.

        Raises:
            DebtPaid: Nothing is owed.
            DebtPaymentInProgress: A part of it waits for its cardholder.
            DebtAmountOutOfRange: More than is owed, or a card can't pay it or the rest.
        """
        if not self.owed:
            raise DebtPaid("nothing is owed")
        if self.waiting is not None:
            raise DebtPaymentInProgress("a payment of this debt waits for its cardholder")
        if amount == self.owed:
            return
        if amount < SMALLEST_CHARGE or amount.cents > self.owed.cents - SMALLEST_CHARGE.cents:
            raise DebtAmountOutOfRange(self.owed)

    def wait(self, operation_id: OperationId, intent: str, amount: Money) -> Self:
        """The cardholder must confirm the payment of *amount* first."""
        waiting = WaitingCharge(operation_id=operation_id, intent=intent, amount=amount)
        return evolve(self, waiting=waiting)

    def stop_waiting(self) -> Self:
        """The cardholder's part is done, one way or the other."""
        return evolve(self, waiting=None)

    def collect(self, amount: Money) -> Self:
        """*amount* was paid; never more than is owed."""
        return evolve(self, paid=self.paid + min(amount, self.owed), waiting=None)

    def write_off(self, amount: Money) -> Self:
        """Give *amount* up. Source: PY-26.

        Raises:
            DebtPaid: Nothing is owed.
            DebtPaymentInProgress: A part of it waits for its cardholder.
            DebtAmountOutOfRange: Nothing, or more than is owed.
        """
        if not self.owed:
            raise DebtPaid("nothing is owed")
        if self.waiting is not None:
            raise DebtPaymentInProgress("a payment of this debt waits for its cardholder")
        if not amount or amount > self.owed:
            raise DebtAmountOutOfRange(self.owed)
        return evolve(self, written_off=self.written_off + amount)
