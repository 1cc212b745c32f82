"""What the console needs from the world."""

from datetime import datetime
from typing import Protocol

from instainstru_core.accounts.ids import AccountId
from instainstru_core.admin.confirmations.ports import Confirmations
from instainstru_core.admin.ids import ApprovalId
from instainstru_core.admin.model.action import AdminAction
from instainstru_core.admin.model.approval import Approval
from instainstru_core.booking.reminders.ports import ReminderWork
from instainstru_core.config.ports import ConfigWork
from instainstru_core.kernel.money import Money
from instainstru_core.payments.ports import PaymentWork


class AdminActions(Protocol):
    """Everything that the staff did to bookings, which is only ever added to."""

    def add(self, action: AdminAction) -> None:
        """Keep it, with its news."""
        ...

    def alone_lately(self, actor: AccountId, target: str, *, since: datetime) -> Money:
        """What was at stake in all that *actor* did to *target* since then, without approval."""
        ...


class Approvals(Protocol):
    """Every request for a second person's word."""

    def add(self, approval: Approval) -> Approval:
        """Keep a new one; or the open one with the same words and effect, where there is one.

        An open one whose time is over lapses.
        """
        ...

    def get_for_update(self, approval_id: ApprovalId) -> Approval:
        """One request, locked for this unit.

        Raises:
            ApprovalNotFound: There is none.
        """
        ...

    def granted(
        self, requester: AccountId, *, payload_hash: bytes, effect_hash: bytes, at: datetime
    ) -> Approval | None:
        """An approved one with these words and this effect that can be acted on, locked."""
        ...

    def save(self, approval: Approval) -> None:
        """Keep what became of it."""
        ...


class AdminWork(ReminderWork, PaymentWork, ConfigWork, Protocol):
    """What a unit of the console reaches."""

    @property
    def confirmations(self) -> Confirmations:
        """Every preview that can be acted on."""
        ...

    @property
    def approvals(self) -> Approvals:
        """Every request for a second person's word."""
        ...

    @property
    def admin_actions(self) -> AdminActions:
        """Everything that the staff did."""
        ...
