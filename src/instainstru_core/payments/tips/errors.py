"""What is refused about tips, and why. Source: PY-50."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.errors import Conflict, DomainError, NotFound
from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import TipId


class TipNotFound(NotFound):
    """No such tip, or not the caller's."""


class TipNotAllowed(Conflict):
    """The lesson was not given, or too long ago. Source: PY-50."""

    code: ClassVar[str] = "tip_not_allowed"


@frozen
class TipAmountOutOfRange(DomainError):
    """Less or more than a tip may be. Source: PY-50."""

    least: Money
    most: Money

    code: ClassVar[str] = "tip_amount_out_of_range"

    def __str__(self) -> str:
        return f"a tip is {self.least} to {self.most}"

    def facts(self) -> Mapping[str, object]:
        """The bounds."""
        return {"min_cents": self.least.cents, "max_cents": self.most.cents}


@frozen
class AlreadyTipped(Conflict):
    """One tip per lesson. Source: PY-50."""

    tip_id: TipId

    code: ClassVar[str] = "already_tipped"

    def __str__(self) -> str:
        return "this lesson was tipped already"

    def facts(self) -> Mapping[str, object]:
        """Which tip that was."""
        return {"tip_id": str(self.tip_id)}


@frozen
class TipInProgress(Conflict):
    """Another amount is being paid right now: finish that first. Source: PY-51."""

    amount: Money

    code: ClassVar[str] = "tip_in_progress"

    def __str__(self) -> str:
        return f"a tip of {self.amount} is not finished yet"

    def facts(self) -> Mapping[str, object]:
        """What is being paid."""
        return {"amount_cents": self.amount.cents}
