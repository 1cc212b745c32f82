"""Lessons for other calendars, read in PostgreSQL. Source: BK-47, BK-48."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from attrs import define
from sqlalchemy import Connection, Text, Uuid, and_, bindparam, column, or_, select, type_coerce
from sqlalchemy import table as bare_table

from adapters.postgres.queries.booking import NAMED, card_of
from adapters.postgres.tables.booking import bookings
from adapters.postgres.tables.calendar_files import calendar_feeds
from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.calendar.errors import FeedNotFound, NeverAgreed
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.queries import BookingCard
from instainstru_core.booking.terms import CancelKind, Party
from instainstru_core.kernel.time import Interval

_B = bookings.c
_ME: Final = bindparam("me", type_=Uuid)
_MINE: Final = or_(
    type_coerce(_B.student_id, Uuid) == _ME, type_coerce(_B.instructor_id, Uuid) == _ME
)
_MOVED: Final = and_(_B.status == "CANCELLED", _B.cancel_kind == CancelKind.RESCHEDULED.value)

# From successor to successor, as each was agreed on; a booking that was not moved is its own head.
_STEPS = select(_B.booking_id, _B.successor_id, _B.reschedule_count).where(
    _B.booking_id == bindparam("id"), _MINE
)
_WALK = _STEPS.cte("walk", recursive=True)
_NEXT = bookings.alias("next")
_WALKED = _WALK.union_all(
    select(_NEXT.c.booking_id, _NEXT.c.successor_id, _NEXT.c.reschedule_count).join(
        _WALK, _NEXT.c.booking_id == _WALK.c.successor_id
    )
)
_HEAD: Final = (
    NAMED.join(_WALKED, _WALKED.c.booking_id == _B.booking_id)
    .order_by(_WALKED.c.reschedule_count.desc())
    .limit(1)
)
_HEADS: Final = NAMED.where(
    _MINE,
    _B.confirmed_at.is_not(None),
    ~_MOVED,
    _B.starts_at >= bindparam("since", type_=_B.starts_at.type),
    _B.starts_at < bindparam("until", type_=_B.starts_at.type),
).order_by(_B.starts_at, _B.booking_id)

_ACCOUNTS = bare_table("accounts", column("account_id", Uuid), column("status", Text))
_FEED: Final = (
    select(calendar_feeds.c.account_id)
    .join(_ACCOUNTS, _ACCOUNTS.c.account_id == type_coerce(calendar_feeds.c.account_id, Uuid))
    .where(
        calendar_feeds.c.token_hash == bindparam("hash"),
        _ACCOUNTS.c.status.in_(["active", "suspended"]),
    )
)


@define
class PostgresCalendarFiles:
    """The `CalendarQueries` port, one statement per call."""

    _connection: Connection

    def head(self, booking_id: BookingId, *, viewer: AccountId) -> BookingCard:
        """The lesson that the viewer's booking was moved to last, or itself."""
        values = {"id": booking_id, "me": viewer.value}
        row = self._connection.execute(_HEAD, values).one_or_none()
        if row is None:
            raise BookingNotFound(booking_id)
        if row.confirmed_at is None:
            raise NeverAgreed(booking_id)
        return card_of(row, _party(row.student_id.value, viewer))

    def feed(self, token_hash: bytes) -> AccountId:
        """Whose feed it is."""
        owner: AccountId | None = self._connection.scalar(_FEED, {"hash": token_hash})
        if owner is None:
            raise FeedNotFound
        return owner

    def heads(self, account_id: AccountId, within: Interval) -> Sequence[BookingCard]:
        """Confirmed and once confirmed lessons that start in *within*, each chain once."""
        values = {"me": account_id.value, "since": within.starts_at, "until": within.ends_at}
        rows = self._connection.execute(_HEADS, values)
        return [card_of(row, _party(row.student_id.value, account_id)) for row in rows]


def _party(student: UUID, viewer: AccountId) -> Party:
    return Party.STUDENT if student == viewer.value else Party.INSTRUCTOR
