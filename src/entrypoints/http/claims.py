"""No-shows and issues: said, taken back, objected to. Source: BK-36, BK-37, BK-39, BK-41, BK-57."""

from datetime import datetime
from typing import Annotated, Final

from litestar import Router, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import OPTIONAL, REQUIRED, policy, requires
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.claims.model.issues import BookingIssue
from instainstru_core.booking.claims.model.reports import NoShowReport
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.terms import NoShowType
from instainstru_core.booking.use_cases.dispute_no_show import DisputeNoShow, dispute_no_show
from instainstru_core.booking.use_cases.open_issue import OpenIssue, open_issue
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.use_cases.withdraw_no_show import WithdrawNoShow, withdraw_no_show
from instainstru_core.ports import Ports

_PARTIES: Final = requires(
    Permission.VIEW_OWN_BOOKINGS, Permission.VIEW_INCOMING_BOOKINGS, any_of=True
)
_REPORTERS: Final = requires(
    Permission.VIEW_OWN_BOOKINGS, Permission.COMPLETE_BOOKINGS, any_of=True
)


class ReportNoShowBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Who did not come."""

    type: Annotated[NoShowType, Meta(description="Who did not come.", examples=["instructor"])]
    reason: Annotated[str, Meta(max_length=500, examples=["I waited for half an hour."])] | None = (
        None
    )


class WhyBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Why: 10 to 500 characters, the space around them aside."""

    reason: Annotated[
        str,
        Meta(
            max_length=2000,
            description="10 to 500 characters, the space around them aside.",
            examples=["We had the whole lesson, from start to end."],
        ),
    ]


class NoShowReportView(Struct, kw_only=True, frozen=True):
    """A report, and what became of it."""

    booking_id: BookingId
    type: Annotated[str, Meta(examples=["instructor"])]
    state: Annotated[str, Meta(examples=["open"])]
    reason: str | None
    reported_at: datetime
    dispute_until: datetime
    disputed_at: datetime | None
    dispute_reason: str | None
    resolved_at: datetime | None
    resolution: Annotated[str | None, Meta(examples=["confirmed_no_dispute"])]

    @classmethod
    def of(cls, report: NoShowReport) -> "NoShowReportView":
        """The view of *report*; an admin's notes are not the parties' to see."""
        dispute, verdict = report.dispute, report.verdict
        return cls(
            booking_id=report.booking_id,
            type=report.type.value,
            state=report.state.value,
            reason=report.reason,
            reported_at=report.reported_at,
            dispute_until=report.dispute_until,
            disputed_at=None if dispute is None else dispute.at,
            dispute_reason=None if dispute is None else dispute.reason,
            resolved_at=None if verdict is None else verdict.at,
            resolution=None if verdict is None else verdict.resolution.value,
        )


class BookingIssueView(Struct, kw_only=True, frozen=True):
    """An issue, and what became of it."""

    booking_id: BookingId
    reason: str
    opened_at: datetime
    resolved_at: datetime | None
    outcome: Annotated[str | None, Meta(examples=["uphold"])]

    @classmethod
    def of(cls, issue: BookingIssue) -> "BookingIssueView":
        """The view of *issue*."""
        settlement = issue.settlement
        return cls(
            booking_id=issue.booking_id,
            reason=issue.reason,
            opened_at=issue.opened_at,
            resolved_at=None if settlement is None else settlement.at,
            outcome=None if settlement is None else settlement.outcome.value,
        )


@post(
    "/{booking_id:str}/no-show",
    sync_to_thread=True,
    opt=policy(access=_REPORTERS, bucket="booking", idempotency=REQUIRED),
    **documented("Report a no-show", refusals=(404, 409)),
)
def report(
    booking_id: FromPath[BookingId],
    data: JSONBody[ReportNoShowBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> NoShowReportView:
    """Say that the other one did not come, from the start to a day after the end.

    The payment is frozen, and the other one has a day to object.
    """
    with alone_with(booking_id, ports.mutexes):
        made = report_no_show(
            ReportNoShow(
                principal=principal, booking_id=booking_id, type=data.type, reason=data.reason
            ),
            begin=ports.begin,
            clock=ports.clock,
            answer=keyed.answer(NoShowReportView.of),
        )
    return NoShowReportView.of(made)


@delete(
    "/{booking_id:str}/no-show",
    sync_to_thread=True,
    opt=policy(access=_REPORTERS, bucket="booking"),
    **documented("Withdraw a report", refusals=(404, 409)),
)
def withdraw(
    booking_id: FromPath[BookingId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> None:
    """Take my report back, while nobody objected to it; again changes nothing."""
    request = WithdrawNoShow(principal=principal, booking_id=booking_id)
    with alone_with(booking_id, ports.mutexes):
        withdraw_no_show(request, begin=ports.begin, clock=ports.clock)


@post(
    "/{booking_id:str}/no-show/dispute",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=_PARTIES, bucket="booking", idempotency=REQUIRED),
    **documented("Dispute a report", refusals=(404, 409)),
)
def dispute(
    booking_id: FromPath[BookingId],
    data: JSONBody[WhyBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> NoShowReportView:
    """Say that I did come, within a day of the report; an admin decides then."""
    with alone_with(booking_id, ports.mutexes):
        disputed = dispute_no_show(
            DisputeNoShow(principal=principal, booking_id=booking_id, reason=data.reason),
            begin=ports.begin,
            clock=ports.clock,
            answer=keyed.answer(NoShowReportView.of),
        )
    return NoShowReportView.of(disputed)


@post(
    "/{booking_id:str}/issue",
    sync_to_thread=True,
    opt=policy(access=_PARTIES, bucket="booking", idempotency=OPTIONAL),
    **documented("Open an issue", refusals=(404, 409)),
)
def open_one(
    booking_id: FromPath[BookingId],
    data: JSONBody[WhyBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> BookingIssueView:
    """Object to the lesson's completion, from its start to a day after its end.

    The payment is frozen until an admin decides.
    """
    with alone_with(booking_id, ports.mutexes):
        issue = open_issue(
            OpenIssue(principal=principal, booking_id=booking_id, reason=data.reason),
            begin=ports.begin,
            clock=ports.clock,
            answer=keyed.answer(BookingIssueView.of),
        )
    return BookingIssueView.of(issue)


ROUTER: Final = Router(
    "/bookings", route_handlers=[report, withdraw, dispute, open_one], tags=["bookings"]
)
