"""Take a report back. Source: BK-39."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.model import Principal
from instainstru_core.booking.claims.errors import NoClaim
from instainstru_core.booking.claims.model.reports import NoShowReport
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.use_cases.report_no_show import reporting_party
from instainstru_core.booking.use_cases.resolve_no_show import act_on_verdict
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=BookingWork)


@frozen(kw_only=True)
class WithdrawNoShow:
    """Who reported a no-show was mistaken."""

    principal: Principal
    booking_id: BookingId


def withdraw_no_show(
    request: WithdrawNoShow,
    *,
    begin: Begin[WorkT],
    clock: Clock,
    answer: Answer[WorkT, NoShowReport] = unanswered,
) -> NoShowReport:
    """Resolve the report as `cancelled` and return it; doing so again changes nothing.

    Raises:
        BookingNotFound: None, or not one the caller has part in.
        NoClaim: Nobody reported anything.
        Forbidden: Somebody else reported it.
        AlreadyResolved: It is settled otherwise.
        AlreadyDisputed: The accused objected.
    """
    with begin() as work:
        booking = work.bookings.get_for_update(request.booking_id)
        reporting_party(booking, request.principal)
        report = work.claims.report_on(booking.booking_id)
        if report is None:
            raise NoClaim(booking.booking_id)
        who = request.principal.account_id
        if not report.was_withdrawn_by(who):
            report = work.claims.save_report(report.withdrawn(booking, by=who, at=clock.now()))
            act_on_verdict(report, booking, work=work, at=clock.now())
        answer(work, report)
        return report
