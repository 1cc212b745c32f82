"""Reminders of lessons in PostgreSQL. Source: BK-49."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from attrs import define
from sqlalchemy import Connection, and_, bindparam, or_, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.booking import booking_of
from adapters.postgres.outbox import Outbox
from adapters.postgres.tables.booking import bookings
from adapters.postgres.tables.calendar_files import booking_reminders
from instainstru_core.booking.events import BookingReminderDue
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.reminders.policies import WINDOWS

_B = bookings.c
_NOW: Final = bindparam("now", type_=_B.starts_at.type)
_DUE: Final = (
    select(_B.booking_id)
    .where(
        _B.status == "CONFIRMED",
        or_(
            *(
                and_(
                    # now < start - closes, start - opens <= now, and agreed on before that.
                    _B.starts_at > _NOW + window.closes,
                    _B.starts_at <= _NOW + window.opens,
                    _B.confirmed_at < _B.starts_at - window.opens,
                    ~select(1)
                    .where(
                        booking_reminders.c.booking_id == _B.booking_id,
                        booking_reminders.c.kind == kind.value,
                    )
                    .exists(),
                )
                for kind, window in WINDOWS.items()
            )
        ),
    )
    .order_by(_B.starts_at, _B.booking_id)
    .limit(bindparam("limit"))
)
_LOCK: Final = (
    select(bookings)
    .where(_B.booking_id == bindparam("id"))
    .with_for_update(skip_locked=True, of=bookings)
)
_MARK: Final = (
    insert(booking_reminders).on_conflict_do_nothing().returning(booking_reminders.c.kind)
)


@define
class PostgresReminders:
    """The `Reminders` port, one statement per call."""

    _connection: Connection
    _outbox: Outbox

    def due(self, *, now: datetime, limit: int) -> Sequence[BookingId]:
        """Lessons that a reminder is due for and was not sent, the earliest first."""
        return self._connection.scalars(_DUE, {"now": now, "limit": limit}).all()

    def lock(self, booking_id: BookingId) -> Booking | None:
        """The lesson, locked; None when somebody else has it, or there is none."""
        row = self._connection.execute(_LOCK, {"id": booking_id}).one_or_none()
        return None if row is None else booking_of(row)

    def mark(self, reminder: BookingReminderDue) -> bool:
        """Note that it was sent, with its news; False when it was noted before."""
        values = {
            "booking_id": reminder.booking_id,
            "kind": reminder.kind.value,
            "sent_at": reminder.occurred_at,
        }
        if self._connection.scalar(_MARK, values) is None:
            return False
        self._outbox.record([reminder])
        return True
