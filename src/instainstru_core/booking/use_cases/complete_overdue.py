"""Count lessons as given whose money came late, or that somebody objected to. Source: BK-22."""

from instainstru_core.booking.batches import MAX_AT_ONCE, one_by_one
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.parts import AUTO_COMPLETE_AFTER
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.use_cases.complete_lesson import complete_by_itself
from instainstru_core.kernel.mutex import Mutexes
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin


def complete_overdue(*, begin: Begin[BookingWork], mutexes: Mutexes, clock: Clock) -> int:
    """Complete every lesson that ended a day ago and is ready for it; how many there were.

    Each has a timer too, which is exact; this comes back to those it had to leave.
    """
    with begin() as work:
        overdue = work.payment_readiness.overdue(
            before=clock.now() - AUTO_COMPLETE_AFTER, limit=MAX_AT_ONCE
        )

    def complete(booking_id: BookingId) -> bool:
        with begin() as work:
            complete_by_itself(booking_id, work=work, now=clock.now())
        return True

    return one_by_one(overdue, complete, mutexes=mutexes, clock=clock)
