"""What an operator can do about a tip. Source: PY-51, PY-58."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final

from attrs import frozen

from instainstru_core.kernel.errors import Conflict
from instainstru_core.payments.tips.model import Tip, TipTrouble


class TipRemedy(StrEnum):
    """One act; *refund* is possible without anything being wrong."""

    REFUND = "refund"
    RETRY_TRANSFER = "retry_transfer"
    LET_BE = "let_be"
    RETRY_REVERSAL = "retry_reversal"
    BEAR_REVERSAL = "bear_reversal"


_LEGAL: Final[Mapping[TipTrouble, tuple[TipRemedy, ...]]] = {
    TipTrouble.TRANSFER_FAILED: (TipRemedy.RETRY_TRANSFER, TipRemedy.REFUND),
    TipTrouble.REFUND_FAILED: (TipRemedy.REFUND, TipRemedy.LET_BE),
    TipTrouble.REVERSAL_FAILED: (TipRemedy.RETRY_REVERSAL, TipRemedy.BEAR_REVERSAL),
}


def remedies_of(tip: Tip) -> tuple[TipRemedy, ...]:
    """What is legal for *tip* as it stands."""
    if tip.trouble is not None:
        return _LEGAL[tip.trouble]
    return (TipRemedy.REFUND,) if tip.succeeded and tip.refunded_at is None else ()


@frozen
class TipRemedyNotLegal(Conflict):
    """That is nothing to do about this tip now."""

    remedy: TipRemedy
    legal: tuple[TipRemedy, ...]

    code: ClassVar[str] = "remedy_not_legal"

    def __str__(self) -> str:
        return f"{self.remedy} is nothing to do about this tip now"

    def facts(self) -> Mapping[str, object]:
        """What is."""
        return {"legal": [each.value for each in self.legal]}
