"""Requests for a second person's word as the staff looks at them, in PostgreSQL."""

from datetime import datetime
from typing import Final

from attrs import define
from sqlalchemy import ColumnElement, Connection, and_, bindparam, desc, or_, select

from adapters.postgres.approvals import approval_of
from adapters.postgres.tables.admin import admin_approvals
from instainstru_core.admin.errors import ApprovalNotFound
from instainstru_core.admin.ids import ApprovalId
from instainstru_core.admin.model.approval import Approval, ApprovalState
from instainstru_core.admin.queries import page_of, read_cursor
from instainstru_core.kernel.pagination import Page, PageRequest

_C = admin_approvals.c
_GET: Final = select(admin_approvals).where(_C.approval_id == bindparam("id"))
_WAITING: Final = frozenset({ApprovalState.OPEN, ApprovalState.APPROVED})


@define
class PostgresApprovalQueries:
    """The `ApprovalQueries` query."""

    _connection: Connection

    def page(self, state: ApprovalState, request: PageRequest, *, now: datetime) -> Page[Approval]:
        statement = (
            select(admin_approvals)
            .where(_stands(state, now))
            .order_by(desc(_C.approval_id))
            .limit(request.limit + 1)
        )
        if (after := read_cursor(request.cursor)) is not None:
            statement = statement.where(_C.approval_id < after)
        found = [approval_of(row) for row in self._connection.execute(statement)]
        return page_of(found, request.limit)

    def get(self, approval_id: ApprovalId) -> Approval:
        row = self._connection.execute(_GET, {"id": approval_id}).one_or_none()
        if row is None:
            raise ApprovalNotFound(approval_id)
        return approval_of(row)


def _stands(state: ApprovalState, now: datetime) -> ColumnElement[bool]:
    """As `Approval.stands`: time alone makes what waits lapse."""
    kept = _C.state == state.value
    if state in _WAITING:
        return and_(kept, _C.expires_at >= now)
    if state is ApprovalState.LAPSED:
        waiting = _C.state.in_(sorted(each.value for each in _WAITING))
        return or_(kept, and_(waiting, _C.expires_at < now))
    return kept
