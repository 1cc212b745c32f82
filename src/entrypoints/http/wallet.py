"""A student's credit. Source: CR-11, spec 02 §6."""

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
from instainstru_core.kernel.pagination import MAX_CURSOR_LENGTH, MAX_LIMIT, Page
from instainstru_core.payments.credits.model import CreditLot, CreditSource
from instainstru_core.payments.credits.statement import StatementLine
from instainstru_core.payments.ids import CreditLotId, PaymentId
from instainstru_core.payments.use_cases.credits.read_credit_history import read_credit_history
from instainstru_core.payments.use_cases.read_credits import CreditsOf, read_credits
from instainstru_core.ports import Ports


class CreditLotView(Struct, kw_only=True, frozen=True):
    """One grant of credit."""

    credit_id: CreditLotId
    source: CreditSource
    amount_cents: int
    remaining_cents: int
    granted_at: datetime
    expires_at: datetime | None
    min_lesson_price_cents: int
    payment_id: PaymentId | None

    @classmethod
    def of(cls, lot: CreditLot) -> "CreditLotView":
        """The view of *lot*."""
        return cls(
            credit_id=lot.lot_id,
            source=lot.source,
            amount_cents=lot.amount.cents,
            remaining_cents=lot.available.cents,
            granted_at=lot.granted_at,
            expires_at=lot.expires_at,
            min_lesson_price_cents=lot.min_lesson_price.cents,
            payment_id=lot.payment_id,
        )


class CreditsView(Struct, kw_only=True, frozen=True):
    """What can be spent, is set aside and will be; what runs out next; and the grants."""

    available_cents: Annotated[int, Meta(examples=[9000])]
    reserved_cents: Annotated[int, Meta(examples=[0])]
    pending_cents: Annotated[int, Meta(examples=[1000])]
    next_expiry_at: datetime | None
    next_expiry_cents: int
    items: list[CreditLotView]

    @classmethod
    def of(cls, credit: CreditsOf) -> "CreditsView":
        """The view of *credit*."""
        return cls(
            available_cents=credit.balance.available.cents,
            reserved_cents=credit.balance.reserved.cents,
            pending_cents=credit.balance.pending.cents,
            next_expiry_at=credit.balance.next_expiry_at,
            next_expiry_cents=credit.balance.next_expiry_amount.cents,
            items=[CreditLotView.of(lot) for lot in credit.lots],
        )


class CreditMovementView(Struct, kw_only=True, frozen=True):
    """One movement: so much more to spend, or less."""

    occurred_at: datetime
    kind: Annotated[str, Meta(examples=["credit_reserve"])]
    cents: Annotated[int, Meta(examples=[-5000])]
    credit_id: CreditLotId | None
    payment_id: PaymentId | None

    @classmethod
    def of(cls, line: StatementLine) -> "CreditMovementView":
        """The view of *line*."""
        return cls(
            occurred_at=line.occurred_at,
            kind=line.kind,
            cents=line.cents,
            credit_id=line.lot_id,
            payment_id=line.payment_id,
        )


class CreditHistoryView(Struct, kw_only=True, frozen=True):
    """One page of movements, newest first."""

    items: list[CreditMovementView]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[StatementLine]) -> "CreditHistoryView":
        """The view of *page*."""
        return cls(
            items=[CreditMovementView.of(line) for line in page.items],
            next_cursor=None if page.next_cursor is None else str(page.next_cursor),
        )


@get(
    sync_to_thread=True,
    opt=policy(access=requires(Permission.CREATE_BOOKINGS), bucket="read"),
    **documented("See my credit"),
)
def show_credits(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> CreditsView:
    """My credit that has not expired, the first to expire first."""
    student = StudentId(principal.account_id.value)
    return CreditsView.of(read_credits(student, read=ports.read, clock=ports.clock))


@get(
    "/history",
    sync_to_thread=True,
    opt=policy(access=requires(Permission.CREATE_BOOKINGS), bucket="read"),
    **documented("See what moved my credit"),
)
def show_history(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
) -> CreditHistoryView:
    """Every movement of what I can spend, newest first; together they are what is available."""
    request = page_request(limit, cursor)
    student = StudentId(principal.account_id.value)
    return CreditHistoryView.of(read_credit_history(student, request, read=ports.read))


ROUTER: Final = Router("/credits", route_handlers=[show_credits, show_history], tags=["Payments"])
