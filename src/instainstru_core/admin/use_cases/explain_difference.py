"""Say why the processor's books and ours differ about something. Source: PY-85."""

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
from instainstru_core.payments.reconciliation.model import Explained, Item

WorkT = TypeVar("WorkT", bound=AdminWork)


@frozen(kw_only=True)
class ExplainDifference:
    """Which item of which day's run, and what there is to say of it."""

    principal: Principal
    day: date
    reference: str
    reason_code: str
    said: Explained


def explain_difference(
    request: ExplainDifference,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, Item] = unanswered,
) -> Item:
    """Close an open item with a note; no money moves and no journal is written.

    Raises:
        Forbidden: The caller may not move money.
        DifferenceNotFound: That run has no such item.
        DifferenceNotOpen: There is nothing to resolve.
    """
    if not request.principal.may(Permission.MANAGE_FINANCIALS):
        raise Forbidden("only those who manage financials can do this")
    act = StaffAct(
        principal=request.principal,
        kind=ActionKind.RESOLVE_DIFFERENCE,
        target=f"{request.day.isoformat()}/{request.reference}",
        why=Why(reason_code=request.reason_code, note=request.said.note),
    )
    with begin() as work:
        now = clock.now()
        item = work.reconciliations.get_item(request.day, request.reference)
        closed = item.explain(request.said, actor=request.principal.account_id, at=now)
        work.reconciliations.save_item(closed)
        effect = StaffEffect(
            before={"class": item.item_class.value, "cents": str(item.difference_cents)},
            after={"resolution": "explained"},
        )
        record_staff_act(act, effect, work=work, ids=ids, at=now)
        answer(work, closed)
    return closed
