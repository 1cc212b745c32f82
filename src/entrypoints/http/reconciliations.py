"""The books beside the processor's, night by night. Source: PY-85, spec 02 §6, §11.1."""

from datetime import date, datetime
from typing import Annotated, Any, Final

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct

from entrypoints.http.admin_bodies import ReasonBody
from entrypoints.http.idempotency import Keyed
from entrypoints.http.ledger import AccountBalanceView, DigestView, JournalView
from entrypoints.http.openapi import documented
from entrypoints.http.parameters import page_request
from entrypoints.http.policy import REQUIRED, policy, requires
from entrypoints.http.proof_pages import day_page, page_of, payment_page
from entrypoints.http.weeks import path_date
from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.use_cases.explain_difference import (
    ExplainDifference,
    explain_difference,
)
from instainstru_core.admin.use_cases.reconcile_by_hand import ReconcileByHand, reconcile_by_hand
from instainstru_core.kernel.pagination import MAX_CURSOR_LENGTH, MAX_LIMIT
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.processor import BalanceTransaction
from instainstru_core.payments.reconciliation.errors import ReconciliationNotFound
from instainstru_core.payments.reconciliation.model import (
    MAX_NOTE,
    Explained,
    Item,
    ItemClass,
    Run,
)
from instainstru_core.payments.reconciliation.proof import DayProof, PaymentProof, explained
from instainstru_core.payments.use_cases.reconciliation.prove_day import prove_day
from instainstru_core.payments.use_cases.reconciliation.prove_payment import prove_payment
from instainstru_core.ports import Ports

_READERS: Final = requires(Permission.VIEW_FINANCIALS)
_KEEPERS: Final = requires(Permission.MANAGE_FINANCIALS)
_MAX_REFERENCE: Final = 200
_HTML: Final = "html"


class ClassTotalView(Struct, kw_only=True, frozen=True):
    """How many references fell into a class, and what both sides say of them."""

    item_class: Annotated[str, Meta(examples=["matched"])]
    count: int
    ledger_cents: int
    processor_cents: int


class RunView(Struct, kw_only=True, frozen=True):
    """One day's comparison with the processor's books.

    `processor_balance_cents` is what the processor stated as it was asked; null where money moved
    meanwhile. `unexplained_cents` is what that has beyond every movement it told of.
    """

    day: date
    made_at: datetime
    agrees: bool
    transactions: int
    totals: list[ClassTotalView]
    open_items: int
    overdue_items: int
    fees_cents: int
    payouts_cents: int
    ledger_cents: int
    imported_cents: int
    processor_balance_cents: int | None
    unexplained_cents: int

    @classmethod
    def of(cls, run: Run) -> "RunView":
        """The view of *run*."""
        return cls(
            day=run.day,
            made_at=run.made_at,
            agrees=run.agrees,
            transactions=run.transactions,
            totals=[
                ClassTotalView(
                    item_class=each.item_class.value,
                    count=each.count,
                    ledger_cents=each.ledger_cents,
                    processor_cents=each.processor_cents,
                )
                for each in run.totals
            ],
            open_items=run.open_items,
            overdue_items=run.overdue_items,
            fees_cents=run.fees_cents,
            payouts_cents=run.payouts_cents,
            ledger_cents=run.balances.ledger_cents,
            imported_cents=run.balances.imported_cents,
            processor_balance_cents=run.balances.told_cents,
            unexplained_cents=run.balances.unexplained_cents,
        )


class RunsView(Struct, kw_only=True, frozen=True):
    """The runs, the latest day first."""

    items: list[RunView]
    next_cursor: str | None


class ItemView(Struct, kw_only=True, frozen=True):
    """What both sides say of one reference, and why they differ if they do."""

    day: date
    reference: str
    item_class: Annotated[str, Meta(examples=["amount_mismatch"])]
    ledger_cents: int | None
    processor_cents: int | None
    difference_cents: int
    kinds: list[str]
    payment_id: PaymentId | None
    first_day: date
    nights: int
    explanation: str
    resolution: str | None
    resolved_at: datetime | None
    resolved_by: AccountId | None
    note: str | None

    @classmethod
    def of(cls, item: Item) -> "ItemView":
        """The view of *item*."""
        resolution = item.resolution
        return cls(
            day=item.day,
            reference=item.reference,
            item_class=item.item_class.value,
            ledger_cents=item.ledger_cents,
            processor_cents=item.processor_cents,
            difference_cents=item.difference_cents,
            kinds=[kind.value for kind in item.kinds],
            payment_id=item.payment_id,
            first_day=item.first_day,
            nights=item.nights,
            explanation=explained(item),
            resolution=None if resolution is None else resolution.kind.value,
            resolved_at=None if resolution is None else resolution.at,
            resolved_by=None if resolution is None else resolution.actor,
            note=None if resolution is None else resolution.note,
        )


