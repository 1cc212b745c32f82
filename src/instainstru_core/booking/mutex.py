"""One change of a booking at a time, over all processes. Source: BK-56, PY-61."""

from contextlib import AbstractContextManager

from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.mutex import Mutexes


def alone_with(booking_id: BookingId, mutexes: Mutexes) -> AbstractContextManager[None]:
    """Be the only one who changes the booking, for the block: while a card is asked, too.

    The row's lock is the other, independent guard: it decides alone while the mutexes are down.

    Raises:
        OperationInProgress: Somebody else is at it.
    """
    return mutexes.hold(f"booking:{booking_id}")
