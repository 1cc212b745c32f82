"""What the processor was asked for about a payment, in PostgreSQL. Source: PY-60…62."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attrs import define
from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.tables.payments import payment_operations
from instainstru_core.kernel.errors import InvalidState
from instainstru_core.payments.errors import OperationNotFound
from instainstru_core.payments.ids import OperationId, PaymentId
from instainstru_core.payments.model.operation import (
    UNFINISHED,
    Matter,
    OperationKind,
    OperationState,
    PaymentOperation,
)

OPERATIONS_OF = (
    select(payment_operations)
    .where(
        payment_operations.c.payment_id
        == bindparam("payment_id", type_=payment_operations.c.payment_id.type)
    )
    .order_by(payment_operations.c.operation_id)
)
_OPERATIONS_IN = OPERATIONS_OF.where(payment_operations.c.matter == bindparam("matter"))
_BY_REFERENCE = (
    select(payment_operations)
    .where(payment_operations.c.processor_ref == bindparam("reference"))
    .where(payment_operations.c.kind.in_(("authorise", "charge", "refund")))
)
_UNFINISHED = [state.value for state in UNFINISHED]


@define
class PostgresPaymentOperations:
    """The `PaymentOperations` port."""

    _connection: Connection

    def add(self, operation: PaymentOperation) -> None:
        keys = {"operation_id": operation.operation_id, "payment_id": operation.payment_id}
        statement = (
            insert(payment_operations)
            .values(**keys, **_operation_columns(operation))
            .on_conflict_do_nothing(constraint="payment_operations_slot_key")
            .returning(payment_operations.c.operation_id)
        )
        if self._connection.scalar(statement) is None:
            raise InvalidState(f"{operation.kind} {operation.slot} was planned before")

    def save(self, operation: PaymentOperation) -> None:
        statement = (
            update(payment_operations)
            .where(payment_operations.c.operation_id == operation.operation_id)
            .values(_operation_columns(operation))
            .returning(payment_operations.c.operation_id)
        )
        if self._connection.scalar(statement) is None:
            raise OperationNotFound(f"there is no operation {operation.operation_id}")

    def get(self, operation_id: OperationId) -> PaymentOperation:
        statement = select(payment_operations).where(
            payment_operations.c.operation_id == operation_id
        )
        if (row := self._connection.execute(statement).one_or_none()) is None:
            raise OperationNotFound(f"there is no operation {operation_id}")
        return operation_of(row)

    def find_by_reference(self, reference: str) -> PaymentOperation | None:
        row = self._connection.execute(_BY_REFERENCE, {"reference": reference}).one_or_none()
        return None if row is None else operation_of(row)

    def of(
        self, payment_id: PaymentId, matter: Matter = Matter.LESSON
    ) -> Sequence[PaymentOperation]:
        asked = {"payment_id": payment_id, "matter": matter.value}
        rows = self._connection.execute(_OPERATIONS_IN, asked)
        return [operation_of(row) for row in rows]

    def overdue(self, *, now: datetime, limit: int) -> Sequence[OperationId]:
        statement = (
            select(payment_operations.c.operation_id)
            .where(payment_operations.c.state.in_(_UNFINISHED))
            .where(payment_operations.c.next_attempt_at <= now)
            .order_by(payment_operations.c.next_attempt_at, payment_operations.c.operation_id)
            .limit(limit)
        )
        return list(self._connection.scalars(statement))


def operation_of(row: Row[Any]) -> PaymentOperation:
    """The operation that *row* keeps."""
    return PaymentOperation(
        operation_id=row.operation_id,
        payment_id=row.payment_id,
        matter=Matter(row.matter),
        kind=OperationKind(row.kind),
        slot=row.slot,
        amount=row.amount_cents,
        target=row.target,
        charge=row.charge,
        off_session=row.off_session,
        state=OperationState(row.state),
        attempts=row.attempts,
        planned_at=row.planned_at,
        sent_at=row.sent_at,
        next_attempt_at=row.next_attempt_at,
        processor_ref=row.processor_ref,
        error_code=row.error_code,
    )


def _operation_columns(operation: PaymentOperation) -> dict[str, Any]:
    return {
        "matter": operation.matter.value,
        "kind": operation.kind.value,
        "slot": operation.slot,
        "amount_cents": operation.amount,
        "target": operation.target,
        "charge": operation.charge,
        "off_session": operation.off_session,
        "state": operation.state.value,
        "attempts": operation.attempts,
        "planned_at": operation.planned_at,
        "sent_at": operation.sent_at,
        "next_attempt_at": operation.next_attempt_at,
        "processor_ref": operation.processor_ref,
        "error_code": operation.error_code,
    }
