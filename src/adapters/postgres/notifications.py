"""Notifications in PostgreSQL, one statement per call."""

from datetime import datetime
from typing import Any

from attrs import define
from sqlalchemy import Connection, Row, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.tables.notifications import notifications
from instainstru_core.accounts.ids import AccountId
from instainstru_core.notifications.errors import NotificationNotFound
from instainstru_core.notifications.ids import NotificationId
from instainstru_core.notifications.model import Kind, Notification

_HERS = notifications.c.account_id == bindparam("owner", type_=notifications.c.account_id.type)
_SHOWN = notifications.c.removed_at.is_(None)
_THIS = notifications.c.notification_id == bindparam(
    "this", type_=notifications.c.notification_id.type
)
_ADD = (
    insert(notifications)
    .on_conflict_do_nothing(constraint="notifications_key_key")
    .returning(notifications.c.notification_id)
)
_GET = select(notifications).where(_HERS, _SHOWN, _THIS)
_READ = (
    update(notifications)
    .where(_HERS, _SHOWN, _THIS)
    .values(read_at=func.coalesce(notifications.c.read_at, bindparam("at")))
)
_READ_ALL = (
    update(notifications)
    .where(_HERS, _SHOWN, notifications.c.read_at.is_(None))
    .values(read_at=bindparam("at"))
)
_REMOVE_ALL = update(notifications).where(_HERS, _SHOWN).values(removed_at=bindparam("at"))
_REMOVE = _REMOVE_ALL.where(_THIS)


@define
class PostgresNotifications:
    """The `Notifications` port."""

    _connection: Connection

    def add(self, notification: Notification) -> bool:
        return self._connection.scalar(_ADD, _columns(notification)) is not None

    def get(self, account_id: AccountId, notification_id: NotificationId) -> Notification:
        values = {"owner": account_id, "this": notification_id}
        row = self._connection.execute(_GET, values).one_or_none()
        if row is None:
            raise NotificationNotFound(notification_id)
        return notification_of(row)

    def mark_read(
        self, account_id: AccountId, notification_id: NotificationId, *, at: datetime
    ) -> None:
        values = {"owner": account_id, "this": notification_id, "at": at}
        if self._connection.execute(_READ, values).rowcount != 1:
            raise NotificationNotFound(notification_id)

    def mark_all_read(self, account_id: AccountId, *, at: datetime) -> int:
        return self._connection.execute(_READ_ALL, {"owner": account_id, "at": at}).rowcount

    def remove(
        self, account_id: AccountId, notification_id: NotificationId, *, at: datetime
    ) -> None:
        values = {"owner": account_id, "this": notification_id, "at": at}
        if self._connection.execute(_REMOVE, values).rowcount != 1:
            raise NotificationNotFound(notification_id)

    def remove_all(self, account_id: AccountId, *, at: datetime) -> int:
        return self._connection.execute(_REMOVE_ALL, {"owner": account_id, "at": at}).rowcount


def _columns(notification: Notification) -> dict[str, Any]:
    return {
        "notification_id": notification.notification_id,
        "account_id": notification.account_id,
        "kind": notification.kind,
        "key": notification.key,
        "title": notification.title,
        "body": notification.body,
        "data": dict(notification.data),
        "created_at": notification.created_at,
        "read_at": notification.read_at,
    }


def notification_of(row: Row[Any]) -> Notification:
    """The notification that a row of all its columns holds."""
    return Notification(
        notification_id=row.notification_id,
        account_id=row.account_id,
        kind=Kind(row.kind),
        key=row.key,
        title=row.title,
        body=row.body,
        data=row.data,
        created_at=row.created_at,
        read_at=row.read_at,
    )
