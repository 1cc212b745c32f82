"""The provider of rooms says who came in, and who went. Source: BK-54."""

from datetime import datetime

from attrs import field, frozen

from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.video.model import Seat
from instainstru_core.kernel.mutex import Mutexes
from instainstru_core.kernel.time import utc
from instainstru_core.kernel.unit_of_work import Begin


@frozen(kw_only=True)
class RecordPeer:
    """Somebody in a *seat* came in, or went."""

    room_id: str
    seat: Seat
    at: datetime = field(converter=utc)
    leaving: bool


def record_peer(request: RecordPeer, *, begin: Begin[BookingWork], mutexes: Mutexes) -> bool:
    """Keep it; False when there is no such room. Told twice, or in any order, it says the same.

    Raises:
        OperationInProgress: Somebody else is at that booking; the provider comes again.
    """
    with begin() as work:
        booking_id = work.video_sessions.booking_in(request.room_id)
    if booking_id is None:
        return False
    with alone_with(booking_id, mutexes), begin() as work:
        work.bookings.get_for_update(booking_id)
        session = work.video_sessions.of(booking_id)
        if session is None:
            return False
        work.video_sessions.keep(session.seen(request.seat, at=request.at, leaving=request.leaving))
    return True
