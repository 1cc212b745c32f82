"""What calendar files and feeds refuse. Source: BK-47, BK-48."""

from attrs import frozen

from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.errors import NotFound


@frozen
class NeverAgreed(NotFound):
    """The booking was never confirmed, so no calendar has it. Source: BK-47."""

    booking_id: BookingId

    def __str__(self) -> str:
        return f"booking {self.booking_id} was never confirmed"


@frozen
class FeedNotFound(NotFound):
    """No such feed, or one that was rotated or revoked. Source: BK-48."""

    def __str__(self) -> str:
        return "there is no such calendar"
