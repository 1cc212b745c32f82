"""Look at the room of a lesson by video. Source: BK-54."""

from instainstru_core.accounts.model import Principal
from instainstru_core.availability.model.rules import CalendarRules
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.use_cases.join_lesson import offered, own_booking
from instainstru_core.booking.video.model import VideoSession
from instainstru_core.booking.video.ports import VideoRooms
from instainstru_core.kernel.unit_of_work import Begin


def read_lesson_session(
    booking_id: BookingId,
    *,
    viewer: Principal,
    begin: Begin[BookingWork],
    rooms: VideoRooms | None,
    rules: CalendarRules,
) -> VideoSession | None:
    """The room and who was in it; nothing before somebody first came in.

    Raises:
        VideoUnavailable: There is no video here.
        BookingNotFound: None, or not one of the caller's.
    """
    offered(rooms, rules)
    with begin() as work:
        booking = own_booking(work.bookings.get(booking_id), viewer)
        return work.video_sessions.of(booking.booking_id)
