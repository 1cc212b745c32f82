"""What video needs from the world."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.video.model import Seat, VideoSession


class VideoRooms(Protocol):
    """The provider of rooms."""

    def create_room(self, booking_id: BookingId) -> str:
        """The id of the lesson's room, which is made when it is first asked for.

        Raises:
            VideoUnavailable: The provider gives none.
        """
        ...

    def token(self, room_id: str, *, who: AccountId, seat: Seat, until: datetime) -> str:
        """What lets *who* into the room, and nobody else, as *seat*, until *until*.

        Raises:
            VideoUnavailable: The provider gives none.
        """
        ...


class VideoSessions(Protocol):
    """Every room that was ever opened; whoever changes one has the lock of its booking."""

    def of(self, booking_id: BookingId) -> VideoSession | None:
        """The room of a lesson, once somebody came in."""
        ...

    def booking_in(self, room_id: str) -> BookingId | None:
        """Whose room it is."""
        ...

    def keep(self, session: VideoSession) -> None:
        """Keep the room as it is now, new or not."""
        ...

    def unattended(self, *, now: datetime, limit: int) -> Sequence[BookingId]:
        """Online lessons of the last day in which not both were seen, and that nobody reported.

        The earliest end comes first. Source: BK-55.
        """
        ...
