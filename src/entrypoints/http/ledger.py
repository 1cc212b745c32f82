"""The books, for those who keep them. Source: spec 02 §6, §11.7."""

from datetime import date, datetime
from typing import Annotated, Final

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from msgspec import Meta, Struct

from entrypoints.http.openapi import documented
from entrypoints.http.parameters import page_request
from entrypoints.http.policy import policy, requires
from entrypoints.http.problems import read_at
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.pagination import MAX_CURSOR_LENGTH, MAX_LIMIT
from instainstru_core.payments.ids import CreditLotId, JournalId, PaymentId, TipId
from instainstru_core.payments.ledger.appendix import ROWS
from instainstru_core.payments.ledger.chain import Digest
from instainstru_core.payments.ledger.chart import KINDS, JournalSearch
from instainstru_core.payments.ledger.model import (
    Account,
    AccountBalance,
    Journal,
    JournalType,
    Line,
    TrialBalance,
)
from instainstru_core.ports import Ports

_BOOKKEEPERS: Final = requires(Permission.VIEW_FINANCIALS)
_ID_LENGTH: Final = 26


class AccountBalanceView(Struct, kw_only=True, frozen=True):
    """What an account comes to: debits are positive, credits negative."""

    account: Annotated[str, Meta(examples=["booking_escrow"])]
    cents: int

    @classmethod
    def of(cls, balance: AccountBalance) -> "AccountBalanceView":
        """The view of *balance*."""
        return cls(account=balance.account.value, cents=balance.cents)


class TrialBalanceView(Struct, kw_only=True, frozen=True):
    """Every account; sound books sum to zero."""

    accounts: list[AccountBalanceView]
    journals: int
    imbalance_cents: int
    unsettled_payments: int
    credit_mismatches: int
    balanced: bool

    @classmethod
    def of(cls, balance: TrialBalance) -> "TrialBalanceView":
        """The view of *balance*."""
        return cls(
            accounts=[AccountBalanceView.of(each) for each in balance.balances],
            journals=balance.journals,
            imbalance_cents=balance.imbalance_cents,
            unsettled_payments=balance.unsettled,
            credit_mismatches=balance.credit_mismatches,
            balanced=balance.balanced,
        )


class LedgerAccountView(Struct, kw_only=True, frozen=True):
    """One account of the chart: what it counts, and what it comes to."""

    account: Annotated[str, Meta(examples=["booking_escrow"])]
    kind: Annotated[str, Meta(examples=["liability"])]
    normal_side: Annotated[str, Meta(examples=["credit"])]
    cents: int


class ChartView(Struct, kw_only=True, frozen=True):
    """Every account there is, in the order of the chart. Source: PY-82."""

    accounts: list[LedgerAccountView]

    @classmethod
    def of(cls, balance: TrialBalance) -> "ChartView":
        """The view of *balance*, with the accounts that nothing was ever posted to."""
        cents = {each.account: each.cents for each in balance.balances}
        return cls(
            accounts=[
                LedgerAccountView(
                    account=account.value,
                    kind=KINDS[account].value,
                    normal_side="debit" if KINDS[account].grows_by_debit else "credit",
                    cents=cents.get(account, 0),
                )
                for account in Account
            ]
        )


class LineView(Struct, kw_only=True, frozen=True):
    """One line of a journal."""

    account: Annotated[str, Meta(examples=["processor_balance"])]
    cents: int
    payment_id: PaymentId | None
    tip_id: TipId | None
    lot_id: CreditLotId | None
    instructor_id: InstructorId | None
    student_id: StudentId | None
    processor_ref: str | None

    @classmethod
    def of(cls, line: Line) -> "LineView":
        """The view of *line*."""
        return cls(
            account=line.account.value,
            cents=line.cents,
            payment_id=line.payment_id,
            tip_id=line.tip_id,
            lot_id=line.lot_id,
            instructor_id=line.instructor_id,
            student_id=line.student_id,
            processor_ref=line.processor_ref,
        )


