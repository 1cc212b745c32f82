"""Refunds and chargebacks in PostgreSQL, one statement per call. Source: spec 02 §4."""

from collections.abc import Sequence
from typing import Any, Final

from attrs import define
from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.tables.payments import payments
from adapters.postgres.tables.refunds import chargebacks, refunds
from instainstru_core.accounts.ids import StudentId
from instainstru_core.payments.chargebacks.errors import ChargebackNotFound
from instainstru_core.payments.chargebacks.model import Chargeback, ChargebackStatus
from instainstru_core.payments.chargebacks.plan import Recovery
from instainstru_core.payments.ids import ChargebackId, PaymentId, RefundId
from instainstru_core.payments.refunds.errors import RefundNotFound
from instainstru_core.payments.refunds.model import Refund, RefundState
from instainstru_core.payments.refunds.plan import Bearer, RefundPlan, RefundReason

_R, _C = refunds.c, chargebacks.c
REFUNDS_OF: Final = (
    select(refunds)
    .where(_R.payment_id == bindparam("payment_id", type_=_R.payment_id.type))
    .order_by(_R.refund_id)
)
_REFUND: Final = select(refunds).where(_R.refund_id == bindparam("id", type_=_R.refund_id.type))
_REFUND_BY_REFERENCE: Final = select(refunds).where(_R.reference == bindparam("reference"))
_REFUND_BY_PROOF: Final = select(refunds).where(_R.proof == bindparam("proof"))
CHARGEBACKS_OF: Final = (
    select(chargebacks)
    .where(_C.payment_id == bindparam("payment_id", type_=_C.payment_id.type))
    .order_by(_C.chargeback_id)
)
_CHARGEBACKS_OF_STUDENT: Final = (
    select(chargebacks)
    .join(payments, payments.c.payment_id == _C.payment_id)
    .where(payments.c.student_id == bindparam("student", type_=payments.c.student_id.type))
    .order_by(_C.chargeback_id)
)
_CHARGEBACK: Final = select(chargebacks).where(
    _C.chargeback_id == bindparam("id", type_=_C.chargeback_id.type)
)
_CHARGEBACK_BY_NAME: Final = select(chargebacks).where(_C.dispute == bindparam("dispute"))


@define
class PostgresRefunds:
    """The `Refunds` port."""

    _connection: Connection

    def add(self, refund: Refund) -> None:
        self._connection.execute(insert(refunds), _refund_columns(refund))

    def save(self, refund: Refund) -> None:
        statement = (
            update(refunds)
            .where(_R.refund_id == refund.refund_id)
            .values(_refund_columns(refund))
            .returning(_R.refund_id)
        )
        if self._connection.scalar(statement) is None:
            raise RefundNotFound(f"there is no refund {refund.refund_id}")

    def get(self, refund_id: RefundId) -> Refund:
        row = self._connection.execute(_REFUND, {"id": refund_id}).one_or_none()
        if row is None:
            raise RefundNotFound(f"there is no refund {refund_id}")
        return refund_of(row)

    def of(self, payment_id: PaymentId) -> Sequence[Refund]:
        rows = self._connection.execute(REFUNDS_OF, {"payment_id": payment_id})
        return [refund_of(row) for row in rows]

    def find_by_proof(self, proof: str) -> Refund | None:
        row = self._connection.execute(_REFUND_BY_PROOF, {"proof": proof}).one_or_none()
        return None if row is None else refund_of(row)

    def find_by_reference(self, reference: str) -> Refund | None:
        asked = {"reference": reference}
        row = self._connection.execute(_REFUND_BY_REFERENCE, asked).one_or_none()
        return None if row is None else refund_of(row)


