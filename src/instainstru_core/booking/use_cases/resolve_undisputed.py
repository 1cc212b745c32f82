"""What nobody disputed within a day is taken to be true. Source: BK-38."""

from instainstru_core.booking.batches import MAX_AT_ONCE, one_by_one
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.use_cases.resolve_no_show import act_on_verdict
from instainstru_core.kernel.mutex import Mutexes
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin


def resolve_undisputed(*, begin: Begin[BookingWork], mutexes: Mutexes, clock: Clock) -> int:
    """Confirm every report whose time to object is over; how many there were."""
    with begin() as work:
        due = work.claims.undisputed(now=clock.now(), limit=MAX_AT_ONCE)

    def resolve(booking_id: BookingId) -> bool:
        with begin() as work:
            booking = work.bookings.get_for_update(booking_id, patient=False)
            report, now = work.claims.report_on(booking_id), clock.now()
            if report is None or not report.is_undisputed(now):
                return False
            kept = work.claims.save_report(report.lapsed(booking, at=now))
            act_on_verdict(kept, booking, work=work, at=now)
            return True

    return one_by_one(due, resolve, mutexes=mutexes, clock=clock)
