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
    """A student has *amount* more to spend, until *expires_at*. Source: CR-9."""

    name: ClassVar[str] = "credit.granted"
    lot_id: CreditLotId
    student_id: StudentId
    payment_id: PaymentId
    source: str
    amount: Money
    expires_at: datetime
