"""A second person approves what somebody asked for, or declines it. Source: spec 02 §11.9."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.ids import ActionId, ApprovalId
from instainstru_core.admin.model.action import AdminAction
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.model.approval import Approval
from instainstru_core.admin.ports import AdminWork
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=AdminWork)


@frozen(kw_only=True)
class DecideApproval:
    """Who decides which request, how and why."""

    principal: Principal
    approval_id: ApprovalId
    approve: bool
    why: Why


def decide_approval(
    request: DecideApproval,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, Approval] = unanswered,
) -> Approval:
    """Decide it, once and for all; that they did is kept beside the request. Source: AD-2.

    Raises:
        Forbidden: The caller may not move money.
        ApprovalNotFound: Nobody asked for that.
        FourEyes: The requester themselves would approve it.
        ApprovalDecided: Somebody decided it before.
        ApprovalExpired: It was asked for more than a day ago.
    """
    principal = request.principal
    if not principal.may(Permission.MANAGE_FINANCIALS):
        raise Forbidden("only those who manage money can decide about it")
    with begin() as work:
        now = clock.now()
        asked = work.approvals.get_for_update(request.approval_id)
        decide = asked.approve if request.approve else asked.decline
        decided = decide(by=principal.account_id, why=request.why, at=now)
        work.approvals.save(decided)
        work.admin_actions.add(
            AdminAction(
                action_id=ids.new(ActionId),
                booking_id=asked.booking_id,
                actor=principal.account_id,
                kind=ActionKind.APPROVE if request.approve else ActionKind.DECLINE,
                why=request.why,
                at=now,
                before={"state": asked.state.value},
                after={"state": decided.state.value, "kind": asked.kind.value},
                target=str(asked.approval_id),
            )
        )
        answer(work, decided)
        return decided
