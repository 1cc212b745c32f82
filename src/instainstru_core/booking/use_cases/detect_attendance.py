"""Report who did not come to a lesson by video. Source: BK-55."""

from instainstru_core.availability.model.rules import CalendarRules
from instainstru_core.booking.batches import MAX_AT_ONCE, one_by_one
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.video.model import missing
from instainstru_core.kernel.mutex import Mutexes
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin


def detect_attendance(
    *, begin: Begin[BookingWork], mutexes: Mutexes, clock: Clock, rules: CalendarRules
) -> int:
    """Report each ended lesson in which not both were seen; how many there were."""
    if not rules.video_enabled:
        return 0
    with begin() as work:
        found = work.video_sessions.unattended(now=clock.now(), limit=MAX_AT_ONCE)

    def report(booking_id: BookingId) -> bool:
        with begin() as work:
            kind = missing(work.video_sessions.of(booking_id))
        if kind is None:
            return False
        request = ReportNoShow(principal=None, booking_id=booking_id, type=kind)
        report_no_show(request, begin=begin, clock=clock)
        return True

    return one_by_one(found, report, mutexes=mutexes, clock=clock)
