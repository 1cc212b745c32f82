"""Debts and standings in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from attrs import define
from sqlalchemy import Connection, Row, Select, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.tables.debts import payment_standings, student_debts
from adapters.postgres.types import IdOf
from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.money import Money
from instainstru_core.payments.debts.errors import DebtNotFound
from instainstru_core.payments.debts.model import DebtCause, StudentDebt, WaitingCharge
from instainstru_core.payments.ids import DebtId, PaymentId

_columns = student_debts.c
_ONE = select(student_debts).where(
    _columns.debt_id == bindparam("debt", type_=_columns.debt_id.type)
)
_ONE_LOCKED = _ONE.with_for_update()
_OF_PAYMENT = (
    select(student_debts)
    .where(_columns.payment_id == bindparam("payment", type_=_columns.payment_id.type))
    .order_by(_columns.debt_id)
)
_OF_STUDENT = (
    select(student_debts)
    .where(_columns.student_id == bindparam("student", type_=_columns.student_id.type))
    .order_by(_columns.debt_id.desc())
)
_OWED: Final = text(
    "SELECT coalesce(sum(amount_cents - paid_cents - written_off_cents), 0) FROM student_debts"
    " WHERE student_id = :student AND paid_cents + written_off_cents < amount_cents"
).bindparams(bindparam("student", type_=IdOf(StudentId)))
_IN_ORDER = insert(payment_standings).on_conflict_do_nothing(index_elements=["student_id"])
_STANDING_LOCKED = (
    select(payment_standings.c.standing)
    .where(
        payment_standings.c.student_id
        == bindparam("student", type_=payment_standings.c.student_id.type)
    )
    .with_for_update()
)
_STANDING: Final = text(
    """
    SELECT coalesce(
        (SELECT nullif(standing, 'ok') FROM payment_standings WHERE student_id = :student),
        CASE WHEN EXISTS (
            SELECT FROM student_debts
            WHERE student_id = :student AND paid_cents + written_off_cents < amount_cents
        ) THEN 'credit_balance_negative' ELSE 'ok' END
    )
    """
).bindparams(bindparam("student", type_=IdOf(StudentId)))
"""As booking reads it with its own facts, in one statement. Source: PY-71."""


@define
class PostgresDebts:
    """The `Debts` port."""

    _connection: Connection

    def add(self, debt: StudentDebt) -> None:
        """Keep a new debt, unless one for its payment and cause is kept."""
        keys = {"debt_id": debt.debt_id, "payment_id": debt.payment_id, "cause": debt.cause.value}
        self._connection.execute(
            insert(student_debts)
            .values(
                **keys,
                student_id=debt.student_id,
                amount_cents=debt.amount,
                recognised_at=debt.recognised_at,
                **_parts(debt),
            )
            .on_conflict_do_nothing(constraint="student_debts_cause_key")
        )

    def save(self, debt: StudentDebt) -> None:
        """Keep the debt as it is now."""
        statement = (
            update(student_debts)
            .where(_columns.debt_id == debt.debt_id)
            .values(_parts(debt))
            .returning(_columns.debt_id)
        )
        if self._connection.scalar(statement) is None:
            raise DebtNotFound("there is no such debt")

    def get(self, debt_id: DebtId) -> StudentDebt:
        """The debt as it stands."""
        return self._read(_ONE, debt_id)

    def get_for_update(self, debt_id: DebtId) -> StudentDebt:
        """The debt, locked."""
        return self._read(_ONE_LOCKED, debt_id)

    def of_payment(self, payment_id: PaymentId) -> Sequence[StudentDebt]:
        """The debts for one payment."""
        return [
            _debt_of(row) for row in self._connection.execute(_OF_PAYMENT, {"payment": payment_id})
        ]

    def owed_by(self, student_id: StudentId) -> Money:
        """What the student owes in all."""
        return Money(int(self._connection.scalar(_OWED, {"student": student_id}) or 0))

    def _read(self, statement: Select[Any], debt_id: DebtId) -> StudentDebt:
        row = self._connection.execute(statement, {"debt": debt_id}).one_or_none()
        if row is None:
            raise DebtNotFound("there is no such debt")
        return _debt_of(row)


@define
class PostgresStandings:
    """The `Standings` port."""

    _connection: Connection

    def of(self, student_id: StudentId) -> Standing:
        """The standing as it was set; its row is made so that it can be locked."""
        ok = {"student_id": student_id, "standing": Standing.OK.value, "changed_at": None}
        self._connection.execute(_IN_ORDER, ok)
        return Standing(
            self._connection.execute(_STANDING_LOCKED, {"student": student_id}).scalar_one()
        )

    def set(self, student_id: StudentId, standing: Standing, *, at: datetime) -> None:
        """Let it be *standing* from now on."""
        values = {"standing": standing.value, "changed_at": at}
        self._connection.execute(
            insert(payment_standings)
            .values(student_id=student_id, **values)
            .on_conflict_do_update(index_elements=["student_id"], set_=values)
        )


@define
class PostgresDebtQueries:
    """The `DebtQueries` query."""

    _connection: Connection

    def debts_of(self, student_id: StudentId) -> Sequence[StudentDebt]:
        """The student's debts, the latest first."""
        return [
            _debt_of(row) for row in self._connection.execute(_OF_STUDENT, {"student": student_id})
        ]

    def standing_of(self, student_id: StudentId) -> Standing:
        """What keeps the student from booking."""
        return Standing(self._connection.execute(_STANDING, {"student": student_id}).scalar_one())


def _parts(debt: StudentDebt) -> dict[str, Any]:
    waiting = debt.waiting
    return {
        "paid_cents": debt.paid,
        "written_off_cents": debt.written_off,
        "waiting_operation_id": waiting and waiting.operation_id,
        "waiting_intent": waiting and waiting.intent,
        "waiting_cents": waiting and waiting.amount,
    }


def _debt_of(row: Row[Any]) -> StudentDebt:
    waiting = None
    if row.waiting_intent is not None:
        waiting = WaitingCharge(
            operation_id=row.waiting_operation_id,
            intent=row.waiting_intent,
            amount=row.waiting_cents,
        )
    return StudentDebt(
        debt_id=row.debt_id,
        student_id=row.student_id,
        payment_id=row.payment_id,
        cause=DebtCause(row.cause),
        amount=row.amount_cents,
        paid=row.paid_cents,
        written_off=row.written_off_cents,
        recognised_at=row.recognised_at,
        waiting=waiting,
    )
