"""Give a student goodwill, take credit back, or bring their balance to a figure. Source: CR-15.

Every function works in the open unit of whoever records that the staff did it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.credits.errors import CreditOutOfRange, NothingToRevoke
from instainstru_core.payments.credits.model import (
    CreditLot,
    CreditSource,
    spending_order,
)
from instainstru_core.payments.ids import CreditLotId
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.credits.till import CreditTill

LEAST: Final = Money(1)
MOST: Final = Money(50_000)
"""What one grant of goodwill may be. Source: CR-15."""


class Adjustment(StrEnum):
    """What became of a student's credit."""

    GRANTED = "granted"
    REVOKED = "revoked"
    UNCHANGED = "unchanged"


@frozen(kw_only=True)
class Adjusted:
    """What was done to a student's credit, and what they could spend before and after."""

    adjustment: Adjustment
    student_id: StudentId
    amount: Money
    before: Money
    after: Money
    lot: CreditLot | None = None


def adjust_credit(
    student_id: StudentId, balance: Money, *, work: PaymentWork, ids: Ids, now: datetime
) -> Adjusted:
    """Bring what the student can spend to *balance*: the difference is granted or revoked.

    What expires last is revoked first.

    Raises:
        CreditOutOfRange: More would be granted than goodwill may be.
    """
    lots = [lot for lot in work.credit_lots.open_of(student_id) if lot.spendable(now)]
    before = sum((lot.available for lot in lots), NOTHING)
    if balance > before:
        return grant_goodwill(student_id, balance - before, work=work, ids=ids, now=now)
    till, rest = CreditTill(work, ids, now), before - balance
    for lot in sorted(lots, key=spending_order, reverse=True):
        step = min(rest, lot.available)
        if step:
            rest = rest - till.revoke(lot, step)
    changed = before - balance
    return Adjusted(
        adjustment=Adjustment.REVOKED if changed else Adjustment.UNCHANGED,
        student_id=student_id,
        amount=changed,
        before=before,
        after=balance,
    )


def grant_goodwill(
    student_id: StudentId, amount: Money, *, work: PaymentWork, ids: Ids, now: datetime
) -> Adjusted:
    """Give the student credit at the platform's expense, to be spent as long as any.

    Raises:
        CreditOutOfRange: Less than a cent, or more than 500 dollars.
    """
    if not LEAST <= amount <= MOST:
        raise CreditOutOfRange(LEAST, MOST)
    lots = work.credit_lots.open_of(student_id)
    before = sum((lot.spendable(now) for lot in lots), NOTHING)
    till = CreditTill(work, ids, now)
    lot = CreditLot.granted(
        ids.new(CreditLotId),
        student_id=student_id,
        source=CreditSource.GOODWILL,
        amount=amount,
        at=now,
        expires_at=till.lasts_until,
    )
    till.grant(lot)
    return Adjusted(
        adjustment=Adjustment.GRANTED,
        student_id=student_id,
        amount=amount,
        before=before,
        after=before + amount,
        lot=lot,
    )


def revoke_credit(
    lot_id: CreditLotId,
    amount: Money | None = None,
    *,
    work: PaymentWork,
    ids: Ids,
    now: datetime,
) -> Adjusted:
    """Take back *amount* of what is unspent of one grant, or all of it where none is said.

    Raises:
        CreditNotFound: There is no such credit.
        NothingToRevoke: Nothing of it is left, or less than *amount*.
    """
    lot = work.credit_lots.get_for_update(lot_id)
    unspent = lot.pending + lot.spendable(now)
    wanted = unspent if amount is None else amount
    if not unspent or wanted > unspent:
        raise NothingToRevoke
    CreditTill(work, ids, now).revoke(lot, wanted)
    return Adjusted(
        adjustment=Adjustment.REVOKED,
        student_id=lot.student_id,
        amount=wanted,
        before=unspent,
        after=unspent - wanted,
        lot=lot,
    )
