"""Give money back: shown first, then done with the proof. Source: PY-52…PY-54, AD-6, AD-7."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TypeVar

from attrs import evolve

from instainstru_core.accounts.ports import Secrets
from instainstru_core.admin.confirmations.errors import AlreadyUsed
from instainstru_core.admin.confirmations.tokens import read_token
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.ports import AdminWork
from instainstru_core.admin.use_cases.staff_acts import (
    DoneAct,
    ShownAct,
    StaffAct,
    StaffEffect,
    preview_staff_act,
    take_staff_act,
)
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.refunds.model import Refund, RefundState
from instainstru_core.payments.refunds.plan import outcome_of
from instainstru_core.payments.use_cases.carry_out import carry_out
from instainstru_core.payments.use_cases.refunds.order_refund import (
    OrderedRefund,
    OrderRefund,
    order_refund,
)
from instainstru_core.payments.use_cases.refunds.record_refund import RefundDesk

WorkT = TypeVar("WorkT", bound=AdminWork)


def preview_refund(
    order: OrderRefund, *, begin: Begin[AdminWork], ids: Ids, clock: Clock, secrets: Secrets
) -> ShownAct:
    """What the refund would come to now; nothing but the proof is kept.

    Raises:
        DomainError: Whatever would refuse the refund.
    """

    def perform(work: AdminWork) -> StaffEffect:
        return _effect(order_refund(order, work=work, ids=ids, clock=clock), work)

    return preview_staff_act(
        _act(order), perform, begin=begin, ids=ids, clock=clock, secrets=secrets
    )


def refund_payment(
    order: OrderRefund,
    *,
    confirm_token: str,
    begin: Begin[WorkT],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
    answer: Answer[WorkT, Refund] = unanswered,
) -> Refund:
    """Order the refund that the token's preview showed, then ask the processor for it.

    The same token again answers with the same refund. A lost answer is the sweeper's.

    Raises:
        InvalidFormat: What was given is no confirm token.
        InvalidSignature: It is none of ours.
        ActorMismatch: Somebody else saw the preview.
        Expired: It is more than five minutes ago.
        PayloadMismatch: Something else was shown.
        EffectChanged: The refund would come to something else by now.
        DomainError: Whatever refuses the refund; then nothing has happened.
    """
    proof = str(read_token(confirm_token, secrets=secrets))
    ordered: list[OrderedRefund] = []

    def perform(work: WorkT) -> StaffEffect:
        ordered.append(order_refund(evolve(order, proof=proof), work=work, ids=ids, clock=clock))
        return _effect(ordered[-1], work)

    def tell(work: WorkT, _done: DoneAct) -> None:
        answer(work, ordered[-1].refund)

    try:
        take_staff_act(
            _act(order),
            perform,
            confirm_token=confirm_token,
            begin=begin,
            ids=ids,
            clock=clock,
            secrets=secrets,
            answer=tell,
        )
    except AlreadyUsed:
        with begin() as work:
            if (known := work.refunds.find_by_proof(proof)) is None:
                raise
            answer(work, known)
            return known
    with suppress(OutcomeUnknown):
        carry_out(
            ordered[-1].followups,
            ordered[-1].payment,
            begin=begin,
            gateway=gateway,
            ids=ids,
            clock=clock,
            desk=RefundDesk,
        )
    return ordered[-1].refund


def _act(order: OrderRefund) -> StaffAct:
    return StaffAct(
        principal=order.principal,
        kind=ActionKind.REFUND,
        target=str(order.payment_id),
        why=Why(reason_code=order.reason.value, note=order.note),
        payload={
            "amount_cents": order.cents,
            "bearer": None if order.bearer is None else order.bearer.value,
        },
    )


def _effect(ordered: OrderedRefund, work: AdminWork) -> StaffEffect:
    refund, plan = ordered.refund, ordered.refund.plan
    before = work.payments.get(ordered.payment.payment_id)
    outcome = {"outcome": outcome_of(refund.reason).value} if plan.full else {}
    return StaffEffect(
        before={"state": before.standing.value, "booking": ordered.before.status.value},
        after={
            "booking": ordered.booking.status.value,
            "card_cents": str(plan.card.cents),
            "bearer": plan.bearer.value,
            **outcome,
        },
        shows=_figures(refund),
        at_stake=plan.card + plan.reinstated,
    )


def _figures(refund: Refund) -> Mapping[str, object]:
    plan = refund.plan
    return {
        "card_cents": plan.card.cents,
        "full": plan.full,
        "bearer": plan.bearer.value,
        "credit_reinstated_cents": plan.reinstated.cents,
        "payout_reversed_cents": plan.reversed.cents,
        "credit_revoked_cents": plan.revoked.cents,
        "absorbed_cents": plan.absorbed_cents,
        "unsettled": refund.state is RefundState.CLOSED,
    }
