"""Lots of credit, each with its own source, funding and expiry. Source: CR-1, CR-2, CR-9."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from attrs import evolve, field, frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.events import Aggregate, Event
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.time import utc
from instainstru_core.payments.credits.events import CreditGranted
from instainstru_core.payments.ids import CreditLotId, PaymentId
from instainstru_core.payments.model.outcomes import Outcome


class CreditSource(StrEnum):
    """What a lot was granted for. Source: CR-2."""

    CANCEL_12_24 = "cancel_12_24"
    CANCEL_LT12 = "cancel_lt12"
    LOCKED_CANCEL_GE12 = "locked_cancel_ge12"
    LOCKED_CANCEL_LT12 = "locked_cancel_lt12"
    ADMIN_FULL_CREDIT = "admin_full_credit"
    MILESTONE_S5 = "milestone_s5"
    MILESTONE_S11 = "milestone_s11"
    REFERRAL = "referral"
    GOODWILL = "goodwill"
    REFUND_REINSTATED = "refund_reinstated"


class Funding(StrEnum):
    """Who pays for credit: a captured card, or the platform. Source: CR-2."""

    CASH = "cash"
    PROMO = "promo"


ISSUED: Final = frozenset(
    {
        CreditSource.CANCEL_12_24,
        CreditSource.CANCEL_LT12,
        CreditSource.LOCKED_CANCEL_GE12,
        CreditSource.LOCKED_CANCEL_LT12,
        CreditSource.ADMIN_FULL_CREDIT,
    }
)
"""What is granted out of the money of one payment."""


class CreditPart(StrEnum):
    """Where a part of a lot is. Source: CR-1, spec 02 §3.2."""

    PENDING = "pending"
    AVAILABLE = "available"
    RESERVED = "reserved"
    APPLIED = "applied"
    FORFEITED = "forfeited"
    EXPIRED = "expired"
    FROZEN = "frozen"
    REVOKED = "revoked"


class ReleaseFault(StrEnum):
    """Whose doing it is that reserved credit comes back. Source: CR-6."""

    STUDENT = "student"
    PLATFORM = "platform"


_SOURCES = {
    Outcome.STUDENT_CANCELLED_12_24: CreditSource.CANCEL_12_24,
    Outcome.STUDENT_CANCELLED_LT12: CreditSource.CANCEL_LT12,
    Outcome.LOCKED_CANCELLED_GE12: CreditSource.LOCKED_CANCEL_GE12,
    Outcome.LOCKED_CANCELLED_LT12: CreditSource.LOCKED_CANCEL_LT12,
    Outcome.ADMIN_FULL_CREDIT: CreditSource.ADMIN_FULL_CREDIT,
    Outcome.ADMIN_SPLIT: CreditSource.CANCEL_LT12,
}
_STUDENTS_DOING = frozenset(
    {
        Outcome.STUDENT_CANCELLED,
        Outcome.STUDENT_CANCELLED_12_24,
        Outcome.STUDENT_CANCELLED_LT12,
        Outcome.LOCKED_CANCELLED_GE12,
        Outcome.LOCKED_CANCELLED_LT12,
        Outcome.UNAUTHORIZED_CANCELLED,
        Outcome.CHECKOUT_ABANDONED,
        Outcome.PAYMENT_FAILED,
    }
)


def source_of(outcome: Outcome) -> CreditSource:
    """What credit is granted for when money ends as *outcome*. Source: CR-2, PY-46.

    Raises:
        Malformed: Nobody is granted any.
    """
    if (source := _SOURCES.get(outcome)) is None:
        raise Malformed(f"{outcome} grants no credit")
    return source


def fault_of(outcome: Outcome) -> ReleaseFault:
    """Whose doing it is that credit comes back when money ends as *outcome*. Source: CR-6."""
    return ReleaseFault.STUDENT if outcome in _STUDENTS_DOING else ReleaseFault.PLATFORM


def milestone_source(offset: int) -> CreditSource:
    """What the milestone at this place of the cycle is called: its end, or on the way. CR-10."""
    return CreditSource.MILESTONE_S5 if offset else CreditSource.MILESTONE_S11


@frozen(kw_only=True)
class CreditLot(Aggregate):
    """One grant of credit, all of it always somewhere: its parts sum to *amount*. Source: CR-1.

    *payment_id* is the payment whose money it comes from, *booking_id* the lesson that earned it
    (with its *ordinal* among the student's lessons), *origin* the lot it gives back. *grant_key*
    names the grant: what is granted under the same again is one grant. *changes* counts the moves
    between parts. *withdrawn* says that it was not earned after all: what comes back of it is
    revoked (CR-12). *noticed* is the latest notice of its expiry, in days before (CR-14).

    Raises:
        Malformed: The parts are not the amount.
    """

    lot_id: CreditLotId
    student_id: StudentId
    source: CreditSource
    funding: Funding
    amount: Money
    grant_key: str
    granted_at: datetime = field(converter=utc)
    expires_at: datetime | None = None
    min_lesson_price: Money = NOTHING
    payment_id: PaymentId | None = None
    booking_id: BookingId | None = None
    ordinal: int | None = None
    origin: CreditLotId | None = None
    pending: Money = NOTHING
    available: Money = NOTHING
    reserved: Money = NOTHING
    applied: Money = NOTHING
    forfeited: Money = NOTHING
    expired: Money = NOTHING
    frozen: Money = NOTHING
    revoked: Money = NOTHING
    withdrawn: bool = False
    noticed: int | None = None
    changes: int = 0

    def __attrs_post_init__(self) -> None:
        if sum((self.part(part) for part in CreditPart), NOTHING) != self.amount:
            raise Malformed("the parts of a credit must be what was granted")

    @classmethod
    def granted(
        cls,
        lot_id: CreditLotId,
        *,
        student_id: StudentId,
        source: CreditSource,
        amount: Money,
        at: datetime,
        payment_id: PaymentId | None = None,
        booking_id: BookingId | None = None,
        ordinal: int | None = None,
        origin: CreditLotId | None = None,
        funding: Funding | None = None,
        grant_key: str | None = None,
        expires_at: datetime | None = None,
        min_lesson_price: Money = NOTHING,
        pending: bool = False,
    ) -> Self:
        """A new lot, to be spent until *expires_at*; without one it never expires. Source: CR-9.

        A *pending* one has no expiry before it is unlocked.
        """
        key = grant_key or (str(lot_id) if payment_id is None else f"{payment_id}:{source.value}")
        granted = CreditGranted(
            occurred_at=at,
            lot_id=lot_id,
            student_id=student_id,
            payment_id=payment_id,
            source=source.value,
            amount=amount,
            expires_at=expires_at,
            pending=pending,
        )
        return cls(
            lot_id=lot_id,
            student_id=student_id,
            source=source,
            funding=funding or (Funding.CASH if source in ISSUED else Funding.PROMO),
            amount=amount,
            grant_key=key,
            granted_at=at,
            expires_at=expires_at,
            min_lesson_price=min_lesson_price,
            payment_id=payment_id,
            booking_id=booking_id,
            ordinal=ordinal,
            origin=origin,
            pending=amount if pending else NOTHING,
            available=NOTHING if pending else amount,
            events=(granted,),
        )

    @property
    def spent(self) -> Money:
        """What is used, or set aside to be: applied, forfeited or reserved. Source: PY-53."""
        return self.applied + self.forfeited + self.reserved

    @property
    def kept(self) -> Money:
        """What the student has or had of it: all that was not revoked. Source: CR-12."""
        return self.amount - self.revoked

    def part(self, part: CreditPart) -> Money:
        """How much of it is there."""
        amount: Money = getattr(self, part.value)
        return amount

    def live(self, now: datetime) -> bool:
        """Whether its time is not over at *now*. Source: CR-4, CR-14."""
        return self.expires_at is None or self.expires_at > now

    def spendable(self, now: datetime) -> Money:
        """What of it can be spent at *now*; nothing once it expired. Source: CR-4, CR-14."""
        return self.available if self.live(now) else NOTHING

    def eligible(self, lesson_price: Money, now: datetime) -> Money:
        """What of it can be spent on a lesson of that price. Source: CR-4."""
        return self.spendable(now) if lesson_price >= self.min_lesson_price else NOTHING

    def shift(self, amount: Money, source: CreditPart, target: CreditPart) -> Self:
        """*amount* goes from one part to another.

        Raises:
            Malformed: The part is less.
        """
        moved: dict[str, Any] = {
            source.value: self.part(source) - amount,
            target.value: self.part(target) + amount,
        }
        return evolve(self, changes=self.changes + 1, **moved)

    def recording(self, event: Event) -> Self:
        """The same, with one more thing to tell."""
        return evolve(self, events=(*self.events, event))


@frozen(kw_only=True)
class CreditAllocation:
    """What one payment uses, or used, of one lot. Source: spec 02 §4."""

    lot_id: CreditLotId
    payment_id: PaymentId
    reserved: Money = NOTHING
    applied: Money = NOTHING
    forfeited: Money = NOTHING
    released: Money = NOTHING

    @property
    def used(self) -> Money:
        """What is gone: applied or forfeited."""
        return self.applied + self.forfeited


@frozen(kw_only=True)
class CreditUse:
    """A lot, and what one payment uses of it."""

    lot: CreditLot
    allocation: CreditAllocation


@frozen(kw_only=True)
class IssuedCredit:
    """What became of the credit that was issued from one payment. Source: PY-53, PY-56."""

    unspent: Money
    spent: Money


@frozen(kw_only=True)
class CreditBalance:
    """What a student can spend, and what of it runs out next. Source: CR-11."""

    available: Money
    reserved: Money = NOTHING
    pending: Money = NOTHING
    next_expiry_at: datetime | None = None
    next_expiry_amount: Money = NOTHING

    @classmethod
    def of(cls, lots: Iterable[CreditLot], *, now: datetime) -> Self:
        """The balance of *lots*, expired ones apart."""
        every = list(lots)
        live = [lot for lot in every if lot.spendable(now)]
        first = min((lot.expires_at for lot in live if lot.expires_at is not None), default=None)
        return cls(
            available=sum((lot.available for lot in live), NOTHING),
            reserved=sum((lot.reserved for lot in every), NOTHING),
            pending=sum((lot.pending for lot in every), NOTHING),
            next_expiry_at=first,
            next_expiry_amount=sum(
                (lot.available for lot in live if first is not None and lot.expires_at == first),
                NOTHING,
            ),
        )


NOTICES: Final = (30, 7)
"""How many days before their expiry students are told of it. Source: CR-14."""


def notice_due(lot: CreditLot, now: datetime) -> int | None:
    """Which notice of its expiry is due at *now*, in days; None: none is. Source: CR-14."""
    if lot.source is CreditSource.REFERRAL or lot.expires_at is None or not lot.spendable(now):
        return None
    due = [days for days in NOTICES if lot.expires_at - now <= timedelta(days=days)]
    if not due or (lot.noticed is not None and lot.noticed <= due[-1]):
        return None
    return due[-1]


def spending_order(lot: CreditLot) -> tuple[bool, datetime, datetime, CreditLotId]:
    """What is spent first: the first to expire; what never expires comes last. Source: CR-4."""
    never = lot.expires_at is None
    return (
        never,
        lot.granted_at if lot.expires_at is None else lot.expires_at,
        lot.granted_at,
        (lot.lot_id),
    )
