"""What is refused about payouts, and why. Source: PY-48, PY-49, PY-73."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.errors import Conflict, DomainError, NotFound
from instainstru_core.kernel.money import Money


class NotOnboarded(Conflict):
    """The instructor's payout account is not complete. Source: spec 02 §5."""

    code: ClassVar[str] = "not_onboarded"


class BankPayoutNotFound(NotFound):
    """The processor knows no such payout, or not yet."""


class InstantPayoutNotFound(NotFound):
    """No such instant payout, or not the caller's."""


class InstantPayoutInProgress(Conflict):
    """Another one has not been answered yet. Source: PY-49, PY-62."""

    code: ClassVar[str] = "operation_in_progress"


@frozen
class InstantPayoutOutOfRange(DomainError):
    """Less than a dollar, or more than can be paid out at once. Source: PY-49."""

    least: Money
    most: Money

    code: ClassVar[str] = "instant_payout_out_of_range"

    def __str__(self) -> str:
        return f"an instant payout is {self.least} or more, and at most {self.most} now"

    def facts(self) -> Mapping[str, object]:
        """The bounds."""
        return {"min_cents": self.least.cents, "available_cents": self.most.cents}


class PayoutsAlreadyHeld(Conflict):
    """An operator keeps this instructor's transfers back already. Source: PY-73."""

    code: ClassVar[str] = "payouts_already_held"


class PayoutsNotHeld(Conflict):
    """No operator keeps this instructor's transfers back. Source: PY-73."""

    code: ClassVar[str] = "payouts_not_held"
