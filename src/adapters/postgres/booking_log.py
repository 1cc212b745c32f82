"""What happened to bookings: written with each of them, in one statement. Source: spec 01 §4."""

from collections.abc import Sequence
from typing import Any, Final

from attrs import define
from sqlalchemy import (
    CTE,
    Connection,
    Insert,
    Select,
    Update,
    bindparam,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from adapters.postgres.tables.booking import bookings
from adapters.postgres.tables.booking_log import booking_log
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.log import LogEntry, entry
from instainstru_core.booking.model.booking import Booking

_L: Final = booking_log.c
_NOTHING: Final[dict[str, str]] = {}

_OF: Final = select(booking_log).where(_L.booking_id == bindparam("id")).order_by(_L.entry_id)

SET: Final = {
    column: bindparam(f"set_{column.name}", type_=column.type) for column in bookings.columns
}
"""Every column of a booking by parameters of `row_parameters`."""


@define
class PostgresBookingLog:
    """The `BookingLog` query."""

    _connection: Connection

    def of(self, booking_id: BookingId) -> Sequence[LogEntry]:
        """What happened to the booking, the oldest first."""
        rows = self._connection.execute(_OF, {"id": booking_id})
        return [
            LogEntry(
                booking_id=row.booking_id,
                at=row.at,
                actor=row.actor_id,
                action=row.action,
                before=row.before,
                after=row.after,
            )
            for row in rows
        ]


def logging_insert(keep: Insert) -> Select[int]:
    """*keep*, and the first entry of the log where it kept something."""
    kept = keep.returning(bookings.c.version).cte("kept")
    return _logging(kept, select(*_entry(literal(_NOTHING, JSONB))).select_from(kept))


def logging_update(keep: Update) -> Select[int]:
    """*keep*, and an entry of the log where it changed the status."""
    # One statement sees one snapshot: this is the row as it was.
    was = (
        select(bookings.c.status.label("status"))
        .where(bookings.c.booking_id == bindparam("id"))
        .cte("was")
    )
    kept = keep.returning(bookings.c.version).cte("kept")
    before = func.jsonb_build_object("status", was.c.status)
    changed = (
        select(*_entry(before))
        .select_from(was.join(kept, literal(True)))
        .where(was.c.status != bindparam("set_status"))
    )
    return _logging(kept, changed)


def row_parameters(booking: Booking, columns: dict[str, Any]) -> dict[str, Any]:
    """*columns* of *booking*, and its entry of the log, as parameters of either statement."""
    # Whether the status changed is for the statement to say.
    logged = entry(booking)
    return {
        **{f"set_{name}": value for name, value in columns.items()},
        "log_at": logged.at,
        "log_actor": logged.actor,
        "log_action": logged.action,
        "log_after": dict(logged.after),
    }


def _entry(before: Any) -> tuple[Any, ...]:
    return (
        bindparam("set_booking_id", type_=_L.booking_id.type),
        bindparam("log_at", type_=_L.at.type),
        bindparam("log_actor", type_=_L.actor_id.type),
        bindparam("log_action", type_=_L.action.type),
        before,
        bindparam("log_after", type_=JSONB),
    )


def _logging(kept: CTE, entries: Select[Any]) -> Select[int]:
    names = ("booking_id", "at", "actor_id", "action", "before", "after")
    logged = insert(booking_log).from_select(names, entries).cte("logged")
    return select(kept.c.version).add_cte(logged)
