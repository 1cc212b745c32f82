"""What can go wrong with credit."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.errors import Conflict, DomainError, NotFound
from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import CreditLotId


@frozen
class CreditNotFound(NotFound):
    """There is no such credit."""

    lot_id: CreditLotId

    code: ClassVar[str] = "credit_not_found"

    def __str__(self) -> str:
        return "there is no such credit"


@frozen
class NothingToRevoke(Conflict):
    """All of the credit is spent, expired or revoked. Source: CR-15."""

    code: ClassVar[str] = "nothing_to_revoke"

    def __str__(self) -> str:
        return "nothing of the credit is left to be revoked"


@frozen
class CreditOutOfRange(DomainError):
    """Goodwill is between one cent and 500 dollars. Source: CR-15."""

    smallest: Money
    largest: Money

    code: ClassVar[str] = "credit_amount_out_of_range"

    def __str__(self) -> str:
        return f"credit is granted from {self.smallest} to {self.largest}"

    def facts(self) -> Mapping[str, object]:
        """Both ends of the range."""
        return {"minimum_cents": self.smallest.cents, "maximum_cents": self.largest.cents}


@frozen
class CreditFixed(Conflict):
    """Credit may only be added before the money is taken. Source: CR-4."""

    code: ClassVar[str] = "credit_fixed"

    def __str__(self) -> str:
        return "no credit can be added to the payment any more"
