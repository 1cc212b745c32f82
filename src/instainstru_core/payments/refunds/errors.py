"""What refunds refuse, and why. Source: PY-53, PY-54, AD-6."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.errors import Conflict, DomainError, NotFound
from instainstru_core.kernel.money import Money


class AlreadyRefunded(Conflict):
    """Everything was given back. Source: AD-6."""

    code: ClassVar[str] = "already_refunded"


class RefundWindowClosed(Conflict):
    """Cards take refunds for 180 days; afterwards there is goodwill credit only. Source: PY-54."""

    code: ClassVar[str] = "refund_window_closed"


@frozen
class AmountExceedsRemaining(DomainError):
    """More is asked for than can be given back. Source: PY-53."""

    refundable: Money

    code: ClassVar[str] = "amount_exceeds_remaining"

    def __str__(self) -> str:
        return f"no more than {self.refundable} can be given back"

    def facts(self) -> Mapping[str, object]:
        """What can be given back."""
        return {"refundable_cents": self.refundable.cents}


class RefundNotFound(NotFound):
    """No such refund."""
