"""No-show reports and issues in PostgreSQL. Source: BK-36…BK-41."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from attrs import define, evolve
from sqlalchemy import Connection, Row, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.outbox import Outbox
from adapters.postgres.tables.claims import booking_issues, no_show_reports
from adapters.postgres.types import IdOf
from instainstru_core.booking.claims.errors import AlreadyReported
from instainstru_core.booking.claims.model.issues import BookingIssue, Settlement
from instainstru_core.booking.claims.model.reports import (
    DISPUTE_WITHIN,
    Dispute,
    NoShowReport,
    Verdict,
)
from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import BookingStatus, NoShowType
from instainstru_core.kernel.errors import StaleAggregate

_R, _I = no_show_reports.c, booking_issues.c

_REPORT: Final = select(no_show_reports).where(_R.booking_id == bindparam("id"))
_ISSUE: Final = select(booking_issues).where(_I.booking_id == bindparam("id"))
_OPEN: Final = text(
    """
    SELECT EXISTS (
        SELECT FROM no_show_reports WHERE booking_id = :id AND resolved_at IS NULL
    ) OR EXISTS (
        SELECT FROM booking_issues WHERE booking_id = :id AND resolved_at IS NULL
    )
    """
).bindparams(bindparam("id", type_=IdOf(BookingId)))
_UNDISPUTED: Final = (
    select(_R.booking_id)
    .where(_R.disputed_at.is_(None), _R.resolved_at.is_(None), _R.reported_at < bindparam("before"))
    .order_by(_R.reported_at, _R.booking_id)
    .limit(bindparam("most"))
)
_ADD_REPORT: Final = insert(no_show_reports).on_conflict_do_nothing().returning(_R.version)
_ADD_ISSUE: Final = insert(booking_issues).on_conflict_do_nothing().returning(_I.version)
_SAVE_REPORT: Final = (
    update(no_show_reports)
    .where(_R.booking_id == bindparam("id"), _R.version == bindparam("read_version"))
    .returning(_R.version)
)
_SAVE_ISSUE: Final = (
    update(booking_issues)
    .where(_I.booking_id == bindparam("id"), _I.version == bindparam("read_version"))
    .returning(_I.version)
)


@define
class PostgresClaims:
    """The `Claims` port, one statement per call."""

    _connection: Connection
    _outbox: Outbox

    def report_on(self, booking_id: BookingId) -> NoShowReport | None:
        row = self._connection.execute(_REPORT, {"id": booking_id}).one_or_none()
        return None if row is None else report_of(row)

    def issue_on(self, booking_id: BookingId) -> BookingIssue | None:
        row = self._connection.execute(_ISSUE, {"id": booking_id}).one_or_none()
        return None if row is None else issue_of(row)

    def open_on(self, booking_id: BookingId) -> bool:
        return bool(self._connection.scalar(_OPEN, {"id": booking_id}))

    def undisputed(self, *, now: datetime, limit: int) -> Sequence[BookingId]:
        values = {"before": now - DISPUTE_WITHIN, "most": limit}
        return self._connection.scalars(_UNDISPUTED, values).all()

    def add_report(self, report: NoShowReport) -> NoShowReport:
        version = self._connection.scalar(_ADD_REPORT, _report_columns(report))
        if version is None:
            raise AlreadyReported(report.booking_id)
        return self._recorded_report(report, version)

    def save_report(self, report: NoShowReport) -> NoShowReport:
        keys = {"id": report.booking_id, "read_version": report.version}
        version = self._connection.scalar(_SAVE_REPORT, {**_report_columns(report), **keys})
        if version is None:
            raise _stale(report.booking_id)
        return self._recorded_report(report, version)

    def add_issue(self, issue: BookingIssue) -> BookingIssue:
        version = self._connection.scalar(_ADD_ISSUE, _issue_columns(issue))
        if version is None:
            raise AlreadyReported(issue.booking_id)
        return self._recorded_issue(issue, version)

    def save_issue(self, issue: BookingIssue) -> BookingIssue:
        keys = {"id": issue.booking_id, "read_version": issue.version}
        version = self._connection.scalar(_SAVE_ISSUE, {**_issue_columns(issue), **keys})
        if version is None:
            raise _stale(issue.booking_id)
        return self._recorded_issue(issue, version)

    def _recorded_report(self, report: NoShowReport, version: int) -> NoShowReport:
        self._outbox.record(report.events)
        return evolve(report, version=version, events=())

    def _recorded_issue(self, issue: BookingIssue, version: int) -> BookingIssue:
        self._outbox.record(issue.events)
        return evolve(issue, version=version, events=())


def _stale(booking_id: BookingId) -> StaleAggregate:
    return StaleAggregate(f"the claim on booking {booking_id} changed since it was read")


def _report_columns(report: NoShowReport) -> dict[str, Any]:
    dispute, verdict = report.dispute, report.verdict
    return {
        "booking_id": report.booking_id,
        "type": report.type.value,
        "reporter_id": report.reporter,
        "reason": report.reason,
        "reported_at": report.reported_at,
        "disputed_at": None if dispute is None else dispute.at,
        "dispute_reason": None if dispute is None else dispute.reason,
        "resolved_at": None if verdict is None else verdict.at,
        "resolution": None if verdict is None else verdict.resolution.value,
        "resolver_id": None if verdict is None else verdict.resolver,
        "notes": None if verdict is None else verdict.notes,
        "status_before": report.status_before.value,
        "payment_before": report.payment_before,
        "version": report.version + 1,
    }


def report_of(row: Row[*tuple[Any, ...]]) -> NoShowReport:
    """The report that *row* is."""
    dispute, verdict = None, None
    if row.disputed_at is not None:
        dispute = Dispute(at=row.disputed_at, reason=row.dispute_reason)
    if row.resolved_at is not None:
        verdict = Verdict(
            at=row.resolved_at,
            resolution=Resolution(row.resolution),
            resolver=row.resolver_id,
            notes=row.notes,
        )
    return NoShowReport(
        booking_id=row.booking_id,
        type=NoShowType(row.type),
        reporter=row.reporter_id,
        reason=row.reason,
        reported_at=row.reported_at,
        dispute=dispute,
        verdict=verdict,
        status_before=BookingStatus(row.status_before),
        payment_before=row.payment_before,
        version=row.version,
    )


def _issue_columns(issue: BookingIssue) -> dict[str, Any]:
    settlement = issue.settlement
    return {
        "booking_id": issue.booking_id,
        "opener_id": issue.opener,
        "reason": issue.reason,
        "opened_at": issue.opened_at,
        "resolved_at": None if settlement is None else settlement.at,
        "outcome": None if settlement is None else settlement.outcome.value,
        "resolver_id": None if settlement is None else settlement.resolver,
        "notes": None if settlement is None else settlement.notes,
        "version": issue.version + 1,
    }


def issue_of(row: Row[*tuple[Any, ...]]) -> BookingIssue:
    """The issue that *row* is."""
    settlement = None
    if row.resolved_at is not None:
        settlement = Settlement(
            at=row.resolved_at,
            outcome=IssueOutcome(row.outcome),
            resolver=row.resolver_id,
            notes=row.notes,
        )
    return BookingIssue(
        booking_id=row.booking_id,
        opener=row.opener_id,
        reason=row.reason,
        opened_at=row.opened_at,
        settlement=settlement,
        version=row.version,
    )
