"""Say that somebody did not come to a lesson. Source: BK-36, PY-40."""

from typing import TypeVar

from attrs import field, frozen
from attrs.validators import max_len, optional

from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.claims.model.reports import NoShowReport, report
from instainstru_core.booking.claims.model.saying import MAX_REASON
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.terms import NoShowType, Party
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.texts import stripped_or_none
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=BookingWork)

_NEEDED = {
    Party.STUDENT: Permission.VIEW_OWN_BOOKINGS,
    Party.INSTRUCTOR: Permission.COMPLETE_BOOKINGS,
    Party.ADMIN: Permission.MANAGE_ALL_BOOKINGS,
}


@frozen(kw_only=True)
class ReportNoShow:
    """Somebody says who did not come; without a *principal* the platform itself does."""

    principal: Principal | None
    booking_id: BookingId
    type: NoShowType
    reason: str | None = field(
        default=None, converter=stripped_or_none, validator=optional(max_len(MAX_REASON))
    )


def report_no_show(
    request: ReportNoShow,
    *,
    begin: Begin[WorkT],
    clock: Clock,
    answer: Answer[WorkT, NoShowReport] = unanswered,
) -> NoShowReport:
    """Keep the report, which freezes the payment, and return it. The booking stays as it is.

    Raises:
        BookingNotFound: None, or not one the caller has part in.
        Forbidden: It is not theirs to say.
        WrongState: The lesson is not agreed on, or over otherwise.
        NoShowWindowClosed: Before the start, or more than a day after the end.
        AlreadyReported: There was a report, whatever became of it.
        AlreadySettled: The money is captured or settled.
    """
    with begin() as work:
        booking = work.bookings.get_for_update(request.booking_id)
        who = request.principal
        made = report(
            booking,
            type=request.type,
            by=None if who is None else reporting_party(booking, who),
            reporter=None if who is None else AccountId(who.account_id.value),
            reason=request.reason,
            at=clock.now(),
            earlier=work.claims.report_on(booking.booking_id),
            payment=work.payment_readiness.status_of(booking.booking_id),
        )
        kept = work.claims.add_report(made)
        answer(work, kept)
        return kept


def reporting_party(booking: Booking, principal: Principal) -> Party:
    """As whom *principal* speaks of *booking*.

    Raises:
        BookingNotFound: They have no part in it.
        Forbidden: Their account lacks the permission.
    """
    by = booking.party_of(principal.account_id)
    if by is None:
        if not principal.may(Permission.MANAGE_ALL_BOOKINGS):
            raise BookingNotFound(booking.booking_id)
        by = Party.ADMIN
    if not principal.may(_NEEDED[by]):
        raise Forbidden(f"this account may not report anything as {by}")
    return by
