"""A provider of video rooms that can be watched, and can be down."""

from datetime import datetime

from attrs import Factory, define

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.video.errors import VideoUnavailable
from instainstru_core.booking.video.model import Seat


@define
class FakeVideoRooms:
    """The `VideoRooms` port. *asked* is every booking that a room was asked for."""

    asked: list[BookingId] = Factory(list)
    down: bool = False

    def create_room(self, booking_id: BookingId) -> str:
        """One room a booking."""
        if self.down:
            raise VideoUnavailable
        self.asked.append(booking_id)
        return f"room-{booking_id}"

    def token(self, room_id: str, *, who: AccountId, seat: Seat, until: datetime) -> str:
        """What can be read."""
        if self.down:
            raise VideoUnavailable
        return f"{room_id}:{who}:{seat}:{until:%H:%M}"
