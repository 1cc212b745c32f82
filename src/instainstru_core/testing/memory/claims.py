"""No-show reports and issues in memory, held to the contract of claims."""

from collections.abc import Sequence
from datetime import datetime

from attrs import define, evolve

from instainstru_core.booking.claims.errors import AlreadyReported
from instainstru_core.booking.claims.model.issues import BookingIssue
from instainstru_core.booking.claims.model.reports import NoShowReport
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables


@define
class InMemoryClaims:
    """The `Claims` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def report_on(self, booking_id: BookingId) -> NoShowReport | None:
        return self._reports().get(booking_id)

    def issue_on(self, booking_id: BookingId) -> BookingIssue | None:
        return self._issues().get(booking_id)

    def open_on(self, booking_id: BookingId) -> bool:
        report, issue = self.report_on(booking_id), self.issue_on(booking_id)
        return (report is not None and report.is_open) or (issue is not None and issue.is_open)

    def undisputed(self, *, now: datetime, limit: int) -> Sequence[BookingId]:
        due = [each for each in self._reports().values() if each.is_undisputed(now)]
        due.sort(key=lambda each: (each.reported_at, each.booking_id))
        return [each.booking_id for each in due[:limit]]

    def add_report(self, report: NoShowReport) -> NoShowReport:
        if report.booking_id in self._reports():
            raise AlreadyReported(report.booking_id)
        return self._kept_report(report)

    def save_report(self, report: NoShowReport) -> NoShowReport:
        _check_fresh(self._reports().get(report.booking_id), report)
        return self._kept_report(report)

    def add_issue(self, issue: BookingIssue) -> BookingIssue:
        if issue.booking_id in self._issues():
            raise AlreadyReported(issue.booking_id)
        return self._kept_issue(issue)

    def save_issue(self, issue: BookingIssue) -> BookingIssue:
        _check_fresh(self._issues().get(issue.booking_id), issue)
        return self._kept_issue(issue)

    def _kept_report(self, report: NoShowReport) -> NoShowReport:
        self._outbox.record(report.events)
        kept = evolve(report, version=report.version + 1, events=())
        self._reports()[report.booking_id] = kept
        return kept

    def _kept_issue(self, issue: BookingIssue) -> BookingIssue:
        self._outbox.record(issue.events)
        kept = evolve(issue, version=issue.version + 1, events=())
        self._issues()[issue.booking_id] = kept
        return kept

    def _reports(self) -> dict[BookingId, NoShowReport]:
        return self._tables.of("no_show_reports", BookingId, NoShowReport)

    def _issues(self) -> dict[BookingId, BookingIssue]:
        return self._tables.of("booking_issues", BookingId, BookingIssue)


def _check_fresh(
    kept: NoShowReport | BookingIssue | None, changed: NoShowReport | BookingIssue
) -> None:
    if kept is None or kept.version != changed.version:
        raise StaleAggregate(f"the claim on booking {changed.booking_id} changed since it was read")
