"""What the console needs from the world."""

from typing import Protocol

from instainstru_core.admin.confirmations.ports import Confirmations
from instainstru_core.admin.model.action import AdminAction
from instainstru_core.booking.reminders.ports import ReminderWork
from instainstru_core.config.ports import ConfigWork
from instainstru_core.payments.ports import PaymentWork


class AdminActions(Protocol):
    """Everything that the staff did to bookings, which is only ever added to."""

    def add(self, action: AdminAction) -> None:
        """Keep it, with its news."""
        ...


class AdminWork(ReminderWork, PaymentWork, ConfigWork, Protocol):
    """What a unit of the console reaches."""

    @property
    def confirmations(self) -> Confirmations:
        """Every preview that can be acted on."""
        ...

    @property
    def admin_actions(self) -> AdminActions:
        """Everything that the staff did."""
        ...
