"""Look at what was said against a lesson: the report and the issue. Source: BK-36…BK-41."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.claims.model.issues import BookingIssue
from instainstru_core.booking.claims.model.reports import NoShowReport
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.ports import BookingWork
from instainstru_core.kernel.unit_of_work import Begin

WorkT = TypeVar("WorkT", bound=BookingWork)


@frozen(kw_only=True)
class LessonClaims:
    """What stands against a lesson, whatever became of it; None: nobody said so."""

    report: NoShowReport | None
    issue: BookingIssue | None


def read_claims(booking_id: BookingId, *, viewer: AccountId, begin: Begin[WorkT]) -> LessonClaims:
    """The claims about the lesson, for one of its parties; nothing changes.

    Raises:
        BookingNotFound: None, or not one of *viewer*'s.
    """
    with begin() as work:
        if work.bookings.get(booking_id).party_of(viewer) is None:
            raise BookingNotFound(booking_id)
        return LessonClaims(
            report=work.claims.report_on(booking_id), issue=work.claims.issue_on(booking_id)
        )
