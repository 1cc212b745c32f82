"""Requests for a second person's word, in memory, held to their contract."""

from datetime import datetime

from attrs import define

from instainstru_core.accounts.ids import AccountId
from instainstru_core.admin.errors import ApprovalNotFound
from instainstru_core.admin.ids import ApprovalId
from instainstru_core.admin.model.approval import Approval, ApprovalState
from instainstru_core.admin.queries import page_of, read_cursor
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.testing.memory.tables import Tables


@define
class InMemoryApprovals:
    """The `Approvals` port."""

    _tables: Tables

    def add(self, approval: Approval) -> Approval:
        rows = _rows(self._tables)
        for each in list(rows.values()):
            if each.state is not ApprovalState.OPEN or not _same(each, approval):
                continue
            if each.expires_at >= approval.asked_at:
                return each
            rows[each.approval_id] = each.lapse()
        rows[approval.approval_id] = approval
        return approval

    def get_for_update(self, approval_id: ApprovalId) -> Approval:
        return _get(self._tables, approval_id)

    def granted(
        self, requester: AccountId, *, payload_hash: bytes, effect_hash: bytes, at: datetime
    ) -> Approval | None:
        wanted = (requester, payload_hash, effect_hash)
        return next(
            (
                each
                for _, each in sorted(_rows(self._tables).items())
                if (each.requester, each.payload_hash, each.effect_hash) == wanted
                and each.stands(at=at) is ApprovalState.APPROVED
            ),
            None,
        )

    def save(self, approval: Approval) -> None:
        _rows(self._tables)[approval.approval_id] = approval


@define
class InMemoryApprovalQueries:
    """The `ApprovalQueries` query."""

    _tables: Tables

    def page(self, state: ApprovalState, request: PageRequest, *, now: datetime) -> Page[Approval]:
        after = read_cursor(request.cursor)
        found = [
            each
            for name, each in sorted(_rows(self._tables).items(), reverse=True)
            if each.stands(at=now) is state and (after is None or name < after)
        ]
        return page_of(found[: request.limit + 1], request.limit)

    def get(self, approval_id: ApprovalId) -> Approval:
        return _get(self._tables, approval_id)


def _same(one: Approval, other: Approval) -> bool:
    return (one.requester, one.payload_hash, one.effect_hash) == (
        other.requester,
        other.payload_hash,
        other.effect_hash,
    )


def _get(tables: Tables, approval_id: ApprovalId) -> Approval:
    found = _rows(tables).get(approval_id)
    if found is None:
        raise ApprovalNotFound(approval_id)
    return found


def _rows(tables: Tables) -> dict[ApprovalId, Approval]:
    return tables.of("admin_approvals", ApprovalId, Approval)
