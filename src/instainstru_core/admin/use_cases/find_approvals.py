"""Look through what waits for a second person, and what became of it. Source: spec 02 §11.9."""

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.ids import ApprovalId
from instainstru_core.admin.model.approval import Approval, ApprovalState
from instainstru_core.admin.queries import AdminReads
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin


def find_approvals(
    state: ApprovalState,
    page: PageRequest,
    *,
    principal: Principal,
    read: Begin[AdminReads],
    clock: Clock,
) -> Page[Approval]:
    """The requests that stand so now, newest first.

    Raises:
        Forbidden: The caller may not see money.
        Malformed: The cursor is of another list.
    """
    _check_sees_money(principal)
    with read() as reads:
        return reads.approval_queries.page(state, page, now=clock.now())


def read_approval(
    approval_id: ApprovalId, *, principal: Principal, read: Begin[AdminReads]
) -> Approval:
    """One request, with what it would do.

    Raises:
        Forbidden: The caller may not see money.
        ApprovalNotFound: Nobody asked for that.
    """
    _check_sees_money(principal)
    with read() as reads:
        return reads.approval_queries.get(approval_id)


def _check_sees_money(principal: Principal) -> None:
    if not principal.may(Permission.VIEW_FINANCIALS):
        raise Forbidden("only those who see money may see what was asked for")
