"""Notifications in memory: the port and the inbox on a snapshot of frozen values."""

from collections.abc import Iterable
from datetime import datetime

from attrs import define, evolve, frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.notifications.errors import NotificationNotFound
from instainstru_core.notifications.ids import NotificationId
from instainstru_core.notifications.model import Notification
from instainstru_core.notifications.queries import page_of, read_cursor
from instainstru_core.testing.memory.tables import Tables


@frozen
class _Row:
    notification: Notification
    removed_at: datetime | None = None


@define
class InMemoryNotifications:
    """The `Notifications` port."""

    _tables: Tables

    def add(self, notification: Notification) -> bool:
        rows = _rows(self._tables)
        if any(row.notification.key == notification.key for row in rows.values()):
            return False
        rows[notification.notification_id] = _Row(notification)
        return True

    def get(self, account_id: AccountId, notification_id: NotificationId) -> Notification:
        row = _rows(self._tables).get(notification_id)
        if row is None or row.removed_at or row.notification.account_id != account_id:
            raise NotificationNotFound(notification_id)
        return row.notification

    def mark_read(
        self, account_id: AccountId, notification_id: NotificationId, *, at: datetime
    ) -> None:
        notification = self.get(account_id, notification_id)
        if notification.read_at is None:
            _rows(self._tables)[notification_id] = _Row(evolve(notification, read_at=at))

    def mark_all_read(self, account_id: AccountId, *, at: datetime) -> int:
        unread = [each for each in _shown(_rows(self._tables), account_id) if each.read_at is None]
        for each in unread:
            self.mark_read(account_id, each.notification_id, at=at)
        return len(unread)

    def remove(
        self, account_id: AccountId, notification_id: NotificationId, *, at: datetime
    ) -> None:
        notification = self.get(account_id, notification_id)
        _rows(self._tables)[notification_id] = _Row(notification, at)

    def remove_all(self, account_id: AccountId, *, at: datetime) -> int:
        shown = _shown(_rows(self._tables), account_id)
        for each in shown:
            self.remove(account_id, each.notification_id, at=at)
        return len(shown)


@define
class InMemoryInbox:
    """The `Inbox` query."""

    _tables: Tables

    def page(
        self, account_id: AccountId, request: PageRequest, *, unread_only: bool = False
    ) -> Page[Notification]:
        after = read_cursor(request.cursor)
        rows = [
            each
            for each in _shown(_rows(self._tables), account_id)
            if (after is None or each.notification_id < after)
            and (each.read_at is None or not unread_only)
        ]
        return page_of(rows[: request.limit + 1], request.limit)

    def unread_count(self, account_id: AccountId) -> int:
        return sum(each.read_at is None for each in _shown(_rows(self._tables), account_id))


def _rows(tables: Tables) -> dict[NotificationId, _Row]:
    return tables.of("notifications", NotificationId, _Row)


def everything_told(tables: Tables) -> list[Notification]:
    """What anybody was told, removed or not, the oldest first."""
    told = [row.notification for row in _rows(tables).values()]
    return sorted(told, key=lambda each: each.notification_id)


def _shown(rows: dict[NotificationId, _Row], account_id: AccountId) -> list[Notification]:
    """What the person sees, newest first."""
    mine: Iterable[Notification] = (
        row.notification
        for row in rows.values()
        if row.removed_at is None and row.notification.account_id == account_id
    )
    return sorted(mine, key=lambda each: each.notification_id, reverse=True)
