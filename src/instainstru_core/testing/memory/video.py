"""Rooms for lessons by video in memory, held to the contract of video."""

from collections.abc import Sequence
from datetime import datetime

from attrs import define

from instainstru_core.booking.claims.model.reports import NoShowReport
from instainstru_core.booking.claims.model.saying import REPORT_WITHIN
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Completed, Confirmed
from instainstru_core.booking.video.model import VideoSession, missing
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.testing.memory.booking import bookings_in
from instainstru_core.testing.memory.tables import Tables


@define
class InMemoryVideoSessions:
    """The `VideoSessions` port."""

    _tables: Tables

    def of(self, booking_id: BookingId) -> VideoSession | None:
        return self._rows().get(booking_id)

    def booking_in(self, room_id: str) -> BookingId | None:
        rows = self._rows().values()
        return next((each.booking_id for each in rows if each.room_id == room_id), None)

    def keep(self, session: VideoSession) -> None:
        self._rows()[session.booking_id] = session

    def unattended(self, *, now: datetime, limit: int) -> Sequence[BookingId]:
        due = [each for each in bookings_in(self._tables).values() if self._is_due(each, now)]
        due.sort(key=lambda each: (each.lesson.ends_at, each.booking_id))
        return [each.booking_id for each in due[:limit]]

    def _is_due(self, booking: Booking, now: datetime) -> bool:
        reports = self._tables.of("no_show_reports", BookingId, NoShowReport)
        return (
            booking.location_type is LocationType.ONLINE
            and isinstance(booking.state, Confirmed | Completed)
            and booking.lesson.ends_at <= now <= booking.lesson.ends_at + REPORT_WITHIN
            and booking.booking_id not in reports
            and missing(self.of(booking.booking_id)) is not None
        )

    def _rows(self) -> dict[BookingId, VideoSession]:
        return self._tables.of("video_sessions", BookingId, VideoSession)
