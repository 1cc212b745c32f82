"""Compare a day with the processor's books again, without waiting for the night. Source: PY-85."""

from datetime import date
from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.ports import AdminWork
from instainstru_core.admin.use_cases.staff_acts import StaffAct, StaffEffect, record_staff_act
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.gateways import BooksGateway
from instainstru_core.payments.reconciliation.model import Run
from instainstru_core.payments.use_cases.reconciliation.reconcile_day import reconcile_day

WorkT = TypeVar("WorkT", bound=AdminWork)


@frozen(kw_only=True)
class ReconcileByHand:
    """Who wants which day compared, and why."""

    principal: Principal
    day: date
    why: Why


def reconcile_by_hand(
    request: ReconcileByHand,
    *,
    begin: Begin[WorkT],
    gateway: BooksGateway,
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, Run] = unanswered,
) -> Run:
    """Do what the night does, and keep who wanted it; a run made again changes no evidence.

    Raises:
        Forbidden: The caller may not move money.
        DayNotOver: The day is not over, or before the platform's time.
        OutcomeUnknown: The processor did not answer.
    """
    if not request.principal.may(Permission.MANAGE_FINANCIALS):
        raise Forbidden("only those who manage financials can do this")
    run = reconcile_day(request.day, begin=begin, gateway=gateway, ids=ids, clock=clock)
    act = StaffAct(
        principal=request.principal,
        kind=ActionKind.RECONCILE,
        target=request.day.isoformat(),
        why=request.why,
    )
    effect = StaffEffect(after={"open_items": str(run.open_items)})
    with begin() as work:
        record_staff_act(act, effect, work=work, ids=ids, at=clock.now())
        answer(work, run)
    return run
