"""Lots of credit, each with its own source and expiry. Source: CR-1, CR-2, CR-9."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from attrs import field, frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.events import Aggregate
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.time import utc
from instainstru_core.payments.credits.events import CreditGranted
from instainstru_core.payments.ids import CreditLotId, PaymentId
from instainstru_core.payments.model.outcomes import Outcome

LASTS: Final = timedelta(days=365)
"""How long newly issued credit can be spent. Source: CR-9."""


class CreditSource(StrEnum):
    """What a lot was granted for. Source: CR-2."""

    CANCEL_12_24 = "cancel_12_24"
    CANCEL_LT12 = "cancel_lt12"
    LOCKED_CANCEL_GE12 = "locked_cancel_ge12"
    LOCKED_CANCEL_LT12 = "locked_cancel_lt12"
    ADMIN_FULL_CREDIT = "admin_full_credit"


_SOURCES = {
    Outcome.STUDENT_CANCELLED_12_24: CreditSource.CANCEL_12_24,
    Outcome.STUDENT_CANCELLED_LT12: CreditSource.CANCEL_LT12,
    Outcome.LOCKED_CANCELLED_GE12: CreditSource.LOCKED_CANCEL_GE12,
    Outcome.LOCKED_CANCELLED_LT12: CreditSource.LOCKED_CANCEL_LT12,
    Outcome.ADMIN_FULL_CREDIT: CreditSource.ADMIN_FULL_CREDIT,
    Outcome.ADMIN_SPLIT: CreditSource.CANCEL_LT12,
}


def source_of(outcome: Outcome) -> CreditSource:
    """What credit is granted for when money ends as *outcome*. Source: CR-2, PY-46.

    Raises:
        Malformed: Nobody is granted any.
    """
    if (source := _SOURCES.get(outcome)) is None:
        raise Malformed(f"{outcome} grants no credit")
    return source


@frozen(kw_only=True)
class CreditLot(Aggregate):
    """One grant of credit out of captured money; *remaining* of it can still be spent."""

    lot_id: CreditLotId
    student_id: StudentId
    payment_id: PaymentId
    source: CreditSource
    amount: Money
    remaining: Money
    granted_at: datetime = field(converter=utc)
    expires_at: datetime = field(converter=utc)

    def __attrs_post_init__(self) -> None:
        if self.remaining > self.amount:
            raise Malformed("no more can remain of a credit than was granted")

    @classmethod
    def granted(
        cls,
        lot_id: CreditLotId,
        *,
        student_id: StudentId,
        payment_id: PaymentId,
        source: CreditSource,
        amount: Money,
        at: datetime,
    ) -> Self:
        """A new lot, to be spent within a year."""
        expires_at = at + LASTS
        granted = CreditGranted(
            occurred_at=at,
            lot_id=lot_id,
            student_id=student_id,
            payment_id=payment_id,
            source=source.value,
            amount=amount,
            expires_at=expires_at,
        )
        return cls(
            lot_id=lot_id,
            student_id=student_id,
            payment_id=payment_id,
            source=source,
            amount=amount,
            remaining=amount,
            granted_at=at,
            expires_at=expires_at,
            events=(granted,),
        )

    def available(self, now: datetime) -> Money:
        """What of it can be spent at *now*; nothing once it expired. Source: CR-4, CR-14."""
        return self.remaining if self.expires_at > now else NOTHING


@frozen(kw_only=True)
class CreditBalance:
    """What a student can spend, and what of it runs out next. Source: CR-11."""

    available: Money
    next_expiry_at: datetime | None = None
    next_expiry_amount: Money = NOTHING

    @classmethod
    def of(cls, lots: Iterable[CreditLot], *, now: datetime) -> Self:
        """The balance of *lots*, expired ones apart."""
        live = [lot for lot in lots if lot.available(now)]
        first = min((lot.expires_at for lot in live), default=None)
        return cls(
            available=sum((lot.remaining for lot in live), NOTHING),
            next_expiry_at=first,
            next_expiry_amount=sum(
                (lot.remaining for lot in live if lot.expires_at == first), NOTHING
            ),
        )
