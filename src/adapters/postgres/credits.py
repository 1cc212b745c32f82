"""Credit in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attrs import define
from sqlalchemy import Connection, Row, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.outbox import Outbox
from adapters.postgres.tables.payments import credit_lots
from instainstru_core.accounts.ids import StudentId
from instainstru_core.kernel.money import NOTHING
from instainstru_core.payments.credits.model import CreditLot, CreditSource

_GRANT = (
    insert(credit_lots)
    .on_conflict_do_nothing(constraint="credit_lots_grant_key")
    .returning(credit_lots.c.lot_id)
)
_LOTS_OF = (
    select(credit_lots)
    .where(credit_lots.c.student_id == bindparam("student", type_=credit_lots.c.student_id.type))
    .where(credit_lots.c.remaining_cents > NOTHING)
    .where(credit_lots.c.expires_at > bindparam("now", type_=credit_lots.c.expires_at.type))
    .order_by(credit_lots.c.expires_at, credit_lots.c.granted_at, credit_lots.c.lot_id)
)


@define
class PostgresCreditLots:
    """The `CreditLots` port."""

    _connection: Connection
    _outbox: Outbox

    def add(self, lot: CreditLot) -> None:
        """Keep a new lot."""
        values = {
            "lot_id": lot.lot_id,
            "student_id": lot.student_id,
            "payment_id": lot.payment_id,
            "source": lot.source.value,
            "amount_cents": lot.amount,
            "remaining_cents": lot.remaining,
            "granted_at": lot.granted_at,
            "expires_at": lot.expires_at,
        }
        if self._connection.scalar(_GRANT, values) is not None:
            self._outbox.record(lot.events)


@define
class PostgresCreditQueries:
    """The `CreditQueries` query."""

    _connection: Connection

    def lots_of(self, student_id: StudentId, *, now: datetime) -> Sequence[CreditLot]:
        """The student's lots that can be spent."""
        rows = self._connection.execute(_LOTS_OF, {"student": student_id, "now": now})
        return [_lot_of(row) for row in rows]


def _lot_of(row: Row[Any]) -> CreditLot:
    return CreditLot(
        lot_id=row.lot_id,
        student_id=row.student_id,
        payment_id=row.payment_id,
        source=CreditSource(row.source),
        amount=row.amount_cents,
        remaining=row.remaining_cents,
        granted_at=row.granted_at,
        expires_at=row.expires_at,
    )
