"""What a booking does by itself, later: two timers, filed with it. Source: BK-19, BK-22."""

from datetime import datetime
from typing import Final

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import AUTO_COMPLETE_AFTER
from instainstru_core.due_work.model import NewWork

EXPIRE_HOLD: Final = "expire_hold"
COMPLETE_LESSON: Final = "complete_lesson"


def hold_timer(booking: Booking, *, due_at: datetime) -> NewWork:
    """Let go of the hold at *due_at*, unless it was extended or confirmed."""
    return _timer(EXPIRE_HOLD, booking, due_at)


def completion_timer(booking: Booking, *, due_at: datetime | None = None) -> NewWork:
    """Count the lesson as given a day after its end, unless somebody said otherwise."""
    return _timer(COMPLETE_LESSON, booking, due_at or booking.lesson.ends_at + AUTO_COMPLETE_AFTER)


def _timer(handler: str, booking: Booking, due_at: datetime) -> NewWork:
    return NewWork(
        handler=handler,
        payload={"booking_id": str(booking.booking_id)},
        due_at=due_at,
        # The instant takes part: a timer that files its successor is still there itself.
        dedupe_key=f"{handler}:{booking.booking_id}:{int(due_at.timestamp())}",
    )
