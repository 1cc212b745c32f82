"""What claims need from the world."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from instainstru_core.booking.claims.model.issues import BookingIssue
from instainstru_core.booking.claims.model.reports import NoShowReport
from instainstru_core.booking.ids import BookingId


class Claims(Protocol):
    """Every no-show report and every issue; one of each a booking, at most.

    Whoever changes one has the lock of its booking.
    """

    def report_on(self, booking_id: BookingId) -> NoShowReport | None:
        """The report about the booking, whatever became of it."""
        ...

    def issue_on(self, booking_id: BookingId) -> BookingIssue | None:
        """The issue about the booking, whatever became of it."""
        ...

    def open_on(self, booking_id: BookingId) -> bool:
        """Whether a report or an issue waits to be resolved. Source: BK-22, BK-23."""
        ...

    def undisputed(self, *, now: datetime, limit: int) -> Sequence[BookingId]:
        """Bookings with an open report whose time to object is over, the oldest first.

        Source: BK-38.
        """
        ...

    def add_report(self, report: NoShowReport) -> NoShowReport:
        """Keep a new report.

        Raises:
            AlreadyReported: There is one.
        """
        ...

    def save_report(self, report: NoShowReport) -> NoShowReport:
        """Keep a report as it is now.

        Raises:
            StaleAggregate: It changed since it was read.
        """
        ...

    def add_issue(self, issue: BookingIssue) -> BookingIssue:
        """Keep a new issue.

        Raises:
            AlreadyReported: There is one.
        """
        ...

    def save_issue(self, issue: BookingIssue) -> BookingIssue:
        """Keep an issue as it is now.

        Raises:
            StaleAggregate: It changed since it was read.
        """
        ...