@define
class PostgresChargebacks:
    """The `Chargebacks` port."""

    _connection: Connection

    def keep(self, chargeback: Chargeback) -> None:
        columns = _chargeback_columns(chargeback)
        statement = insert(chargebacks).values(columns)
        self._connection.execute(
            statement.on_conflict_do_update(constraint="chargebacks_pkey", set_=columns)
        )

    def get(self, chargeback_id: ChargebackId) -> Chargeback:
        row = self._connection.execute(_CHARGEBACK, {"id": chargeback_id}).one_or_none()
        if row is None:
            raise ChargebackNotFound(f"there is no chargeback {chargeback_id}")
        return chargeback_of(row)

    def find(self, dispute: str) -> Chargeback | None:
        asked = {"dispute": dispute}
        row = self._connection.execute(_CHARGEBACK_BY_NAME, asked).one_or_none()
        return None if row is None else chargeback_of(row)

    def of(self, payment_id: PaymentId) -> Sequence[Chargeback]:
        rows = self._connection.execute(CHARGEBACKS_OF, {"payment_id": payment_id})
        return [chargeback_of(row) for row in rows]

    def of_student(self, student_id: StudentId) -> Sequence[Chargeback]:
        rows = self._connection.execute(_CHARGEBACKS_OF_STUDENT, {"student": student_id})
        return [chargeback_of(row) for row in rows]


def _refund_columns(refund: Refund) -> dict[str, Any]:
    plan = refund.plan
    return {
        "refund_id": refund.refund_id,
        "payment_id": refund.payment_id,
        "card_cents": plan.card,
        "is_full": plan.full,
        "bearer": plan.bearer.value,
        "reinstated_cents": plan.reinstated,
        "reversed_cents": plan.reversed,
        "revoked_cents": plan.revoked,
        "reason": refund.reason.value,
        "note": refund.note,
        "operator_id": refund.operator_id,
        "ordered_at": refund.ordered_at,
        "state": refund.state.value,
        "reference": refund.reference,
        "failure": refund.failure,
        "booked": refund.booked,
        "proof": refund.proof,
    }


def refund_of(row: Row[*tuple[Any, ...]]) -> Refund:
    """The refund that *row* keeps."""
    return Refund(
        refund_id=row.refund_id,
        payment_id=row.payment_id,
        plan=RefundPlan(
            card=row.card_cents,
            full=row.is_full,
            bearer=Bearer(row.bearer),
            reinstated=row.reinstated_cents,
            reversed=row.reversed_cents,
            revoked=row.revoked_cents,
        ),
        reason=RefundReason(row.reason),
        note=row.note,
        operator_id=row.operator_id,
        ordered_at=row.ordered_at,
        state=RefundState(row.state),
        reference=row.reference,
        failure=row.failure,
        booked=row.booked,
        proof=row.proof,
    )


def _chargeback_columns(chargeback: Chargeback) -> dict[str, Any]:
    recovery = chargeback.recovery
    return {
        "chargeback_id": chargeback.chargeback_id,
        "payment_id": chargeback.payment_id,
        "dispute": chargeback.dispute,
        "amount_cents": chargeback.amount,
        "fee_cents": chargeback.fee,
        "reason": chargeback.reason,
        "status": chargeback.status.value,
        "opened_at": chargeback.opened_at,
        "closed_at": chargeback.closed_at,
        "unspent_cents": recovery.unspent,
        "spent_cents": recovery.spent,
        "payout_cents": recovery.payout,
        "escrow": chargeback.escrow,
        "barred": chargeback.barred,
        "beside": chargeback.beside,
    }


def chargeback_of(row: Row[*tuple[Any, ...]]) -> Chargeback:
    """The chargeback that *row* keeps."""
    return Chargeback(
        chargeback_id=row.chargeback_id,
        payment_id=row.payment_id,
        dispute=row.dispute,
        amount=row.amount_cents,
        fee=row.fee_cents,
        reason=row.reason,
        status=ChargebackStatus(row.status),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        recovery=Recovery(
            unspent=row.unspent_cents, spent=row.spent_cents, payout=row.payout_cents
        ),
        escrow=row.escrow,
        barred=row.barred,
        beside=row.beside,
    )
