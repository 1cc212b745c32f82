"""Give a tip back, or mend what failed about it: shown first, then done. Source: PY-51, PY-58."""

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
from instainstru_core.kernel.money import NOTHING
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.tips.model import Tip
from instainstru_core.payments.tips.remedies import TipRemedy
from instainstru_core.payments.use_cases.carry_out import carry_out
from instainstru_core.payments.use_cases.office import resolve_tip as office
from instainstru_core.payments.use_cases.tips.record_tip import TipDesk

WorkT = TypeVar("WorkT", bound=AdminWork)

_GIVEN_UP: Final = frozenset({TipRemedy.REFUND, TipRemedy.BEAR_REVERSAL})


def preview_tip_resolution(
    request: office.ResolveTip,
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
        return _effect(request, office.resolve_tip(request, work=work, ids=ids, clock=clock))

    return preview_staff_act(
        _act(request, why), perform, begin=begin, ids=ids, clock=clock, secrets=secrets
    )


def resolve_tip(
    request: office.ResolveTip,
    why: Why,
    *,
    confirm_token: str,
    begin: Begin[WorkT],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
    answer: Answer[WorkT, Tip] = unanswered,
) -> Tip:
    """Apply the remedy that the token's preview showed, then call the processor for it.

    A lost answer is the sweeper's.

    Raises:
        AlreadyUsed: It was applied.
        EffectChanged: It would do something else by now.
        DomainError: Whatever refuses the token or the remedy; then nothing has happened.
    """
    resolved: list[office.ResolvedTip] = []

    def perform(work: WorkT) -> StaffEffect:
        resolved.append(office.resolve_tip(request, work=work, ids=ids, clock=clock))
        return _effect(request, resolved[-1])

    def tell(work: WorkT, _done: DoneAct) -> None:
        answer(work, resolved[-1].tip)

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
            desk=TipDesk,
        )
    return done.tip


def _act(request: office.ResolveTip, why: Why) -> StaffAct:
    refund = request.remedy is TipRemedy.REFUND
    return StaffAct(
        principal=request.principal,
        kind=ActionKind.REFUND if refund else ActionKind.RESOLVE_PAYMENT,
        target=str(request.tip_id),
        why=why,
        payload={"remedy": request.remedy.value},
    )


def _effect(request: office.ResolveTip, resolved: office.ResolvedTip) -> StaffEffect:
    before, after = resolved.before, resolved.tip
    return StaffEffect(
        before={"trouble": before.trouble or ""},
        after={"trouble": after.trouble or ""},
        shows={
            "amount_cents": before.amount.cents,
            "transferred": before.transfer is not None,
            "calls": [
                {"kind": each.kind.value, "amount_cents": each.amount.cents}
                for each in resolved.followups
            ],
        },
        at_stake=before.amount if request.remedy in _GIVEN_UP else NOTHING,
    )
