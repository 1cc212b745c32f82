"""What the console reads. Source: BK-50…BK-52, AD-6."""

from datetime import datetime
from typing import Protocol

from instainstru_core.admin.model.files import (
    BookingFigures,
    BookingFile,
    BookingRows,
    BookingSearch,
)
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.queries import BookingReads
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.queries import PaymentReads


class AdminQueries(Protocol):
    """All bookings, as the staff sees them."""

    def page(self, wanted: BookingSearch, *, now: datetime) -> BookingRows:
        """The page *wanted*; empty beyond the end."""
        ...

    def file(self, booking_id: BookingId, *, now: datetime) -> BookingFile:
        """One booking, with the members of its chain, earliest first.

        Raises:
            BookingNotFound: There is none.
        """
        ...

    def figures(self, *, day: Interval, week: Interval, now: datetime) -> BookingFigures:
        """How much there is to do, and what came of it."""
        ...


class AdminReads(PaymentReads, BookingReads, Protocol):
    """What the console reads without a unit of work."""

    @property
    def admin_queries(self) -> AdminQueries:
        """All bookings."""
        ...