class JournalView(Struct, kw_only=True, frozen=True):
    """One money fact, and the row of the posting table (Appendix A) that explains it."""

    journal_id: JournalId
    journal_type: Annotated[str, Meta(examples=["capture"])]
    row: int | None
    event: Annotated[str, Meta(examples=["the held money is taken"])]
    source_id: str
    occurred_at: datetime
    lines: list[LineView]

    @classmethod
    def of(cls, journal: Journal) -> "JournalView":
        """The view of *journal*."""
        row = ROWS[journal.journal_type]
        return cls(
            journal_id=journal.journal_id,
            journal_type=journal.journal_type.value,
            row=row.number,
            event=row.event,
            source_id=journal.source_id,
            occurred_at=journal.occurred_at,
            lines=[LineView.of(line) for line in journal.lines],
        )


class JournalsView(Struct, kw_only=True, frozen=True):
    """Part of the books, newest first."""

    items: list[JournalView]
    next_cursor: str | None


class DigestView(Struct, kw_only=True, frozen=True):
    """The end of the chain of journals as it was signed after a day.

    `statement` is what was signed, as text in UTF-8; `signature` (hexadecimal, Ed25519) can be
    checked with `public_key` by anybody. `previous` is the SHA-256 of the digest before: of its
    statement, followed by its signature.
    """

    day: date
    seq: Annotated[int, Meta(description="How many journals were sealed by then.")]
    hash: str
    previous: str
    statement: str
    key_id: str
    signature: str
    signed_at: datetime

    @classmethod
    def of(cls, digest: Digest) -> "DigestView":
        """The view of *digest*."""
        return cls(
            day=digest.day,
            seq=digest.seq,
            hash=digest.hash,
            previous=digest.previous,
            statement=digest.statement.decode(),
            key_id=digest.signature.key_id,
            signature=digest.signature.value,
            signed_at=digest.signed_at,
        )


class DigestsView(Struct, kw_only=True, frozen=True):
    """The signed days, the latest first, and the key that today's are signed with."""

    public_key: str
    items: list[DigestView]
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
    "/accounts",
    sync_to_thread=True,
    opt=policy(access=_BOOKKEEPERS, bucket="read"),
    **documented("Show the chart of accounts"),
)
def show_accounts(ports: NamedDependency[Ports]) -> ChartView:
    """Every account, what it counts and what it comes to."""
    with ports.read() as reads:
        return ChartView.of(reads.ledger_queries.trial_balance())


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
    payment_id: Annotated[str | None, QueryParameter(max_length=_ID_LENGTH)] = None,
    journal_type: FromQuery[JournalType | None] = None,
    account: FromQuery[Account | None] = None,
    source_id: Annotated[str | None, QueryParameter(max_length=200)] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
) -> JournalsView:
    """The books, newest first; of one payment, type, account, source or time only, if asked for."""
    search = JournalSearch(
        payment_id=None
        if payment_id is None
        else read_at("/query/payment_id", PaymentId.parse, payment_id),
        journal_type=journal_type,
        account=account,
        source_id=source_id,
        since=since,
        until=until,
    )
    with ports.read() as reads:
        page = reads.ledger_queries.journals(page_request(limit, cursor), search)
    return JournalsView(
        items=[JournalView.of(each) for each in page.items],
        next_cursor=None if page.next_cursor is None else str(page.next_cursor),
    )


@get(
    "/digests",
    sync_to_thread=True,
    opt=policy(access=_BOOKKEEPERS, bucket="read"),
    **documented("List the signed digests of the books"),
)
def list_digests(
    ports: NamedDependency[Ports],
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
) -> DigestsView:
    """What was signed after each day: who keeps it elsewhere sees when the books are rewritten."""
    with ports.read() as reads:
        page = reads.chain_queries.digests(page_request(limit, cursor))
    return DigestsView(
        public_key=ports.signer.public_key(),
        items=[DigestView.of(each) for each in page.items],
        next_cursor=None if page.next_cursor is None else str(page.next_cursor),
    )


ROUTER: Final = Router(
    "/admin/ledger",
    route_handlers=[show_trial_balance, show_accounts, list_journals, list_digests],
    tags=["Payments"],
)
