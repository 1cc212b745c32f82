"""What can be done about a payment that a person must look into. Source: PY-58."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final

from attrs import frozen

from instainstru_core.kernel.errors import Conflict
from instainstru_core.payments.model.operation import (
    CHARGEBACK,
    MISSING_AUTHORIZATION,
    REFUND_FAILED,
    REVERSAL_FAILED,
    TRANSFER_FAILED,
    VOID_REFUSED,
)


class Remedy(StrEnum):
    """One thing that ends a review."""

    RETRY_TRANSFER = "retry_transfer"
    RETRY_REFUND = "retry_refund"
    GIVE_CREDIT = "give_credit"
    RETRY_REVERSAL = "retry_reversal"
    BEAR_REVERSAL = "bear_reversal"
    REFUND_CARD = "refund_card"
    CLOSE_UNPAID = "close_unpaid"
    RESOLVE_NO_SHOW = "resolve_no_show"
    RESOLVE_ISSUE = "resolve_issue"
    SETTLE_DEBT = "settle_debt"
    AWAIT_BANK = "await_bank"


ELSEWHERE: Final = frozenset(
    {Remedy.RESOLVE_NO_SHOW, Remedy.RESOLVE_ISSUE, Remedy.SETTLE_DEBT, Remedy.AWAIT_BANK}
)
"""What is done with the booking, the debt, or by the bank: it ends the review by itself."""

LEGAL: Final[Mapping[str, tuple[Remedy, ...]]] = {
    "no_show_reported": (Remedy.RESOLVE_NO_SHOW,),
    "completion_disputed": (Remedy.RESOLVE_ISSUE,),
    TRANSFER_FAILED: (Remedy.RETRY_TRANSFER,),
    REFUND_FAILED: (Remedy.RETRY_REFUND, Remedy.GIVE_CREDIT),
    REVERSAL_FAILED: (Remedy.RETRY_REVERSAL, Remedy.BEAR_REVERSAL),
    "amount_mismatch": (Remedy.REFUND_CARD,),
    VOID_REFUSED: (Remedy.REFUND_CARD,),
    MISSING_AUTHORIZATION: (Remedy.CLOSE_UNPAID,),
    "capture_escalated": (Remedy.SETTLE_DEBT, Remedy.RETRY_TRANSFER),
    CHARGEBACK: (Remedy.AWAIT_BANK,),
}
"""What each reason can be resolved with."""


def legal_remedies(reason: str | None) -> tuple[Remedy, ...]:
    """What is legal for a payment looked into for *reason*; nothing where nobody looks."""
    return () if reason is None else LEGAL.get(reason, ())


@frozen
class RemedyNotLegal(Conflict):
    """The review has another reason, or this is decided elsewhere. Source: spec 02 §5."""

    remedy: Remedy
    reason: str | None

    code: ClassVar[str] = "remedy_not_legal"

    def __str__(self) -> str:
        return f"{self.remedy} does not resolve {self.reason or 'a payment nobody looks into'}"

    def facts(self) -> Mapping[str, object]:
        """What does."""
        return {"legal": [each.value for each in legal_remedies(self.reason)]}


def check_legal(remedy: Remedy, reason: str | None) -> None:
    """Whether *remedy* can be carried out here for *reason*.

    Raises:
        RemedyNotLegal: It can't.
    """
    if remedy in ELSEWHERE or remedy not in legal_remedies(reason):
        raise RemedyNotLegal(remedy, reason)
