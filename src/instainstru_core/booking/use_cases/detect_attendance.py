"""Report who did not come to a lesson by video. Source: BK-55."""

from datetime import timedelta

from instainstru_core.availability.model.rules import CalendarRules
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.video.model import missing
from instainstru_core.kernel.errors import Conflict
from instainstru_core.kernel.mutex import Mutexes
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

MAX_AT_ONCE = 100
DETECT_FOR = timedelta(seconds=30)
"""A run must end before its work item is leased to another; the next one goes on."""


def detect_attendance(
    *, begin: Begin[BookingWork], mutexes: Mutexes, clock: Clock, rules: CalendarRules
) -> int:
    """Report each ended lesson in which not both were seen; how many there were.

    What can't be reported, because somebody is at it, or was faster, is passed over; a booking that
    fails never stops the others: what it raised is raised after them.
    """
    if not rules.video_enabled:
        return 0
    until = clock.now() + DETECT_FOR
    with begin() as work:
        found = work.video_sessions.unattended(now=clock.now(), limit=MAX_AT_ONCE)
    reported, defect = 0, None
    for booking_id in found:
        if clock.now() >= until:
            break
        try:
            with alone_with(booking_id, mutexes):
                reported += _report(booking_id, begin=begin, clock=clock)
        except Conflict:
            continue
        except Exception as error:  # noqa: BLE001 - raised below, when the others had their turn
            defect = defect or error
    if defect is not None:
        raise defect
    return reported


def _report(booking_id: BookingId, *, begin: Begin[BookingWork], clock: Clock) -> int:
    with begin() as work:
        kind = missing(work.video_sessions.of(booking_id))
    if kind is None:
        return 0
    request = ReportNoShow(principal=None, booking_id=booking_id, type=kind)
    report_no_show(request, begin=begin, clock=clock)
    return 1
