"""The books, for those who keep them. Source: spec 02 §6."""

from datetime import datetime
from typing import Annotated, Final

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from msgspec import Meta, Struct

from entrypoints.http.openapi import documented
from entrypoints.http.parameters import page_request
from entrypoints.http.policy import policy, requires
from entrypoints.http.problems import read_at
from instainstru_core.accounts.model import Permission
from instainstru_core.kernel.pagination import MAX_CURSOR_LENGTH, MAX_LIMIT
from instainstru_core.payments.ids import JournalId, PaymentId
from instainstru_core.payments.ledger.model import Journal, TrialBalance
from instainstru_core.ports import Ports

_BOOKKEEPERS: Final = requires(Permission.VIEW_FINANCIALS)


class AccountBalanceView(Struct, kw_only=True, frozen=True):
    """What an account comes to: debits are positive, credits negative."""

    account: Annotated[str, Meta(examples=["booking_escrow"])]
    cents: int


class TrialBalanceView(Struct, kw_only=True, frozen=True):
    """Every account; sound books sum to zero."""

    accounts: list[AccountBalanceView]
    journals: int
    imbalance_cents: int
    unsettled_payments: int
    balanced: bool

    @classmethod
    def of(cls, balance: TrialBalance) -> "TrialBalanceView":
        """The view of *balance*."""
        return cls(
            accounts=[
                AccountBalanceView(account=each.account.value, cents=each.cents)
                for each in balance.balances
            ],
            journals=balance.journals,
            imbalance_cents=balance.imbalance_cents,
            unsettled_payments=balance.unsettled,
            balanced=balance.balanced,
        )


class LineView(Struct, kw_only=True, frozen=True):
    """One line of a journal."""

    account: Annotated[str, Meta(examples=["processor_balance"])]
    cents: int
    payment_id: PaymentId | None
    processor_ref: str | None


class JournalView(Struct, kw_only=True, frozen=True):
    """One money fact."""

    journal_id: JournalId
    journal_type: Annotated[str, Meta(examples=["capture"])]
    source_id: str
    occurred_at: datetime
    lines: list[LineView]

    @classmethod
    def of(cls, journal: Journal) -> "JournalView":
        """The view of *journal*."""
        return cls(
            journal_id=journal.journal_id,
            journal_type=journal.journal_type.value,
            source_id=journal.source_id,
            occurred_at=journal.occurred_at,
            lines=[
                LineView(
                    account=line.account.value,
                    cents=line.cents,
                    payment_id=line.payment_id,
                    processor_ref=line.processor_ref,
                )
                for line in journal.lines
            ],
        )


class JournalsView(Struct, kw_only=True, frozen=True):
    """Part of the books, newest first."""

    items: list[JournalView]
    next_cursor: str | None


@get(
    "/trial-balance",
    sync_to_thread=True,
    opt=policy(access=_BOOKKEEPERS, bucket="read"),
    **documented("Show the trial balance"),
)
def show_trial_balance(ports: NamedDependency[Ports]) -> TrialBalanceView:
    """Every account and what they come to together."""
    with ports.read() as reads:
        return TrialBalanceView.of(reads.ledger_queries.trial_balance())


@get(
    "/journals",
    sync_to_thread=True,
    opt=policy(access=_BOOKKEEPERS, bucket="read"),
    **documented("List the journals"),
)
def list_journals(
    ports: NamedDependency[Ports],
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
    payment_id: Annotated[str | None, QueryParameter(max_length=26)] = None,
) -> JournalsView:
    """The books, newest first; or all the journals of one payment, oldest first."""
    with ports.read() as reads:
        if payment_id is not None:
            found = reads.ledger_queries.of_payment(
                read_at("/query/payment_id", PaymentId.parse, payment_id)
            )
            return JournalsView(items=[JournalView.of(each) for each in found], next_cursor=None)
        page = reads.ledger_queries.journals(page_request(limit, cursor))
    return JournalsView(
        items=[JournalView.of(each) for each in page.items],
        next_cursor=None if page.next_cursor is None else str(page.next_cursor),
    )


ROUTER: Final = Router(
    "/admin/ledger", route_handlers=[show_trial_balance, list_journals], tags=["Payments"]
)
