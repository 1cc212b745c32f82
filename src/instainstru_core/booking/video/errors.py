"""What video refuses, and why. Source: BK-54."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from attrs import frozen

from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.errors import Conflict, Unavailable
from instainstru_core.kernel.time import instant_text


class VideoUnavailable(Unavailable):
    """There is no video here, or its provider is down. Source: BK-54."""

    code: ClassVar[str] = "video_unavailable"

    def __str__(self) -> str:
        return "lessons by video are not available"


@frozen
class LessonNotOnline(Conflict):
    """The two meet somewhere. Source: BK-54."""

    code: ClassVar[str] = "lesson_not_online"
    booking_id: BookingId

    def __str__(self) -> str:
        return f"the lesson of booking {self.booking_id} is not given online"


@frozen
class JoinWindowClosed(Conflict):
    """The room is not open yet, or not any more. Source: BK-54."""

    code: ClassVar[str] = "join_window_closed"
    booking_id: BookingId
    opens_at: datetime
    closes_at: datetime

    def facts(self) -> Mapping[str, object]:
        """From when to when one can come in, both included."""
        return {
            "opens_at": instant_text(self.opens_at),
            "closes_at": instant_text(self.closes_at),
        }

    def __str__(self) -> str:
        return (
            f"the room of booking {self.booking_id} is open from {instant_text(self.opens_at)}"
            f" to {instant_text(self.closes_at)}"
        )