class ItemsView(Struct, kw_only=True, frozen=True):
    """Part of what a run found, by reference."""

    items: list[ItemView]
    next_cursor: str | None


class DayProofView(Struct, kw_only=True, frozen=True):
    """One day, both sides: the run, what did not agree, and what seals the books of that day."""

    run: RunView
    differences: list[ItemView]
    differing: int
    digest: DigestView | None

    @classmethod
    def of(cls, proof: DayProof) -> "DayProofView":
        """The view of *proof*."""
        return cls(
            run=RunView.of(proof.run),
            differences=[ItemView.of(each) for each in proof.differences],
            differing=proof.differing,
            digest=None if proof.digest is None else DigestView.of(proof.digest),
        )


class MovementView(Struct, kw_only=True, frozen=True):
    """One movement of the platform's balance, as the processor told it."""

    reference: str
    kind: str
    source: str
    amount_cents: int
    fee_cents: int
    net_cents: int
    occurred_at: datetime

    @classmethod
    def of(cls, moved: BalanceTransaction) -> "MovementView":
        """The view of *moved*."""
        return cls(
            reference=moved.reference,
            kind=moved.kind.value,
            source=moved.source,
            amount_cents=moved.amount_cents,
            fee_cents=moved.fee_cents,
            net_cents=moved.net_cents,
            occurred_at=moved.occurred_at,
        )


class SealView(Struct, kw_only=True, frozen=True):
    """The place of a journal in the chain."""

    seq: int
    journal_id: str
    hash: str


class PaymentProofView(Struct, kw_only=True, frozen=True):
    """One lesson's money: every journal with its place in the chain, beside the processor's side.

    `unmatched` are references of ours that the processor has not told of, so far.
    """

    payment_id: PaymentId
    state: str
    outcome: str | None
    imbalance_cents: int
    accounts: list[AccountBalanceView]
    journals: list[JournalView]
    seals: list[SealView]
    movements: list[MovementView]
    ledger_cents: int
    processor_cents: int
    unmatched: list[str]

    @classmethod
    def of(cls, proof: PaymentProof) -> "PaymentProofView":
        """The view of *proof*."""
        outcome = proof.payment.outcome
        return cls(
            payment_id=proof.payment.payment_id,
            state=proof.payment.state.value,
            outcome=None if outcome is None else outcome.value,
            imbalance_cents=proof.imbalance_cents,
            accounts=[AccountBalanceView.of(each) for each in proof.sums],
            journals=[JournalView.of(each) for each in proof.journals],
            seals=[
                SealView(seq=each.seq, journal_id=str(each.journal_id), hash=each.hash)
                for each in proof.seals
            ],
            movements=[MovementView.of(each) for each in proof.moved],
            ledger_cents=proof.ours_cents,
            processor_cents=proof.theirs_cents,
            unmatched=list(proof.unmatched),
        )


class ReconcileBody(ReasonBody, kw_only=True, forbid_unknown_fields=True):
    """Which day (UTC) to compare, and why not to wait for the night."""

    day: date


class ExplainBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """What the difference is, for counting and in words."""

    reason_code: Annotated[
        str, Meta(min_length=1, max_length=100, pattern=r"\S", examples=["bank_error"])
    ]
    note: Annotated[
        str, Meta(min_length=1, max_length=MAX_NOTE, pattern=r"\S", examples=["Paid by bank."])
    ]


Shown = Annotated[str, QueryParameter(pattern="^(json|html)$", description="json, or a page.")]


