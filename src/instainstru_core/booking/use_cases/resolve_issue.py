"""An admin decides about an issue. Source: BK-41."""

from typing import TypeVar

from attrs import field, frozen
from attrs.validators import max_len, optional

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.claims.errors import NoClaim
from instainstru_core.booking.claims.model.issues import BookingIssue
from instainstru_core.booking.claims.model.saying import MAX_NOTES
from instainstru_core.booking.claims.terms import IssueOutcome
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.terms import NoShowType
from instainstru_core.booking.use_cases.resolve_no_show import complete_later, record_miss
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=BookingWork)


@frozen(kw_only=True)
class ResolveIssue:
    """An admin's decision; *no_show_type* says who did not come, where that is the outcome."""

    principal: Principal
    booking_id: BookingId
    outcome: IssueOutcome
    no_show_type: NoShowType | None = None
    notes: str | None = field(default=None, validator=optional(max_len(MAX_NOTES)))


def resolve_issue(
    request: ResolveIssue,
    *,
    begin: Begin[WorkT],
    clock: Clock,
    answer: Answer[WorkT, BookingIssue] = unanswered,
) -> BookingIssue:
    """Settle the issue, move the booking accordingly, and return the issue.

    Raises:
        Forbidden: The caller may not manage bookings.
        BookingNotFound: There is none.
        NoClaim: Nobody opened one.
        AlreadyResolved: It is settled.
        Malformed: The type of the no-show is missing, or for nothing.
    """
    if not request.principal.may(Permission.MANAGE_ALL_BOOKINGS):
        raise Forbidden("only admins resolve issues")
    with begin() as work:
        now = clock.now()
        booking = work.bookings.get_for_update(request.booking_id)
        issue = work.claims.issue_on(booking.booking_id)
        if issue is None:
            raise NoClaim(booking.booking_id)
        resolved = issue.resolved(
            booking,
            request.outcome,
            no_show_type=request.no_show_type,
            by=request.principal.account_id,
            at=now,
            notes=request.notes,
        )
        kept = work.claims.save_issue(resolved)
        if request.no_show_type is not None:
            record_miss(booking, request.no_show_type, work=work, at=now)
        else:
            complete_later(booking, work=work, at=now)
        answer(work, kept)
        return kept
