"""The accused objects to a report. Source: BK-37."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.model import Principal
from instainstru_core.booking.claims.errors import NoClaim
from instainstru_core.booking.claims.model.reports import NoShowReport
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.ports import BookingWork
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=BookingWork)


@frozen(kw_only=True)
class DisputeNoShow:
    """One of the two says that they did come."""

    principal: Principal
    booking_id: BookingId
    reason: str


def dispute_no_show(
    request: DisputeNoShow,
    *,
    begin: Begin[WorkT],
    clock: Clock,
    answer: Answer[WorkT, NoShowReport] = unanswered,
) -> NoShowReport:
    """Leave the report to an admin, and return it.

    Raises:
        BookingNotFound: None, or not one of the caller's.
        NoClaim: Nobody reported anything.
        Forbidden: The caller is not accused of anything.
        AlreadyDisputed: They objected before.
        AlreadyResolved: It is settled.
        ReasonLength: The reason is too short or too long.
        DisputeWindowClosed: More than a day after the report.
    """
    with begin() as work:
        booking = work.bookings.get_for_update(request.booking_id)
        by = booking.party_of(request.principal.account_id)
        if by is None:
            raise BookingNotFound(request.booking_id)
        report = work.claims.report_on(booking.booking_id)
        if report is None:
            raise NoClaim(booking.booking_id)
        disputed = report.objected(booking, by=by, reason=request.reason, at=clock.now())
        kept = work.claims.save_report(disputed)
        answer(work, kept)
        return kept
