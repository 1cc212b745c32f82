"""The platform's money in numbers, for operators. Source: spec 02 §5, §6."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Final

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Meta, Struct

from entrypoints.http.openapi import documented
from entrypoints.http.policy import policy, requires
from entrypoints.http.problems import Violation, invalid
from instainstru_core.accounts.model import Permission
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.office.queries import PendingPayout, Pipeline, Revenue
from instainstru_core.ports import Ports

_READERS: Final = requires(Permission.VIEW_FINANCIALS)
_MONTH: Final = timedelta(days=30)
_LONGEST: Final = timedelta(days=731)


class PipelineView(Struct, kw_only=True, frozen=True):
    """How payments stand; sums are of the last seven days."""

    pending_authorization: int
    authorized: int
    awaiting_capture: int
    locked: int
    captured_7d: int
    failed_7d: int
    refunded_7d: int
    overdue_authorizations: int
    overdue_captures: int
    reviews: Annotated[
        Mapping[str, int],
        Meta(
            description="What waits for a person, by reason; reasons of tips begin with `tip_`.",
            examples=[{"refund_failed": 1, "tip_transfer_failed": 2}],
        ),
    ]
    captured_cents: int
    refunded_cents: int
    fee_cents: int
    payout_cents: int
    net_cents: int

    @classmethod
    def of(cls, pipeline: Pipeline) -> "PipelineView":
        """The view of *pipeline*."""
        return cls(
            pending_authorization=pipeline.pending_authorization,
            authorized=pipeline.authorized,
            awaiting_capture=pipeline.awaiting_capture,
            locked=pipeline.locked,
            captured_7d=pipeline.captured_7d,
            failed_7d=pipeline.failed_7d,
            refunded_7d=pipeline.refunded_7d,
            overdue_authorizations=pipeline.overdue_authorizations,
            overdue_captures=pipeline.overdue_captures,
            reviews=pipeline.reviews,
            captured_cents=pipeline.captured_cents,
            refunded_cents=pipeline.refunded_cents,
            fee_cents=pipeline.fee_cents,
            payout_cents=pipeline.payout_cents,
            net_cents=pipeline.net_cents,
        )


class PendingPayoutView(Struct, kw_only=True, frozen=True):
    """What one instructor is owed."""

    instructor_id: InstructorId
    payments: int
    amount_cents: int

    @classmethod
    def of(cls, owed: PendingPayout) -> "PendingPayoutView":
        """The view of *owed*."""
        return cls(
            instructor_id=owed.instructor_id,
            payments=owed.payments,
            amount_cents=owed.amount.cents,
        )


class PendingPayoutsView(Struct, kw_only=True, frozen=True):
    """Whom something is owed, the most first."""

    items: list[PendingPayoutView]
    total_cents: int


class RevenueView(Struct, kw_only=True, frozen=True):
    """What was earned from `starts_at` to before `ends_at`: income is positive, expense not."""

    starts_at: datetime
    ends_at: datetime
    accounts: Mapping[str, int]
    net_cents: int

    @classmethod
    def of(cls, revenue: Revenue) -> "RevenueView":
        """The view of *revenue*."""
        return cls(
            starts_at=revenue.within.starts_at,
            ends_at=revenue.within.ends_at,
            accounts={account.value: cents for account, cents in revenue.cents.items()},
            net_cents=revenue.net_cents,
        )


@get(
    "/pipeline",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("Count payments"),
)
def show_pipeline(ports: NamedDependency[Ports]) -> PipelineView:
    """How all payments stand, and what waits for somebody, reason by reason."""
    with ports.read() as reads:
        return PipelineView.of(reads.office_queries.pipeline(now=ports.clock.now()))


@get(
    "/pending-payouts",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("List what instructors are owed"),
)
def list_pending_payouts(ports: NamedDependency[Ports]) -> PendingPayoutsView:
    """What is payable and was not sent, by the books."""
    with ports.read() as reads:
        owed = reads.office_queries.pending_payouts()
    return PendingPayoutsView(
        items=[PendingPayoutView.of(each) for each in owed],
        total_cents=sum(each.amount.cents for each in owed),
    )


@get(
    "/revenue",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("Show what the platform earned"),
)
def show_revenue(
    ports: NamedDependency[Ports],
    starts_at: FromQuery[datetime | None] = None,
    ends_at: FromQuery[datetime | None] = None,
) -> RevenueView:
    """Account by account, by the books; the last 30 days unless told otherwise."""
    until = ends_at or ports.clock.now()
    since = starts_at or until - _MONTH
    if not timedelta() < until - since <= _LONGEST:
        message = "give a start before the end, at most 731 days apart"
        raise invalid([Violation(pointer="/query/starts_at", code="invalid", message=message)])
    with ports.read() as reads:
        return RevenueView.of(reads.office_queries.revenue(Interval(since, until)))


ROUTER: Final = Router(
    "/admin/finance",
    route_handlers=[show_pipeline, list_pending_payouts, show_revenue],
    tags=["admin"],
)
