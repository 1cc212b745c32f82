"""The proofs: a day or a lesson's money, our side beside the processor's. Source: PY-84, PY-85."""

from datetime import datetime
from typing import Annotated, Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from msgspec import Struct

from entrypoints.http.ledger import AccountBalanceView, DigestView, JournalView
from entrypoints.http.openapi import documented
from entrypoints.http.policy import policy, requires
from entrypoints.http.proof_pages import day_page, page_of, payment_page
from entrypoints.http.reconciliation_views import ItemView, RunView
from entrypoints.http.weeks import path_date
from instainstru_core.accounts.model import Permission
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.processor import BalanceTransaction
from instainstru_core.payments.reconciliation.proof import DayProof, PaymentProof
from instainstru_core.payments.use_cases.reconciliation.prove_day import prove_day
from instainstru_core.payments.use_cases.reconciliation.prove_payment import prove_payment
from instainstru_core.ports import Ports

_READERS: Final = requires(Permission.VIEW_FINANCIALS)
_HTML: Final = "html"


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


Shown = Annotated[str, QueryParameter(pattern="^(json|html)$", description="json, or a page.")]


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


ROUTER: Final = Router("/admin/reconciliations", route_handlers=[prove], tags=["Payments"])
PAYMENTS_ROUTER: Final = Router("/admin/payments", route_handlers=[prove_one], tags=["Payments"])
