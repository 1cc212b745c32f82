"""Rooms for lessons by video in PostgreSQL. Source: BK-54, BK-55."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from attrs import define
from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.tables.booking import bookings
from adapters.postgres.tables.video import video_sessions
from instainstru_core.booking.claims.model.saying import REPORT_WITHIN
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.video.model import Presence, VideoSession

_V: Final = video_sessions.c
_OF: Final = select(video_sessions).where(_V.booking_id == bindparam("id"))
_BOOKING_IN: Final = select(_V.booking_id).where(_V.room_id == bindparam("room"))
_INSERT: Final = insert(video_sessions)
_KEEP: Final = _INSERT.on_conflict_do_update(
    constraint=video_sessions.primary_key,
    set_={
        column.name: _INSERT.excluded[column.name]
        for column in video_sessions.columns
        if column.name not in {"booking_id", "room_id", "opened_at"}
    },
)
_UNATTENDED: Final = text(
    """
    SELECT b.booking_id FROM bookings AS b
    LEFT JOIN video_sessions AS v USING (booking_id)
    WHERE b.location_type = 'online'
      AND b.status IN ('CONFIRMED', 'COMPLETED')
      AND b.ends_at BETWEEN :earliest AND :now
      AND (v.host_joined_at IS NULL OR v.guest_joined_at IS NULL)
      AND NOT EXISTS (SELECT FROM no_show_reports WHERE booking_id = b.booking_id)
    ORDER BY b.ends_at, b.booking_id
    LIMIT :most
    """
).columns(bookings.c.booking_id)


@define
class PostgresVideoSessions:
    """The `VideoSessions` port, one statement per call."""

    _connection: Connection

    def of(self, booking_id: BookingId) -> VideoSession | None:
        row = self._connection.execute(_OF, {"id": booking_id}).one_or_none()
        if row is None:
            return None
        return VideoSession(
            booking_id=row.booking_id,
            room_id=row.room_id,
            opened_at=row.opened_at,
            host=Presence(joined_at=row.host_joined_at, left_at=row.host_left_at),
            guest=Presence(joined_at=row.guest_joined_at, left_at=row.guest_left_at),
        )

    def booking_in(self, room_id: str) -> BookingId | None:
        found: BookingId | None = self._connection.scalar(_BOOKING_IN, {"room": room_id})
        return found

    def keep(self, session: VideoSession) -> None:
        self._connection.execute(
            _KEEP,
            {
                "booking_id": session.booking_id,
                "room_id": session.room_id,
                "opened_at": session.opened_at,
                "host_joined_at": session.host.joined_at,
                "host_left_at": session.host.left_at,
                "guest_joined_at": session.guest.joined_at,
                "guest_left_at": session.guest.left_at,
            },
        )

    def unattended(self, *, now: datetime, limit: int) -> Sequence[BookingId]:
        values = {"now": now, "earliest": now - REPORT_WITHIN, "most": limit}
        return self._connection.scalars(_UNATTENDED, values).all()
