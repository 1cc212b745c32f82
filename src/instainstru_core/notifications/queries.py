"""What the inbox shows."""

from collections.abc import Sequence
from typing import Protocol

from instainstru_core.accounts.ids import AccountId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.notifications.ids import NotificationId
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


def read_cursor(cursor: Cursor | None) -> NotificationId | None:
    """The last notification of the page before; None at the beginning.

    Raises:
        Malformed: The cursor is of another list.
    """
    match cursor:
        case None:
            return None
        case Cursor((str(last),)):
            return NotificationId.parse(last)
        case _:
            raise Malformed("expected a cursor that an earlier page returned")


def page_of(found: Sequence[Notification], limit: int) -> Page[Notification]:
    """A page out of one row more than it shows, which tells whether the list goes on."""
    items = found[:limit]
    more = Cursor((str(items[-1].notification_id),)) if len(found) > limit else None
    return Page(items=items, next_cursor=more)
