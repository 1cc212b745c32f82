"""Calendar feeds in PostgreSQL. Source: BK-48, SE-29."""

from typing import Final

from attrs import define
from sqlalchemy import Connection, bindparam, delete
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.tables.calendar_files import calendar_feeds
from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.calendar.model import CalendarFeed

_INSERT = insert(calendar_feeds)
_PUT: Final = _INSERT.on_conflict_do_update(
    index_elements=[calendar_feeds.c.account_id],
    set_={"token_hash": _INSERT.excluded.token_hash, "created_at": _INSERT.excluded.created_at},
)
_REMOVE: Final = delete(calendar_feeds).where(calendar_feeds.c.account_id == bindparam("id"))


@define
class PostgresCalendarFeeds:
    """The `CalendarFeeds` port, one statement per call."""

    _connection: Connection

    def put(self, feed: CalendarFeed) -> None:
        """Keep the feed, instead of the one its owner had."""
        values = {
            "account_id": feed.account_id,
            "token_hash": feed.token_hash,
            "created_at": feed.created_at,
        }
        self._connection.execute(_PUT, values)

    def remove(self, account_id: AccountId) -> None:
        """Revoke the feed; nothing happens without one."""
        self._connection.execute(_REMOVE, {"id": account_id})
