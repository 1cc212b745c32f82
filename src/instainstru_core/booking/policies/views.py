"""Which bookings a list shows, and what of each. Source: BK-5, BK-42, AC-56."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Completed, Confirmed, NoShow
from instainstru_core.booking.terms import CancelKind, Party
from instainstru_core.kernel.lessons import LocationType

PLACE_SHOWN_FOR: Final = timedelta(hours=24)
NEVER_SHOWN: Final = frozenset({CancelKind.HOLD_EXPIRED, CancelKind.SUPERSEDED, CancelKind.ABORTED})
"""Holds that came to nothing are in no view at all. Source: BK-19, BK-42."""


class View(StrEnum):
    """One list of one's bookings."""

    UPCOMING = "upcoming"
    HISTORY = "history"
    PENDING = "pending"
    AWAITING_COMPLETION = "awaiting_completion"
    BOOK_AGAIN = "book_again"


class Phase(StrEnum):
    """Where a confirmed lesson stands now."""

    UPCOMING = "upcoming"
    IN_PROGRESS = "in_progress"
    AWAITING_COMPLETION = "awaiting_completion"


def phase(booking: Booking, now: datetime) -> Phase | None:
    """The phase of a confirmed lesson; None for any other booking."""
    if not isinstance(booking.state, Confirmed):
        return None
    if now < booking.lesson.starts_at:
        return Phase.UPCOMING
    return Phase.IN_PROGRESS if now < booking.lesson.ends_at else Phase.AWAITING_COMPLETION


def is_hidden(booking: Booking, *, include_rescheduled: bool = False) -> bool:
    """Whether it is in no list: a hold that came to nothing, or a lesson that was moved."""
    if not isinstance(booking.state, Cancelled):
        return False
    moved = booking.state.kind is CancelKind.RESCHEDULED
    return booking.state.kind in NEVER_SHOWN or (moved and not include_rescheduled)


def belongs(
    booking: Booking,
    view: View,
    now: datetime,
    *,
    role: Party = Party.STUDENT,
    include_rescheduled: bool = False,
) -> bool:
    """Whether *view* shows *booking* at *now*; of `book_again`, before the latest is picked.

    Only a student can book again.
    """
    match view:
        case View.UPCOMING:
            return isinstance(booking.state, Confirmed) and now < booking.lesson.ends_at
        case View.HISTORY:
            over = isinstance(booking.state, Completed | NoShow | Cancelled)
            hidden = is_hidden(booking, include_rescheduled=include_rescheduled)
            return not hidden and (over or _awaits(booking, now))
        case View.PENDING:
            return booking.is_live_hold(now)
        case View.AWAITING_COMPLETION:
            return _awaits(booking, now)
        case View.BOOK_AGAIN:
            return role is Party.STUDENT and isinstance(booking.state, Completed)


def _awaits(booking: Booking, now: datetime) -> bool:
    return isinstance(booking.state, Confirmed) and booking.lesson.ends_at <= now


def shows_place(booking: Booking, viewer: Party, now: datetime) -> bool:
    """Whether *viewer* sees the exact address. Source: BK-5.

    Who gave it always does; the other one from confirmation to a day after the end.
    """
    if booking.place is None:
        return False
    if viewer is Party.ADMIN or viewer is _giver(booking.location_type):
        return True
    agreed = isinstance(booking.state, Confirmed | Completed | NoShow)
    return agreed and now <= booking.lesson.ends_at + PLACE_SHOWN_FOR


def _giver(location_type: LocationType) -> Party:
    at_instructor = location_type is LocationType.INSTRUCTOR_LOCATION
    return Party.INSTRUCTOR if at_instructor else Party.STUDENT
