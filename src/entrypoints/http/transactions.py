"""A student's lessons and what was paid for each. Source: PY-70."""

from datetime import datetime
from typing import Annotated, Final

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from msgspec import Meta, Struct

from entrypoints.http.openapi import documented
from entrypoints.http.parameters import page_request
from entrypoints.http.policy import policy, requires
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.pagination import MAX_CURSOR_LENGTH, MAX_LIMIT
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.statements.transactions import (
    EventKind,
    Transaction,
    TransactionStatus,
)
from instainstru_core.payments.use_cases.statements.read_transactions import read_transactions
from instainstru_core.ports import Ports


class TransactionEventView(Struct, kw_only=True, frozen=True):
    """One thing that happened; so much went from my card, below zero back to it."""

    kind: EventKind
    at: datetime
    cents: Annotated[int, Meta(examples=[10080])]


class TransactionView(Struct, kw_only=True, frozen=True):
    """One lesson: what it costs, what paid for it, and what came back.

    `total_paid_cents` is what my cards paid in all, the tip included, less what came back.
    """

    payment_id: PaymentId
    booking_id: BookingId
    instructor: Annotated[str, Meta(examples=["Jane D."])]
    service_name: Annotated[str, Meta(examples=["Piano"])]
    lesson_start: datetime
    duration_minutes: int
    lesson_price_cents: int
    student_fee_cents: int
    credit_cents: int
    credit_given_cents: int
    refunds_cents: int
    tip_cents: int
    total_paid_cents: int
    status: TransactionStatus
    receipt_number: str | None
    events: list[TransactionEventView]

    @classmethod
    def of(cls, row: Transaction) -> "TransactionView":
        """The view of *row*."""
        return cls(
            payment_id=row.payment_id,
            booking_id=row.booking_id,
            instructor=row.instructor,
            service_name=row.service_name,
            lesson_start=row.lesson_starts_at,
            duration_minutes=row.minutes,
            lesson_price_cents=row.lesson_price.cents,
            student_fee_cents=row.student_fee.cents,
            credit_cents=row.credit.cents,
            credit_given_cents=row.credit_given.cents,
            refunds_cents=row.refunds.cents,
            tip_cents=row.tip.cents,
            total_paid_cents=row.total_paid.cents,
            status=row.status,
            receipt_number=row.receipt,
            events=[
                TransactionEventView(kind=each.kind, at=each.at, cents=each.cents)
                for each in row.events
            ],
        )


class TransactionsView(Struct, kw_only=True, frozen=True):
    """Part of my lessons, the latest first."""

    items: list[TransactionView]
    next_cursor: str | None


@get(
    sync_to_thread=True,
    opt=policy(access=requires(Permission.CREATE_BOOKINGS), bucket="read"),
    **documented("List what I paid"),
)
def list_transactions(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
) -> TransactionsView:
    """A row for each lesson that I checked out, with what happened to its money."""
    page = read_transactions(
        StudentId(principal.account_id.value), page_request(limit, cursor), read=ports.read
    )
    return TransactionsView(
        items=[TransactionView.of(each) for each in page.items],
        next_cursor=None if page.next_cursor is None else str(page.next_cursor),
    )


ROUTER: Final = Router("/transactions", route_handlers=[list_transactions], tags=["Payments"])
