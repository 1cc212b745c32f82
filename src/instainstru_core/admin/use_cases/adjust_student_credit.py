"""The staff gives a student credit, or sets what they can spend. Source: CR-15, AD-7."""

from typing import Protocol, TypeVar

from attrs import frozen

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.ports import AccountsWork, Secrets
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
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.use_cases.credits.adjust_credit import (
    Adjusted,
    adjust_credit,
    grant_goodwill,
)


class CreditDeskWork(AdminWork, AccountsWork, Protocol):
    """What a unit reaches that changes a student's credit."""


WorkT = TypeVar("WorkT", bound=CreditDeskWork)


@frozen(kw_only=True)
class AdjustStudentCredit:
    """Whose credit, and why; *amount* more, or where it is *to_balance* that much in all."""

    principal: Principal
    student_id: StudentId
    why: Why
    amount: Money
    to_balance: bool = False


def preview_credit_adjustment(
    request: AdjustStudentCredit,
    *,
    begin: Begin[CreditDeskWork],
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
) -> ShownAct:
    """What would be granted or revoked now; nothing but the proof is kept.

    Raises:
        AccountNotFound: There is no such student.
        CreditOutOfRange: More or less than goodwill may be.
    """

    def perform(work: CreditDeskWork) -> StaffEffect:
        return _adjust(request, work, ids, clock)

    return preview_staff_act(
        _act(request), perform, begin=begin, ids=ids, clock=clock, secrets=secrets
    )


def adjust_student_credit(
    request: AdjustStudentCredit,
    *,
    confirm_token: str,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
    answer: Answer[WorkT, DoneAct] = unanswered,
) -> DoneAct:
    """Grant or revoke what the preview showed; who did it and why is kept.

    Raises:
        DomainError: As `take_staff_act` says, or whatever refuses the adjustment.
    """

    def perform(work: WorkT) -> StaffEffect:
        return _adjust(request, work, ids, clock)

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


def _adjust(
    request: AdjustStudentCredit, work: CreditDeskWork, ids: Ids, clock: Clock
) -> StaffEffect:
    work.accounts.get(AccountId(request.student_id.value))
    change = adjust_credit if request.to_balance else grant_goodwill
    done = change(request.student_id, request.amount, work=work, ids=ids, now=clock.now())
    return effect_of(done)


def effect_of(done: Adjusted) -> StaffEffect:
    """What the staff is shown of a changed credit, and what is kept of it."""
    return StaffEffect(
        before={"available_cents": str(done.before.cents)},
        after={"available_cents": str(done.after.cents)},
        shows={
            "student_id": str(done.student_id),
            "adjustment": done.adjustment.value,
            "amount_cents": done.amount.cents,
        },
        at_stake=done.amount,
    )


def _act(request: AdjustStudentCredit) -> StaffAct:
    return StaffAct(
        principal=request.principal,
        kind=ActionKind.SET_CREDIT_BALANCE if request.to_balance else ActionKind.GRANT_CREDIT,
        target=str(request.student_id),
        why=request.why,
        payload={"amount_cents": request.amount.cents},
    )
