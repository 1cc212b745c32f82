"""What reminders need from the world. Source: BK-49."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from instainstru_core.booking.events import BookingReminderDue
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking


class Reminders(Protocol):
    """Which lessons somebody was reminded of."""

    def due(self, *, now: datetime, limit: int) -> Sequence[BookingId]:
        """Lessons that a reminder is due for and was not sent, the earliest first."""
        ...

    def lock(self, booking_id: BookingId) -> Booking | None:
        """The lesson, locked for this unit; None when somebody else has it, or there is none.

        Its instructor's calendar is left alone: a reminder changes no time.
        """
        ...

    def mark(self, reminder: BookingReminderDue) -> bool:
        """Note that it was sent, with its news; False when it was noted before."""
        ...


class ReminderWork(Protocol):
    """What one unit of work about reminders can reach."""

    @property
    def reminders(self) -> Reminders:
        """Which lessons somebody was reminded of."""
        ...
