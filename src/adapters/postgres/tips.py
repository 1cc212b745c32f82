"""Tips in PostgreSQL."""

from collections.abc import Sequence
from typing import Any, Final

from attrs import define, evolve
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from adapters.postgres.outbox import Outbox
from adapters.postgres.tables.tips import tips
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.payments.ids import PaymentId, TipId
from instainstru_core.payments.tips.errors import AlreadyTipped, TipNotFound
from instainstru_core.payments.tips.model import Tip, TipState

_C = tips.c
_ADD: Final = insert(tips)
_SAVE: Final = (
    update(tips)
    .where(_C.tip_id == bindparam("which", type_=_C.tip_id.type))
    .where(_C.version == bindparam("before"))
    .returning(_C.tip_id)
)
_GET: Final = select(tips).where(_C.tip_id == bindparam("which", type_=_C.tip_id.type))
_OF_PAYMENT: Final = (
    select(tips)
    .where(_C.payment_id == bindparam("payment", type_=_C.payment_id.type))
    .order_by(_C.tip_id)
)
_OWED: Final = (
    select(tips)
    .where(_C.instructor_id == bindparam("instructor", type_=_C.instructor_id.type))
    .where(_C.state == "succeeded")
    .where(_C.transfer.is_(None))
    .where(_C.refunded_at.is_(None))
    .order_by(_C.tip_id)
)


@define
class PostgresTips:
    """The `Tips` port, one statement per call."""

    _connection: Connection
    _outbox: Outbox

    def add(self, tip: Tip) -> Tip:
        values = {**_columns(tip), **_names(tip)}
        try:
            self._connection.execute(_ADD, values)
        except IntegrityError as error:
            raise _judged(error, tip) from error
        return self._kept(tip)

    def save(self, tip: Tip) -> Tip:
        values = {**_columns(tip), "which": tip.tip_id, "before": tip.version}
        try:
            found = self._connection.execute(_SAVE, values).one_or_none()
        except IntegrityError as error:
            raise _judged(error, tip) from error
        if found is None:
            raise StaleAggregate(f"tip {tip.tip_id} changed since it was read")
        return self._kept(tip)

    def get(self, tip_id: TipId) -> Tip:
        row = self._connection.execute(_GET, {"which": tip_id}).one_or_none()
        if row is None:
            raise TipNotFound(f"there is no tip {tip_id}")
        return tip_of(row)

    def of_payment(self, payment_id: PaymentId) -> Sequence[Tip]:
        rows = self._connection.execute(_OF_PAYMENT, {"payment": payment_id})
        return [tip_of(row) for row in rows]

    def owed(self, instructor_id: InstructorId) -> Sequence[Tip]:
        rows = self._connection.execute(_OWED, {"instructor": instructor_id})
        return [tip_of(row) for row in rows]

    def _kept(self, tip: Tip) -> Tip:
        self._outbox.record(tip.events)
        return evolve(tip, version=tip.version + 1, events=())


def _judged(error: IntegrityError, tip: Tip) -> Exception:
    second = isinstance(error.orig, UniqueViolation) and (
        error.orig.diag.constraint_name == "tips_succeeded_key"
    )
    return AlreadyTipped(tip.tip_id) if second else error


def _names(tip: Tip) -> dict[str, Any]:
    return {
        "tip_id": tip.tip_id,
        "payment_id": tip.payment_id,
        "student_id": tip.student_id,
        "instructor_id": tip.instructor_id,
        "created_at": tip.created_at,
    }


def _columns(tip: Tip) -> dict[str, Any]:
    return {
        "booking_id": tip.booking_id,
        "amount_cents": tip.amount,
        "card_token": tip.card_token,
        "state": tip.state.value,
        "attempt": tip.attempt,
        "intent": tip.intent,
        "failure": tip.failure,
        "charge": tip.charge,
        "succeeded_at": tip.succeeded_at,
        "transfer": tip.transfer,
        "stuck": tip.stuck,
        "refunded_at": tip.refunded_at,
        "version": tip.version + 1,
    }


def tip_of(row: Row[Any]) -> Tip:
    """The tip that *row* keeps."""
    return Tip(
        tip_id=row.tip_id,
        payment_id=row.payment_id,
        booking_id=row.booking_id,
        student_id=row.student_id,
        instructor_id=row.instructor_id,
        amount=row.amount_cents,
        card_token=row.card_token,
        state=TipState(row.state),
        attempt=row.attempt,
        created_at=row.created_at,
        intent=row.intent,
        failure=row.failure,
        charge=row.charge,
        succeeded_at=row.succeeded_at,
        transfer=row.transfer,
        stuck=row.stuck,
        refunded_at=row.refunded_at,
        version=row.version,
    )
