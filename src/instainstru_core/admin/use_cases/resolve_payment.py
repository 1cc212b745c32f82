"""Decide about a payment that a person must look into: shown first, then done. Source: PY-58."""

from contextlib import suppress
from typing import Final, TypeVar

from instainstru_core.accounts.ports import Secrets
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
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.operation import BORNE, OperationKind
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.office.remedies import Remedy
from instainstru_core.payments.use_cases.carry_out import carry_out
from instainstru_core.payments.use_cases.office.resolve_review import (
    ResolvedReview,
    ResolveReview,
    resolve_review,
)

WorkT = TypeVar("WorkT", bound=AdminWork)

_BORNE: Final = (OperationKind.REVERSE, BORNE)


def preview_resolution(
    request: ResolveReview,
    why: Why,
    *,
    begin: Begin[AdminWork],
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
) -> ShownAct:
    """What the remedy would do now; nothing but the proof is kept.

    Raises:
        DomainError: Whatever would refuse it.
    """

    def perform(work: AdminWork) -> StaffEffect:
        return _effect(request, resolve_review(request, work=work, ids=ids, clock=clock), work)

    return preview_staff_act(
        _act(request, why), perform, begin=begin, ids=ids, clock=clock, secrets=secrets
    )


def resolve_payment(
    request: ResolveReview,
    why: Why,
    *,
    confirm_token: str,
    begin: Begin[WorkT],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
    answer: Answer[WorkT, Payment] = unanswered,
) -> Payment:
    """Apply the remedy that the token's preview showed, then call the processor for it.

    A lost answer is the sweeper's.

    Raises:
        AlreadyUsed: It was applied.
        EffectChanged: It would do something else by now.
        DomainError: Whatever refuses the token or the remedy; then nothing has happened.
    """
    resolved: list[ResolvedReview] = []

    def perform(work: WorkT) -> StaffEffect:
        resolved.append(resolve_review(request, work=work, ids=ids, clock=clock))
        return _effect(request, resolved[-1], work)

    def tell(work: WorkT, _done: DoneAct) -> None:
        answer(work, resolved[-1].payment)

    take_staff_act(
        _act(request, why),
        perform,
        confirm_token=confirm_token,
        begin=begin,
        ids=ids,
        clock=clock,
        secrets=secrets,
        answer=tell,
    )
    done = resolved[-1]
    with suppress(OutcomeUnknown):
        carry_out(
            done.followups,
            done.payment,
            begin=begin,
            gateway=gateway,
            ids=ids,
            clock=clock,
            desk=done.desk,
        )
    return done.payment


def _act(request: ResolveReview, why: Why) -> StaffAct:
    return StaffAct(
        principal=request.principal,
        kind=ActionKind.RESOLVE_PAYMENT,
        target=str(request.payment_id),
        why=why,
        payload={"remedy": request.remedy.value},
    )


def _effect(request: ResolveReview, resolved: ResolvedReview, work: AdminWork) -> StaffEffect:
    before, after = resolved.before, resolved.payment
    outcome = {} if after.outcome is None else {"outcome": after.outcome.value}
    return StaffEffect(
        before={"state": before.state.value, "reason": before.review_reason or ""},
        after={"state": after.state.value, **outcome},
        shows={
            "calls": [
                {"kind": each.kind.value, "amount_cents": each.amount.cents}
                for each in resolved.followups
            ]
        },
        at_stake=_at_stake(request.remedy, resolved, work),
    )


def _at_stake(remedy: Remedy, resolved: ResolvedReview, work: AdminWork) -> Money:
    """What goes to the student's card, or is given up; what is repeated or replaced was decided."""
    if remedy is Remedy.REFUND_CARD:
        refunds = (each for each in resolved.followups if each.kind is OperationKind.REFUND)
        return sum((each.amount for each in refunds), start=NOTHING)
    if remedy is Remedy.BEAR_REVERSAL:
        every = work.payment_operations.of(resolved.payment.payment_id)
        borne = (each for each in every if (each.kind, each.error_code) == _BORNE)
        return sum((each.amount for each in borne), start=NOTHING)
    return NOTHING
