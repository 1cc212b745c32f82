"""An admin decides about a report; what follows for the booking. Source: BK-39."""

from datetime import datetime
from typing import TypeVar

from attrs import field, frozen
from attrs.validators import max_len, optional

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.claims.errors import NoClaim
from instainstru_core.booking.claims.model.reports import NoShowReport
from instainstru_core.booking.claims.model.saying import MAX_NOTES
from instainstru_core.booking.claims.terms import Resolution
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import AUTO_COMPLETE_AFTER
from instainstru_core.booking.model.states import Completed, Confirmed
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.terms import NoShowType
from instainstru_core.booking.timers import completion_timer
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=BookingWork)


@frozen(kw_only=True)
class ResolveNoShow:
    """An admin's decision, with notes for other admins."""

    principal: Principal
    booking_id: BookingId
    resolution: Resolution
    notes: str | None = field(default=None, validator=optional(max_len(MAX_NOTES)))


def resolve_no_show(
    request: ResolveNoShow,
    *,
    begin: Begin[WorkT],
    clock: Clock,
    answer: Answer[WorkT, NoShowReport] = unanswered,
) -> NoShowReport:
    """Settle the report, move the booking accordingly, and return the report.

    Raises:
        Forbidden: The caller may not manage bookings.
        BookingNotFound: There is none.
        NoClaim: Nobody reported anything.
        AlreadyResolved: It is settled.
        NotDisputed: There is no dispute to uphold.
        Malformed: Only time can decide that.
    """
    if not request.principal.may(Permission.MANAGE_ALL_BOOKINGS):
        raise Forbidden("only admins resolve reports")
    with begin() as work:
        now = clock.now()
        booking = work.bookings.get_for_update(request.booking_id)
        report = work.claims.report_on(booking.booking_id)
        if report is None:
            raise NoClaim(booking.booking_id)
        resolved = report.resolved(
            booking,
            request.resolution,
            by=request.principal.account_id,
            at=now,
            notes=request.notes,
        )
        kept = work.claims.save_report(resolved)
        act_on_verdict(kept, booking, work=work, at=now)
        answer(work, kept)
        return kept


def act_on_verdict(
    report: NoShowReport, booking: Booking, *, work: BookingWork, at: datetime
) -> Booking:
    """The booking, as the table of BK-39 wants it after *report* was resolved."""
    resolution = None if report.verdict is None else report.verdict.resolution
    if resolution is None:
        return booking
    if resolution.confirms:
        return record_miss(booking, report.type, work=work, at=at)
    if resolution is Resolution.DISPUTE_UPHELD and isinstance(booking.state, Confirmed):
        return work.bookings.save(booking.complete_upheld(at=at))
    complete_later(booking, work=work, at=at)
    return booking


def record_miss(
    booking: Booking,
    type: NoShowType,  # noqa: A002 - the word of the platform
    *,
    work: BookingWork,
    at: datetime,
) -> Booking:
    """Make it a no-show, unless it is over otherwise by now: that is told once. Source: BK-24."""
    if not isinstance(booking.state, Confirmed | Completed):
        return booking
    return work.bookings.save(booking.miss(type, at=at))


def complete_later(booking: Booking, *, work: BookingWork, at: datetime) -> None:
    """A lesson whose timer found a claim and went must get another one. Source: BK-22."""
    if isinstance(booking.state, Confirmed):
        due_at = max(at, booking.lesson.ends_at + AUTO_COMPLETE_AFTER)
        work.work_items.file(completion_timer(booking, due_at=due_at))
