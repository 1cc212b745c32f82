"""Everything that happened to a booking, in one line. Source: BK-50, AD-6."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from attrs import Factory, frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.admin.model.files import BookingFile
from instainstru_core.booking.log import LogEntry
from instainstru_core.payments.ledger.model import Journal
from instainstru_core.payments.model.operation import PaymentOperation


class Source(StrEnum):
    """Who wrote it down; at the same instant, in this order."""

    BOOKING = "booking"
    CLAIM = "claim"
    STAFF = "staff"
    PROCESSOR = "processor"
    BOOKS = "books"
    REMINDER = "reminder"
    NOTIFICATION = "notification"


@frozen(kw_only=True)
class Moment:
    """One thing that happened; *actor* is absent when the platform did it."""

    at: datetime
    source: Source
    what: str
    actor: AccountId | None = None
    details: Mapping[str, str] = Factory(dict)
    cents: int | None = None
    """How much money it was about; shown to those alone who may see money."""


def timeline(
    file: BookingFile,
    *,
    log: Sequence[LogEntry],
    operations: Sequence[PaymentOperation],
    journals: Sequence[Journal],
) -> Sequence[Moment]:
    """Every moment, the newest last."""
    order = list(Source)
    moments = [
        *_logged(log),
        *_claimed(file),
        *_acted(file),
        *_asked(operations),
        *_booked(journals),
        *_told(file),
    ]
    moments.sort(key=lambda each: (each.at, order.index(each.source)))
    return moments


def _logged(log: Sequence[LogEntry]) -> Iterator[Moment]:
    for entry in log:
        yield Moment(
            at=entry.at,
            source=Source.BOOKING,
            what=entry.action,
            actor=entry.actor,
            details=dict(entry.after),
        )


def _claimed(file: BookingFile) -> Iterator[Moment]:
    report, issue = file.report, file.issue
    if report is not None:
        yield Moment(
            at=report.reported_at,
            source=Source.CLAIM,
            what="no_show_reported",
            actor=report.reporter,
            details={"type": report.type.value},
        )
        if report.dispute is not None:
            yield Moment(at=report.dispute.at, source=Source.CLAIM, what="no_show_disputed")
        if report.verdict is not None:
            yield Moment(
                at=report.verdict.at,
                source=Source.CLAIM,
                what="no_show_resolved",
                actor=report.verdict.resolver,
                details={"resolution": report.verdict.resolution.value},
            )
    if issue is not None:
        yield Moment(
            at=issue.opened_at, source=Source.CLAIM, what="issue_opened", actor=issue.opener
        )
        if issue.settlement is not None:
            yield Moment(
                at=issue.settlement.at,
                source=Source.CLAIM,
                what="issue_resolved",
                actor=issue.settlement.resolver,
                details={"outcome": issue.settlement.outcome.value},
            )


def _acted(file: BookingFile) -> Iterator[Moment]:
    for action in file.actions:
        note = {} if action.why.note is None else {"note": action.why.note}
        yield Moment(
            at=action.at,
            source=Source.STAFF,
            what=action.kind.value,
            actor=action.actor,
            details={"reason_code": action.why.reason_code, **note, **action.after},
        )


def _asked(operations: Sequence[PaymentOperation]) -> Iterator[Moment]:
    for operation in operations:
        error = {} if operation.error_code is None else {"error": operation.error_code}
        yield Moment(
            at=operation.planned_at,
            source=Source.PROCESSOR,
            what=operation.kind.value,
            details={"slot": operation.slot, "state": operation.state.value, **error},
            cents=operation.amount.cents,
        )


def _booked(journals: Sequence[Journal]) -> Iterator[Moment]:
    for journal in journals:
        yield Moment(
            at=journal.occurred_at,
            source=Source.BOOKS,
            what=journal.journal_type.value,
            cents=sum(line.cents for line in journal.lines if line.cents > 0),
        )


def _told(file: BookingFile) -> Iterator[Moment]:
    for kind, sent_at in file.reminders.items():
        yield Moment(at=sent_at, source=Source.REMINDER, what=kind.value)
    for each in file.told:
        yield Moment(at=each.at, source=Source.NOTIFICATION, what=each.kind, actor=each.account_id)
