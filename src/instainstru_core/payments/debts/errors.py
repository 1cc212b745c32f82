"""What is refused about debts."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.errors import Conflict, DomainError, NotFound
from instainstru_core.kernel.money import Money


class DebtNotFound(NotFound):
    """No such debt, or not the caller's."""


class DebtPaid(Conflict):
    """Nothing of the debt is owed any more. Source: PY-26."""

    code: ClassVar[str] = "debt_paid"


class DebtPaymentInProgress(Conflict):
    """A card is being asked to pay this debt. Source: PY-61."""

    code: ClassVar[str] = "operation_in_progress"


@frozen
class DebtAmountOutOfRange(DomainError):
    """More than is owed, or too little for a card. Source: PY-4, PY-26."""

    owed: Money

    code: ClassVar[str] = "debt_amount_out_of_range"

    def __str__(self) -> str:
        return f"between 50 cents and the {self.owed.cents} that are owed, leaving nothing or 50"

    def facts(self) -> Mapping[str, object]:
        """What is owed."""
        return {"owed_cents": self.owed.cents}


class DebtOutstanding(Conflict):
    """Who owes something is not in order. Source: PY-57, PY-71."""

    code: ClassVar[str] = "debt_outstanding"
