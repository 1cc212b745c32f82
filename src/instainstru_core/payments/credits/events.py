"""What happened to credit. Source: spec 02 §7."""

from datetime import datetime
from typing import ClassVar

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import CreditLotId, PaymentId


@frozen(kw_only=True)
class CreditGranted(Event):
    """A student has *amount* more to spend, until *expires_at*; once unlocked while *pending*.

    Source: CR-9, CR-11.
    """

    name: ClassVar[str] = "credit.granted"
    lot_id: CreditLotId
    student_id: StudentId
    source: str
    amount: Money
    payment_id: PaymentId | None = None
    expires_at: datetime | None = None
    pending: bool = False


@frozen(kw_only=True)
class CreditUnlocked(Event):
    """Pending credit can be spent from now on. Source: CR-11."""

    name: ClassVar[str] = "credit.unlocked"
    lot_id: CreditLotId
    student_id: StudentId
    amount: Money
    expires_at: datetime


@frozen(kw_only=True)
class CreditExpiring(Event):
    """In *days* days or less, what is left of a credit runs out. Source: CR-14."""

    name: ClassVar[str] = "credit.expiring"
    lot_id: CreditLotId
    student_id: StudentId
    amount: Money
    expires_at: datetime
    days: int


@frozen(kw_only=True)
class CreditExpired(Event):
    """What was left of a credit ran out. Source: CR-14, CR-6."""

    name: ClassVar[str] = "credit.expired"
    lot_id: CreditLotId
    student_id: StudentId
    amount: Money


@frozen(kw_only=True)
class CreditRevoked(Event):
    """Credit was taken back. Source: CR-12, CR-15."""

    name: ClassVar[str] = "credit.revoked"
    lot_id: CreditLotId
    student_id: StudentId
    amount: Money


@frozen(kw_only=True)
class CreditSpent(Event):
    """Credit paid for a lesson. Source: CR-8."""

    name: ClassVar[str] = "credit.spent"
    lot_id: CreditLotId
    student_id: StudentId
    payment_id: PaymentId
    amount: Money
