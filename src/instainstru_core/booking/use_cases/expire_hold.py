"""Let go of a hold that nobody paid in time. Source: BK-19."""

from datetime import datetime

from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.states import Pending
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.timers import hold_timer


def expire_hold(booking_id: BookingId, *, work: BookingWork, now: datetime) -> None:
    """Free the time of an expired hold; one that was extended is looked at again at its end."""
    booking = work.bookings.get_for_update(booking_id)
    match booking.state:
        case Pending(hold_expires_at) if now < hold_expires_at:
            work.work_items.file(hold_timer(booking, due_at=hold_expires_at))
        case Pending():
            work.bookings.save(booking.expire(at=now))
        case _:
            return
