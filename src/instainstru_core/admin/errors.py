"""What the console refuses, and why. Source: BK-53, PY-46."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from attrs import frozen

from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.errors import Conflict, TooManyAttempts
from instainstru_core.kernel.time import instant_text


@frozen
class LessonNotStarted(Conflict):
    """Nobody can have missed a lesson that has not begun. Source: BK-53."""

    code: ClassVar[str] = "lesson_not_started"
    booking_id: BookingId
    starts_at: datetime

    def facts(self) -> Mapping[str, object]:
        """From when on it can be said."""
        return {"starts_at": instant_text(self.starts_at)}

    def __str__(self) -> str:
        return f"lesson {self.booking_id} begins at {instant_text(self.starts_at)}"


@frozen
class RemindersJustRun(TooManyAttempts):
    """Once an hour is enough. Source: BK-53."""

    seconds: int

    @property
    def retry_after_seconds(self) -> int:
        """How long to wait before trying again."""
        return self.seconds

    def __str__(self) -> str:
        return "reminders can be run by hand once an hour"
