"""The staff takes back what is unspent of one credit. Source: CR-15, AD-7."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.ports import Secrets
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.ports import AdminWork
from instainstru_core.admin.use_cases.adjust_student_credit import effect_of
from instainstru_core.admin.use_cases.staff_acts import (
    DoneAct,
    ShownAct,
    StaffAct,
    StaffEffect,
    preview_staff_act,
    take_staff_act,
)
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.ids import CreditLotId
from instainstru_core.payments.use_cases.credits.adjust_credit import revoke_credit

WorkT = TypeVar("WorkT", bound=AdminWork)


@frozen(kw_only=True)
class RevokeStudentCredit:
    """Which credit, how much of it (all that is unspent, unless said), and why."""

    principal: Principal
    lot_id: CreditLotId
    why: Why
    amount: Money | None = None


def preview_credit_revocation(
    request: RevokeStudentCredit,
    *,
    begin: Begin[AdminWork],
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
) -> ShownAct:
    """What would be taken back now; nothing but the proof is kept.

    Raises:
        CreditNotFound: There is no such credit.
        NothingToRevoke: Nothing of it is unspent, or less than that.
    """

    def perform(work: AdminWork) -> StaffEffect:
        return _revoke(request, work, ids, clock)

    return preview_staff_act(
        _act(request), perform, begin=begin, ids=ids, clock=clock, secrets=secrets
    )


def revoke_student_credit(
    request: RevokeStudentCredit,
    *,
    confirm_token: str,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
    answer: Answer[WorkT, DoneAct] = unanswered,
) -> DoneAct:
    """Take back what the preview showed; who did it and why is kept.

    Raises:
        DomainError: As `take_staff_act` says, or whatever refuses the revocation.
    """

    def perform(work: WorkT) -> StaffEffect:
        return _revoke(request, work, ids, clock)

    return take_staff_act(
        _act(request),
        perform,
        confirm_token=confirm_token,
        begin=begin,
        ids=ids,
        clock=clock,
        secrets=secrets,
        answer=answer,
    )


def _revoke(request: RevokeStudentCredit, work: AdminWork, ids: Ids, clock: Clock) -> StaffEffect:
    return effect_of(
        revoke_credit(request.lot_id, request.amount, work=work, ids=ids, now=clock.now())
    )


def _act(request: RevokeStudentCredit) -> StaffAct:
    return StaffAct(
        principal=request.principal,
        kind=ActionKind.REVOKE_CREDIT,
        target=str(request.lot_id),
        why=request.why,
        payload={"amount_cents": None if request.amount is None else request.amount.cents},
    )
