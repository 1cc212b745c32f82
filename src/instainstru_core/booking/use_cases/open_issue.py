"""Object to the completion of a lesson. Source: BK-41."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.model import Principal
from instainstru_core.booking.claims.model.issues import BookingIssue, open_one
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.ports import BookingWork
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=BookingWork)


@frozen(kw_only=True)
class OpenIssue:
    """One of the two says what was wrong."""

    principal: Principal
    booking_id: BookingId
    reason: str


def open_issue(
    request: OpenIssue,
    *,
    begin: Begin[WorkT],
    clock: Clock,
    answer: Answer[WorkT, BookingIssue] = unanswered,
) -> BookingIssue:
    """Keep the issue, which freezes the payment, and return it. The booking stays as it is.

    Raises:
        BookingNotFound: None, or not one of the caller's.
        WrongState: The lesson is not agreed on, or over otherwise.
        IssueWindowClosed: Before the start, or more than a day after the end.
        AlreadyReported: There was an issue, whatever became of it.
        ReasonLength: The reason is too short or too long.
        AlreadySettled: The money is captured or settled.
    """
    with begin() as work:
        booking = work.bookings.get_for_update(request.booking_id)
        by = booking.party_of(request.principal.account_id)
        if by is None:
            raise BookingNotFound(request.booking_id)
        issue = open_one(
            booking,
            by=by,
            opener=request.principal.account_id,
            reason=request.reason,
            at=clock.now(),
            earlier=work.claims.issue_on(booking.booking_id),
            payment=work.payment_readiness.status_of(booking.booking_id),
        )
        kept = work.claims.add_issue(issue)
        answer(work, kept)
        return kept
