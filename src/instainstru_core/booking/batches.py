"""Many bookings, each in a unit of its own. Source: spec 01 §7."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.mutex import alone_with
from instainstru_core.kernel.errors import Conflict
from instainstru_core.kernel.mutex import Mutexes
from instainstru_core.kernel.time import Clock

MAX_AT_ONCE: Final = 100
WORK_FOR: Final = timedelta(seconds=30)
"""A run must end before its work item is leased to another; the next one goes on."""


def one_by_one(
    bookings: Sequence[BookingId],
    act: Callable[[BookingId], bool],
    *,
    mutexes: Mutexes,
    clock: Clock,
) -> int:
    """Act on each of *bookings*, alone with it; for how many *act* says that it did something.

    One that somebody else is at, or was faster with, is left to the next run. One that fails never
    stops the others: what it raised is raised after they had their turn.
    """
    until = clock.now() + WORK_FOR
    acted, defect = 0, None
    for booking_id in bookings:
        if clock.now() >= until:
            break
        try:
            with alone_with(booking_id, mutexes):
                acted += act(booking_id)
        except Conflict:
            continue
        except Exception as error:  # noqa: BLE001 - raised below
            defect = defect or error
    if defect is not None:
        raise defect
    return acted
