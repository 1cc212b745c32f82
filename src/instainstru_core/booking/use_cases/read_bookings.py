"""Look at one's bookings. Source: BK-42…BK-44."""

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.queries import BookingCard, BookingList, BookingPage, BookingReads
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin


def list_bookings(wanted: BookingList, *, read: Begin[BookingReads], clock: Clock) -> BookingPage:
    """One page of one person's bookings."""
    with read() as reads:
        return reads.booking_queries.page(wanted, now=clock.now())


def get_booking(
    booking_id: BookingId, *, viewer: AccountId, read: Begin[BookingReads]
) -> BookingCard:
    """One booking, as one of its parties sees it.

    Raises:
        BookingNotFound: None, or not one of *viewer*'s.
    """
    with read() as reads:
        return reads.booking_queries.card(booking_id, viewer=viewer)
