"""The staff gives a student's debt up, and it is kept who did. Source: PY-26, AD-2."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.model import Principal
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.ports import AdminWork
from instainstru_core.admin.use_cases.staff_acts import (
    DoneAct,
    StaffAct,
    StaffEffect,
    take_at_once,
)
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.ids import DebtId
from instainstru_core.payments.use_cases.debts.write_off_debt import write_off_debt

WorkT = TypeVar("WorkT", bound=AdminWork)


@frozen(kw_only=True)
class WriteOffStudentDebt:
    """Which debt, how much of it (all, unless said), and why."""

    principal: Principal
    debt_id: DebtId
    why: Why
    amount: Money | None = None


def write_off_student_debt(
    request: WriteOffStudentDebt,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, DoneAct] = unanswered,
) -> DoneAct:
    """Post it as bad debt; the student's standing stays what it is.

    Raises:
        DebtNotFound: There is none.
        DebtPaid: Nothing of it is owed any more.
        DebtPaymentInProgress: A card is being asked to pay it.
        DebtAmountOutOfRange: More than is owed.
        SecondPersonRequired: Somebody else must approve it first.
    """

    def perform(work: WorkT) -> StaffEffect:
        before = work.debts.get(request.debt_id)
        debt = write_off_debt(request.debt_id, request.amount, work=work, ids=ids, at=clock.now())
        return StaffEffect(
            before={"owed_cents": str(before.owed.cents)},
            after={"owed_cents": str(debt.owed.cents)},
            shows={"written_off_cents": debt.written_off.cents},
            at_stake=before.owed - debt.owed,
        )

    act = StaffAct(
        principal=request.principal,
        kind=ActionKind.WRITE_OFF_DEBT,
        target=str(request.debt_id),
        why=request.why,
        payload={"amount_cents": None if request.amount is None else request.amount.cents},
    )
    return take_at_once(act, perform, begin=begin, ids=ids, clock=clock, answer=answer)
