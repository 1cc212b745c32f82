"""The staff says whether a student may book, and it is kept who did. Source: PY-71, AD-2."""

from typing import Protocol, TypeVar

from attrs import frozen

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.ports import AccountsWork
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.ports import AdminWork
from instainstru_core.admin.use_cases.staff_acts import (
    DoneAct,
    StaffAct,
    StaffEffect,
    record_staff_act,
)
from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.use_cases.debts.set_standing import set_standing


class StandingWork(AdminWork, AccountsWork, Protocol):
    """What a unit reaches that knows who is a student."""


WorkT = TypeVar("WorkT", bound=StandingWork)


@frozen(kw_only=True)
class SetPaymentStanding:
    """Whose standing becomes which, and why."""

    principal: Principal
    student_id: StudentId
    standing: Standing
    why: Why


def set_payment_standing(
    request: SetPaymentStanding,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, DoneAct] = unanswered,
) -> DoneAct:
    """Set it; that it was so already is kept too.

    Raises:
        AccountNotFound: There is nobody of that name.
        DebtOutstanding: It can't be ok while the student owes something.
    """
    with begin() as work:
        now = clock.now()
        work.accounts.get(AccountId(request.student_id.value))
        before = set_standing(request.student_id, request.standing, work=work, at=now)
        act = StaffAct(
            principal=request.principal,
            kind=ActionKind.SET_STANDING,
            target=str(request.student_id),
            why=request.why,
        )
        effect = StaffEffect(
            before={"standing": before.value}, after={"standing": request.standing.value}
        )
        done = DoneAct(
            action=record_staff_act(act, effect, work=work, ids=ids, at=now), effect=effect
        )
        answer(work, done)
        return done
