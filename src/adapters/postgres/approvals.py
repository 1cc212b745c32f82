"""Requests for a second person's word, in PostgreSQL. Source: spec 02 §11.9."""

from datetime import datetime
from typing import Any, Final

from attrs import define
from sqlalchemy import Connection, Row, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.tables.admin import admin_approvals
from instainstru_core.accounts.ids import AccountId
from instainstru_core.admin.errors import ApprovalNotFound
from instainstru_core.admin.ids import ApprovalId
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.model.approval import Approval, ApprovalState, Decision

_C = admin_approvals.c
_SAME: Final = (
    _C.requester_id == bindparam("by"),
    _C.payload_hash == bindparam("words_hash"),
    _C.effect_hash == bindparam("outcome_hash"),
)
_LAPSE: Final = (
    update(admin_approvals)
    .where(*_SAME, _C.state == ApprovalState.OPEN.value, _C.expires_at < bindparam("at"))
    .values(state=ApprovalState.LAPSED.value)
)
_INSERT: Final = insert(admin_approvals)
# The row that is there already is answered with, and is what a rival's request waits for.
_ADD: Final = _INSERT.on_conflict_do_update(
    index_elements=[_C.requester_id, _C.payload_hash, _C.effect_hash],
    index_where=text("state = 'open'"),
    set_={"state": ApprovalState.OPEN.value},
).returning(admin_approvals)
_LOCK: Final = select(admin_approvals).where(_C.approval_id == bindparam("id")).with_for_update()
_GRANTED: Final = (
    select(admin_approvals)
    .where(*_SAME, _C.state == ApprovalState.APPROVED.value, _C.expires_at >= bindparam("at"))
    .order_by(_C.approval_id)
    .limit(1)
    .with_for_update()
)
_SAVE: Final = (
    update(admin_approvals)
    .where(_C.approval_id == bindparam("id"))
    .values(
        state=bindparam("to_state"),
        expires_at=bindparam("until"),
        decided_by=bindparam("decider"),
        decided_at=bindparam("decided"),
        decision_code=bindparam("code"),
        decision_note=bindparam("words"),
        spent_at=bindparam("spent"),
    )
)


@define
class PostgresApprovals:
    """The `Approvals` port, one statement per call; two to keep a new one."""

    _connection: Connection

    def add(self, approval: Approval) -> Approval:
        same = _same(approval.requester, approval.payload_hash, approval.effect_hash)
        self._connection.execute(_LAPSE, {**same, "at": approval.asked_at})
        values = {
            "approval_id": approval.approval_id,
            "requester_id": approval.requester,
            "kind": approval.kind.value,
            "target": approval.target,
            "booking_id": approval.booking_id,
            "reason_code": approval.why.reason_code,
            "note": approval.why.note,
            "at_stake_cents": approval.at_stake,
            "payload_hash": approval.payload_hash,
            "effect_hash": approval.effect_hash,
            "effect": dict(approval.effect),
            "asked_at": approval.asked_at,
            "expires_at": approval.expires_at,
            "state": approval.state.value,
        }
        return approval_of(self._connection.execute(_ADD, values).one())

    def get_for_update(self, approval_id: ApprovalId) -> Approval:
        row = self._connection.execute(_LOCK, {"id": approval_id}).one_or_none()
        if row is None:
            raise ApprovalNotFound(approval_id)
        return approval_of(row)

    def granted(
        self, requester: AccountId, *, payload_hash: bytes, effect_hash: bytes, at: datetime
    ) -> Approval | None:
        wanted = {**_same(requester, payload_hash, effect_hash), "at": at}
        row = self._connection.execute(_GRANTED, wanted).one_or_none()
        return None if row is None else approval_of(row)

    def save(self, approval: Approval) -> None:
        decision = approval.decision
        values = {
            "id": approval.approval_id,
            "to_state": approval.state.value,
            "until": approval.expires_at,
            "decider": None if decision is None else decision.by,
            "decided": None if decision is None else decision.at,
            "code": None if decision is None else decision.why.reason_code,
            "words": None if decision is None else decision.why.note,
            "spent": approval.spent_at,
        }
        self._connection.execute(_SAVE, values)


def _same(requester: AccountId, payload: bytes, effect: bytes) -> dict[str, object]:
    return {"by": requester, "words_hash": payload, "outcome_hash": effect}


def approval_of(row: Row[*tuple[Any, ...]]) -> Approval:
    """The request that *row* is."""
    decision = None
    if row.decided_by is not None:
        why = Why(reason_code=row.decision_code, note=row.decision_note)
        decision = Decision(by=row.decided_by, why=why, at=row.decided_at)
    return Approval(
        approval_id=row.approval_id,
        requester=row.requester_id,
        kind=ActionKind(row.kind),
        target=row.target,
        booking_id=row.booking_id,
        why=Why(reason_code=row.reason_code, note=row.note),
        at_stake=row.at_stake_cents,
        payload_hash=row.payload_hash,
        effect_hash=row.effect_hash,
        effect=row.effect,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        state=ApprovalState(row.state),
        decision=decision,
        spent_at=row.spent_at,
    )
