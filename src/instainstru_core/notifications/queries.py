"""What the inbox shows."""

from typing import Protocol

from instainstru_core.accounts.ids import AccountId
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.notifications.model import Notification


class Inbox(Protocol):
    """What one person was told, and did not remove."""

    def page(
        self, account_id: AccountId, request: PageRequest, *, unread_only: bool = False
    ) -> Page[Notification]:
        """Newest first. Source: NT-17.

        Raises:
            Malformed: The cursor is of another list.
        """
        ...

    def unread_count(self, account_id: AccountId) -> int:
        """How much there is to read."""
        ...


class NotificationReads(Protocol):
    """What can be read of notifications without a unit."""

    @property
    def inbox(self) -> Inbox:
        """What people were told."""
        ...
