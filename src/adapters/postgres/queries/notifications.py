"""What an inbox shows, in one statement."""

from attrs import define
from sqlalchemy import Connection, bindparam, func, select

from adapters.postgres.notifications import notification_of
from adapters.postgres.tables.notifications import notifications
from instainstru_core.accounts.ids import AccountId
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.notifications.model import Notification
from instainstru_core.notifications.queries import page_of, read_cursor

_HERS = notifications.c.account_id == bindparam("owner", type_=notifications.c.account_id.type)
_SHOWN = notifications.c.removed_at.is_(None)
_UNREAD = notifications.c.read_at.is_(None)
_AFTER = notifications.c.notification_id < bindparam(
    "after", type_=notifications.c.notification_id.type
)
_PAGE = (
    select(notifications)
    .where(_HERS, _SHOWN)
    .order_by(notifications.c.notification_id.desc())
    .limit(bindparam("rows"))
)
_COUNT = select(func.count()).select_from(notifications).where(_HERS, _SHOWN, _UNREAD)


@define
class PostgresInbox:
    """The `Inbox` query."""

    _connection: Connection

    def page(
        self, account_id: AccountId, request: PageRequest, *, unread_only: bool = False
    ) -> Page[Notification]:
        after = read_cursor(request.cursor)
        statement, values = _PAGE, {"owner": account_id, "rows": request.limit + 1}
        if unread_only:
            statement = statement.where(_UNREAD)
        if after is not None:
            statement, values = statement.where(_AFTER), {**values, "after": after}
        found = self._connection.execute(statement, values).all()
        return page_of([notification_of(row) for row in found], request.limit)

    def unread_count(self, account_id: AccountId) -> int:
        return self._connection.scalar(_COUNT, {"owner": account_id}) or 0
