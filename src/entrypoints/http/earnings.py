"""What lessons brought their instructor: listed, summed and exported. Source: PY-68, PY-69."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import QueryParameter
from litestar.response import Stream
from msgspec import Meta, Struct

from entrypoints.documents.earnings_csv import earnings_csv
from entrypoints.documents.earnings_pdf import earnings_pdf
from entrypoints.http.openapi import documented
from entrypoints.http.parameters import page_request
from entrypoints.http.policy import policy, requires
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.pagination import MAX_CURSOR_LENGTH, MAX_LIMIT
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.statements.earnings import (
    EarningLine,
    EarningStatus,
    EarningTotals,
)
from instainstru_core.payments.statements.periods import Period
from instainstru_core.payments.use_cases.statements.read_earnings import (
    all_earnings,
    days_of_earnings,
    read_earnings,
    sum_earnings,
    walk_earnings,
)
from instainstru_core.ports import Ports

CSV: Final = "text/csv"
PDF: Final = "application/pdf"
_TEACHERS: Final = requires(Permission.MANAGE_INSTRUCTOR_PROFILE)

First = Annotated[
    date | None,
    QueryParameter(name="from", description="The first day of the lessons, where they are given."),
]
Last = Annotated[date | None, QueryParameter(name="to", description="The last day, too.")]
Written = Annotated[str, QueryParameter(pattern="^(csv|pdf)$", description="csv or pdf.")]


class EarningView(Struct, kw_only=True, frozen=True):
    """What one lesson brought, by the books; what is on its way is owed."""

    payment_id: PaymentId
    booking_id: BookingId
    lesson_start: datetime
    student: Annotated[str, Meta(examples=["Sarah C."])]
    service_name: Annotated[str, Meta(examples=["Piano"])]
    duration_minutes: int
    lesson_price_cents: int
    commission_cents: int
    commission_bps: int
    net_cents: int
    tip_cents: int
    owed_cents: int
    status: EarningStatus
    payout_reference: str | None

    @classmethod
    def of(cls, earning: EarningLine) -> "EarningView":
        """The view of *earning*."""
        return cls(
            payment_id=earning.payment_id,
            booking_id=earning.booking_id,
            lesson_start=earning.lesson_starts_at,
            student=earning.student,
            service_name=earning.service_name,
            duration_minutes=earning.minutes,
            lesson_price_cents=earning.lesson_price.cents,
            commission_cents=earning.commission.cents,
            commission_bps=earning.commission_bps,
            net_cents=earning.net.cents,
            tip_cents=earning.tip.cents,
            owed_cents=earning.owed.cents,
            status=earning.status,
            payout_reference=earning.payout_reference,
        )


class EarningsView(Struct, kw_only=True, frozen=True):
    """Part of my earnings, the latest lesson first."""

    items: list[EarningView]
    next_cursor: str | None


class EarningsSummaryView(Struct, kw_only=True, frozen=True):
    """What my lessons of some days came to: each figure is the sum of their lines.

    Lessons, minutes, value and commission are of those that bring money.
    """

    first_day: date
    last_day: date
    lessons: int
    minutes: int
    lesson_value_cents: int
    commission_cents: int
    net_cents: int
    tips_cents: int
    owed_cents: int
    average_net_cents: int

    @classmethod
    def of(cls, totals: EarningTotals, first: date, last: date) -> "EarningsSummaryView":
        """The view of *totals*, of the days from *first* to *last*."""
        return cls(
            first_day=first,
            last_day=last,
            lessons=totals.lessons,
            minutes=totals.minutes,
            lesson_value_cents=totals.lesson_value.cents,
            commission_cents=totals.commission.cents,
            net_cents=totals.net.cents,
            tips_cents=totals.tips.cents,
            owed_cents=totals.owed.cents,
            average_net_cents=totals.average_net.cents,
        )


def _instructor(principal: Principal) -> InstructorId:
    return InstructorId(principal.account_id.value)


def _asked(
    instructor: InstructorId, first: date | None, last: date | None, ports: Ports
) -> tuple[date, date]:
    return days_of_earnings(instructor, first, last, read=ports.read, clock=ports.clock)


def _file(summary: str) -> Any:
    found = documented(summary, refusals=(422,))
    found["responses"][200] = ResponseSpec(
        data_container=str,
        description="A CSV file, or a PDF document.",
        media_type=CSV,
        generate_examples=False,
    )
    return found


@get(
    "/",
    sync_to_thread=True,
    opt=policy(access=_TEACHERS, bucket="read"),
    **documented("List my earnings"),
)
def list_earnings(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    first: First = None,
    last: Last = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
) -> EarningsView:
    """What each lesson brought me, from the books; all of them, or those of some days."""
    page = read_earnings(
        _instructor(principal),
        page_request(limit, cursor),
        read=ports.read,
        period=Period(first, last),
    )
    return EarningsView(
        items=[EarningView.of(each) for each in page.items],
        next_cursor=None if page.next_cursor is None else str(page.next_cursor),
    )


@get(
    "/summary",
    sync_to_thread=True,
    opt=policy(access=_TEACHERS, bucket="read"),
    **documented("Sum my earnings"),
)
def show_summary(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    first: First = None,
    last: Last = None,
) -> EarningsSummaryView:
    """What my lessons came to, of the last 90 days unless told otherwise."""
    instructor = _instructor(principal)
    begun, ended = _asked(instructor, first, last, ports)
    totals = sum_earnings(instructor, Period(begun, ended), read=ports.read)
    return EarningsSummaryView.of(totals, begun, ended)


@get(
    "/export",
    sync_to_thread=True,
    opt=policy(access=_TEACHERS, bucket="read", forms=(PDF,)),
    **_file("Export my earnings"),
)
def export(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    format: Written = "csv",  # noqa: A002 - as callers write it
    first: First = None,
    last: Last = None,
) -> Response[Any]:
    """My lessons of the last 90 days, or of at most 731, for a spreadsheet or on paper."""
    instructor = _instructor(principal)
    begun, ended = _asked(instructor, first, last, ports)
    period, name = Period(begun, ended), f"earnings-{begun}-{ended}"
    headers = {"Cache-Control": "private, no-store"}
    if format == "pdf":
        headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
        lines = all_earnings(instructor, period, read=ports.read)
        made = earnings_pdf(lines, period, made_at=ports.clock.now())
        return Response(made, media_type=PDF, headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'

    def written() -> Iterator[bytes]:
        for row in earnings_csv(walk_earnings(instructor, period, read=ports.read)):
            yield row.encode()

    return Stream(written, media_type=CSV, headers=headers)


ROUTER: Final = Router(
    "/earnings", route_handlers=[list_earnings, show_summary, export], tags=["Payments"]
)
