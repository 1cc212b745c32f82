"""What nobody disputed within a day is taken to be true. Source: BK-38."""

from datetime import timedelta

from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.use_cases.resolve_no_show import act_on_verdict
from instainstru_core.kernel.errors import OperationInProgress
from instainstru_core.kernel.mutex import Mutexes
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

MAX_AT_ONCE = 100
RESOLVE_FOR = timedelta(seconds=30)
"""A run must end before its work item is leased to another; the next one goes on."""


def resolve_undisputed(*, begin: Begin[BookingWork], mutexes: Mutexes, clock: Clock) -> int:
    """Confirm every report whose time to object is over, each by itself; how many there were.

    A booking that somebody else is at is left to the next run, and one that fails never stops the
    others: what it raised is raised after them.
    """
    until = clock.now() + RESOLVE_FOR
    with begin() as work:
        due = work.claims.undisputed(now=clock.now(), limit=MAX_AT_ONCE)
    resolved, defect = 0, None
    for booking_id in due:
        if clock.now() >= until:
            break
        try:
            with alone_with(booking_id, mutexes), begin() as work:
                resolved += _resolve(booking_id, work=work, clock=clock)
        except OperationInProgress:
            continue
        except Exception as error:  # noqa: BLE001 - raised below, when the others had their turn
            defect = defect or error
    if defect is not None:
        raise defect
    return resolved


def _resolve(booking_id: BookingId, *, work: BookingWork, clock: Clock) -> int:
    booking, now = work.bookings.get_for_update(booking_id, patient=False), clock.now()
    report = work.claims.report_on(booking_id)
    if report is None or not report.is_undisputed(now):
        return 0
    kept = work.claims.save_report(report.lapsed(booking, at=now))
    act_on_verdict(kept, booking, work=work, at=now)
    return 1
