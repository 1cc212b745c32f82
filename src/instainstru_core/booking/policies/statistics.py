"""How an instructor's lessons went, in figures. Source: BK-46."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from attrs import frozen

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Completed, Confirmed
from instainstru_core.booking.terms import CancelKind

ALL_BPS: Final = 10_000


@frozen(kw_only=True)
class BookingCounts:
    """Lessons that were ever agreed on; one that was moved counts once, where it is now.

    *total* holds the others, and what is neither: lessons that nobody has completed yet, and those
    somebody did not come to.
    """

    total: int = 0
    upcoming: int = 0
    completed: int = 0
    cancelled: int = 0

    @property
    def completion_rate_bps(self) -> int | None:
        """Completed of all, in hundredths of a percent; None of none."""
        return _share(self.completed, self.total)

    @property
    def cancellation_rate_bps(self) -> int | None:
        """Cancelled of all, by whomever; None of none."""
        return _share(self.cancelled, self.total)


def _share(part: int, whole: int) -> int | None:
    # Half up, as money is rounded.
    return None if whole == 0 else (2 * part * ALL_BPS + whole) // (2 * whole)


def counts(bookings: Iterable[Booking], *, now: datetime) -> BookingCounts:
    """The figures of *bookings* at *now*."""
    agreed = [each for each in bookings if each.confirmed_at is not None and not _moved(each)]
    return BookingCounts(
        total=len(agreed),
        upcoming=sum(
            isinstance(each.state, Confirmed) and now < each.lesson.ends_at for each in agreed
        ),
        completed=sum(isinstance(each.state, Completed) for each in agreed),
        cancelled=sum(isinstance(each.state, Cancelled) for each in agreed),
    )


def _moved(booking: Booking) -> bool:
    return isinstance(booking.state, Cancelled) and booking.state.kind is CancelKind.RESCHEDULED
