"""Confirmations and actions of the staff, in PostgreSQL. Source: AD-2, MC-6."""

from datetime import datetime
from typing import Any, Final

from attrs import define
from sqlalchemy import Connection, Row, bindparam, cast, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.outbox import Outbox
from adapters.postgres.tables.admin import admin_actions, admin_confirmations
from adapters.postgres.types import Cents
from instainstru_core.accounts.ids import AccountId
from instainstru_core.admin.confirmations.ids import ConfirmationId
from instainstru_core.admin.confirmations.model import KEPT, LIFE, Confirmation
from instainstru_core.admin.model.action import AdminAction, Seconded
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.kernel.money import NOTHING, Money

_C = admin_confirmations.c
_FORGOTTEN: Final = (
    delete(admin_confirmations)
    .where(_C.expires_at < bindparam("before"))
    .returning(_C.confirmation_id)
    .cte("forgotten")
)
_ADD: Final = insert(admin_confirmations).add_cte(_FORGOTTEN)
_FIND: Final = (
    select(admin_confirmations).where(_C.confirmation_id == bindparam("id")).with_for_update()
)
_USE: Final = (
    update(admin_confirmations)
    .where(_C.confirmation_id == bindparam("id"))
    .values(used_at=bindparam("at"))
)
_ACT: Final = insert(admin_actions)
_ALONE: Final = select(cast(func.sum(admin_actions.c.at_stake_cents), Cents)).where(
    admin_actions.c.actor_id == bindparam("actor"),
    admin_actions.c.target == bindparam("target"),
    admin_actions.c.at >= bindparam("since"),
    text("at_stake_cents > 0"),
    admin_actions.c.approval_id.is_(None),
)


@define
class PostgresConfirmations:
    """The `Confirmations` port, one statement per call."""

    _connection: Connection

    def add(self, confirmation: Confirmation) -> None:
        values = {
            "confirmation_id": confirmation.confirmation_id,
            "principal_id": confirmation.principal,
            "payload_hash": confirmation.payload,
            "effect_hash": confirmation.effect,
            "expires_at": confirmation.expires_at,
            "used_at": confirmation.used_at,
            "before": confirmation.expires_at - LIFE - KEPT,
        }
        self._connection.execute(_ADD, values)

    def find(self, confirmation_id: ConfirmationId) -> Confirmation | None:
        row = self._connection.execute(_FIND, {"id": confirmation_id}).one_or_none()
        if row is None:
            return None
        return Confirmation(
            confirmation_id=row.confirmation_id,
            principal=row.principal_id,
            payload=row.payload_hash,
            effect=row.effect_hash,
            expires_at=row.expires_at,
            used_at=row.used_at,
        )

    def save(self, confirmation: Confirmation) -> None:
        values = {"id": confirmation.confirmation_id, "at": confirmation.used_at}
        self._connection.execute(_USE, values)


@define
class PostgresAdminActions:
    """The `AdminActions` port."""

    _connection: Connection
    _outbox: Outbox

    def add(self, action: AdminAction) -> None:
        values = {
            "action_id": action.action_id,
            "booking_id": action.booking_id,
            "actor_id": action.actor,
            "kind": action.kind.value,
            "reason_code": action.why.reason_code,
            "note": action.why.note,
            "at": action.at,
            "before": dict(action.before),
            "after": dict(action.after),
            "target": action.target,
            "at_stake_cents": action.at_stake,
            "approval_id": None if action.seconded is None else action.seconded.approval_id,
            "approved_by": None if action.seconded is None else action.seconded.by,
        }
        self._connection.execute(_ACT, values)
        self._outbox.record([action.told()])

    def alone_lately(self, actor: AccountId, target: str, *, since: datetime) -> Money:
        wanted = {"actor": actor, "target": target, "since": since}
        return self._connection.execute(_ALONE, wanted).scalar_one() or NOTHING


def action_of(row: Row[*tuple[Any, ...]]) -> AdminAction:
    """The action that *row* is."""
    return AdminAction(
        action_id=row.action_id,
        booking_id=row.booking_id,
        actor=row.actor_id,
        kind=ActionKind(row.kind),
        why=Why(reason_code=row.reason_code, note=row.note),
        at=row.at,
        before=row.before,
        after=row.after,
        target=row.target,
        at_stake=row.at_stake_cents,
        seconded=_seconded(row),
    )


def _seconded(row: Row[*tuple[Any, ...]]) -> Seconded | None:
    if row.approval_id is None:
        return None
    return Seconded(approval_id=row.approval_id, by=row.approved_by)