@get(
    "/",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("List the reconciliations"),
)
def list_runs(
    ports: NamedDependency[Ports],
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
) -> RunsView:
    """Every day that was compared with the processor's books, the latest first."""
    with ports.read() as reads:
        page = reads.reconciliation_queries.runs(page_request(limit, cursor))
    return RunsView(
        items=[RunView.of(each) for each in page.items],
        next_cursor=None if page.next_cursor is None else str(page.next_cursor),
    )


@post(
    "/",
    status_code=200,
    sync_to_thread=True,
    opt=policy(access=_KEEPERS, bucket="financial", idempotency=REQUIRED),
    **documented("Reconcile a day", refusals=(422, 503)),
)
def reconcile(
    data: JSONBody[ReconcileBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> RunView:
    """Compare a day that is over with the processor's books, again if it was compared before."""
    run = reconcile_by_hand(
        ReconcileByHand(principal=principal, day=data.day, why=data.why()),
        begin=ports.begin,
        gateway=ports.gateway,
        ids=ports.ids,
        clock=ports.clock,
        answer=keyed.answer(RunView.of),
    )
    return RunView.of(run)


@get(
    "/{day:str}",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("Show a reconciliation", refusals=(404,)),
)
def show_run(day: FromPath[str], ports: NamedDependency[Ports]) -> RunView:
    """How a day compared, and what is open of it now."""
    with ports.read() as reads:
        run = reads.reconciliation_queries.run(path_date(day))
    if run is None:
        raise ReconciliationNotFound
    return RunView.of(run)


@get(
    "/{day:str}/items",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("List what a reconciliation found", refusals=(404,)),
)
def list_items(
    day: FromPath[str],
    ports: NamedDependency[Ports],
    item_class: FromQuery[ItemClass | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
) -> ItemsView:
    """Each reference that either side moved on that day, of one class only if asked for."""
    with ports.read() as reads:
        page = reads.reconciliation_queries.items(
            path_date(day), page_request(limit, cursor), item_class=item_class
        )
    return ItemsView(
        items=[ItemView.of(each) for each in page.items],
        next_cursor=None if page.next_cursor is None else str(page.next_cursor),
    )


@post(
    "/{day:str}/items/{reference:str}/resolutions",
    status_code=200,
    sync_to_thread=True,
    opt=policy(access=_KEEPERS, bucket="financial", idempotency=REQUIRED),
    **documented("Explain a difference", refusals=(404, 409)),
)
def resolve_item(
    day: FromPath[str],
    reference: FromPath[str],
    data: JSONBody[ExplainBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> ItemView:
    """Close an open item: somebody knows why both sides differ. No money moves."""
    closed = explain_difference(
        ExplainDifference(
            principal=principal,
            day=path_date(day),
            reference=reference[:_MAX_REFERENCE],
            reason_code=data.reason_code,
            said=Explained(note=data.note),
        ),
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        answer=keyed.answer(ItemView.of),
    )
    return ItemView.of(closed)


@get(
    "/{day:str}/proof",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read", forms=("text/html",)),
    **documented("Prove a day", refusals=(404,)),
)
def prove(
    day: FromPath[str],
    ports: NamedDependency[Ports],
    format: Shown = "json",  # noqa: A002 - as callers write it
) -> Response[Any]:
    """What we say, what the processor says, and every difference explained."""
    proof = prove_day(path_date(day), read=ports.read)
    if format == _HTML:
        return page_of(day_page(proof, public_key=ports.signer.public_key()))
    return Response(DayProofView.of(proof))


@get(
    "/{payment_id:str}/proof",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read", forms=("text/html",)),
    **documented("Prove a payment", refusals=(404,)),
)
def prove_one(
    payment_id: FromPath[PaymentId],
    ports: NamedDependency[Ports],
    format: Shown = "json",  # noqa: A002 - as callers write it
) -> Response[Any]:
    """Every journal of a payment, the zero-sum check, and the processor's movements beside it."""
    proof = prove_payment(payment_id, begin=ports.begin, read=ports.read)
    if format == _HTML:
        return page_of(payment_page(proof))
    return Response(PaymentProofView.of(proof))


ROUTER: Final = Router(
    "/admin/reconciliations",
    route_handlers=[list_runs, reconcile, show_run, list_items, resolve_item, prove],
    tags=["Payments"],
)
PAYMENTS_ROUTER: Final = Router("/admin/payments", route_handlers=[prove_one], tags=["Payments"])
