"""Payments in PostgreSQL: the row, and its latest hold."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attrs import define, evolve
from sqlalchemy import Connection, Row, Select, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.moves import move_columns, move_of
from adapters.postgres.outbox import Outbox
from adapters.postgres.tables.payments import card_holds, payments
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.kernel.lessons import Modality
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.errors import OpenPaymentExists, PaymentNotFound
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.escalating import CAPTURE_ESCALATED
from instainstru_core.payments.model.holds import CardHold, Failure, FailureKind, HoldStatus
from instainstru_core.payments.model.operation import TRANSFER_FAILED
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.pricing.model.quotes import PriceBreakdown

_hold = (
    select(card_holds)
    .where(card_holds.c.payment_id == payments.c.payment_id)
    .order_by(card_holds.c.hold_id.desc())
    .limit(1)
    .lateral("hold")
)
SELECT_PAYMENTS = select(
    payments,
    *(column.label(f"hold_{column.name}") for column in _hold.c),
).select_from(payments.outerjoin(_hold, text("true")))
_ONE = SELECT_PAYMENTS.where(
    payments.c.payment_id == bindparam("payment_id", type_=payments.c.payment_id.type)
)
_ONE_LOCKED = _ONE.with_for_update(of=payments)
OF_BOOKING = (
    SELECT_PAYMENTS.where(
        payments.c.booking_id == bindparam("booking_id", type_=payments.c.booking_id.type)
    )
    .order_by(payments.c.payment_id.desc())
    .limit(1)
)
_OF_BOOKING_LOCKED = OF_BOOKING.with_for_update(of=payments)
_LAPSING = (
    select(payments.c.payment_id)
    .join(card_holds, card_holds.c.payment_id == payments.c.payment_id)
    .where(card_holds.c.status == HoldStatus.ACTIVE.value)
    .where(card_holds.c.expires_at <= bindparam("before", type_=card_holds.c.expires_at.type))
    .where(
        func.coalesce(payments.c.resume_state, payments.c.state) == PaymentState.AUTHORIZED.value
    )
    .where(payments.c.closing.is_(None))
    .order_by(card_holds.c.expires_at, payments.c.payment_id)
    .limit(bindparam("most"))
)


@define
class PostgresPayments:
    """The `Payments` port."""

    _connection: Connection
    _outbox: Outbox

    def get(self, payment_id: PaymentId) -> Payment:
        return self._read(_ONE, payment_id)

    def get_for_update(self, payment_id: PaymentId) -> Payment:
        return self._read(_ONE_LOCKED, payment_id)

    def find_for_update(self, booking_id: BookingId) -> Payment | None:
        row = self._connection.execute(_OF_BOOKING_LOCKED, {"booking_id": booking_id})
        return _payment_or_none(row.one_or_none())

    def owing(self, instructor_id: InstructorId) -> Sequence[PaymentId]:
        statement = (
            select(payments.c.payment_id)
            .where(payments.c.instructor_id == instructor_id)
            .where(
                or_(
                    payments.c.state == PaymentState.CAPTURED.value,
                    payments.c.review_reason == TRANSFER_FAILED,
                )
            )
            .order_by(payments.c.payment_id)
        )
        return list(self._connection.scalars(statement))

    def escalated(self, instructor_id: InstructorId) -> Sequence[PaymentId]:
        statement = (
            select(payments.c.payment_id)
            .where(payments.c.instructor_id == instructor_id)
            .where(payments.c.review_reason == CAPTURE_ESCALATED)
            .order_by(payments.c.payment_id)
        )
        return list(self._connection.scalars(statement))

    def lapsing(self, *, before: datetime, limit: int) -> Sequence[PaymentId]:
        return list(self._connection.scalars(_LAPSING, {"before": before, "most": limit}))

    def add(self, payment: Payment) -> Payment:
        statement = (
            insert(payments)
            .values(payment_id=payment.payment_id, **_columns(payment))
            .on_conflict_do_nothing(
                index_elements=[payments.c.booking_id],
                index_where=text("state <> 'settled'"),
            )
            .returning(payments.c.version)
        )
        if (version := self._connection.scalar(statement)) is None:
            raise OpenPaymentExists("the booking has an open payment")
        return self._recorded(payment, version)

    def save(self, payment: Payment) -> Payment:
        statement = (
            update(payments)
            .where(payments.c.payment_id == payment.payment_id)
            .where(payments.c.version == payment.version)
            .values(_columns(payment))
            .returning(payments.c.version)
        )
        if (version := self._connection.scalar(statement)) is None:
            raise StaleAggregate(f"payment {payment.payment_id} changed since it was read")
        return self._recorded(payment, version)

    def _recorded(self, payment: Payment, version: int) -> Payment:
        if payment.hold is not None:
            columns = _hold_columns(payment.hold)
            keys = {"hold_id": payment.hold.hold_id, "payment_id": payment.payment_id}
            statement = insert(card_holds).values(**keys, **columns)
            self._connection.execute(
                statement.on_conflict_do_update(constraint="card_holds_pkey", set_=columns)
            )
        self._outbox.record(payment.events)
        return evolve(payment, version=version, events=())

    def _read(self, statement: Select[Any], payment_id: PaymentId) -> Payment:
        row = self._connection.execute(statement, {"payment_id": payment_id}).one_or_none()
        if row is None:
            raise PaymentNotFound(f"there is no payment {payment_id}")
        return payment_of(row)


def _columns(payment: Payment) -> dict[str, Any]:
    price, failure = payment.breakdown, payment.failure
    return {
        "booking_id": payment.booking_id,
        "student_id": payment.student_id,
        "instructor_id": payment.instructor_id,
        "starts_at": payment.lesson.starts_at,
        "ends_at": payment.lesson.ends_at,
        "state": payment.state.value,
        "hourly_rate_cents": price.hourly_rate,
        "minutes": price.minutes,
        "modality": price.modality.value,
        "lesson_price_cents": price.lesson_price,
        "student_fee_cents": price.student_fee,
        "commission_cents": price.commission,
        "payout_cents": price.payout,
        "credit_cents": price.credit,
        "card_amount_cents": price.card_amount,
        "student_fee_bps": price.student_fee_bps,
        "commission_bps": price.commission_bps,
        "tier": price.tier,
        "config_version": price.config_version,
        "card_id": payment.card_id,
        "card_token": payment.card_token,
        "created_at": payment.created_at,
        "auth_due_at": payment.auth_due_at,
        "attempts": payment.attempts,
        "last_attempt_at": payment.last_attempt_at,
        "failure_kind": failure and failure.kind.value,
        "failure_category": failure and failure.category,
        "failure_hard": None if failure is None else failure.hard,
        "failure_count": failure and failure.count,
        "first_failure_at": failure and failure.first_at,
        "last_failure_at": failure and failure.last_at,
        "final_attempt_at": failure and failure.final_attempt_at,
        "closing": payment.closing and payment.closing.value,
        "outcome": payment.outcome and payment.outcome.value,
        "review_reason": payment.review_reason,
        "review_since": payment.review_since,
        "resume_state": payment.resume_state and payment.resume_state.value,
        "settled_at": payment.settled_at,
        "version": payment.version + 1,
        **move_columns(payment.move),
    }


def _hold_columns(hold: CardHold) -> dict[str, Any]:
    return {
        "intent": hold.intent,
        "amount_cents": hold.amount,
        "status": hold.status.value,
        "authorized_at": hold.authorized_at,
        "expires_at": hold.expires_at,
        "captured_cents": hold.captured_amount,
        "charge": hold.charge,
    }


def _payment_or_none(row: Row[Any] | None) -> Payment | None:
    return None if row is None else payment_of(row)


def payment_of(row: Row[Any]) -> Payment:
    """The payment that *row* keeps, with the columns of its latest hold."""
    return Payment(
        payment_id=row.payment_id,
        booking_id=row.booking_id,
        student_id=row.student_id,
        instructor_id=row.instructor_id,
        lesson=Interval(row.starts_at, row.ends_at),
        breakdown=_breakdown(row),
        state=PaymentState(row.state),
        card_id=row.card_id,
        card_token=row.card_token,
        created_at=row.created_at,
        auth_due_at=row.auth_due_at,
        attempts=row.attempts,
        last_attempt_at=row.last_attempt_at,
        hold=_hold_of(row),
        failure=_failure(row),
        closing=Outcome(row.closing) if row.closing else None,
        outcome=Outcome(row.outcome) if row.outcome else None,
        review_reason=row.review_reason,
        review_since=row.review_since,
        resume_state=PaymentState(row.resume_state) if row.resume_state else None,
        settled_at=row.settled_at,
        move=move_of(row),
        version=row.version,
    )


def _breakdown(row: Row[Any]) -> PriceBreakdown:
    return PriceBreakdown(
        hourly_rate=row.hourly_rate_cents,
        minutes=row.minutes,
        modality=Modality(row.modality),
        lesson_price=row.lesson_price_cents,
        student_fee=row.student_fee_cents,
        commission=row.commission_cents,
        payout=row.payout_cents,
        credit=row.credit_cents,
        card_amount=row.card_amount_cents,
        student_fee_bps=row.student_fee_bps,
        commission_bps=row.commission_bps,
        tier=row.tier,
        config_version=row.config_version,
    )


def _hold_of(row: Row[Any]) -> CardHold | None:
    if row.hold_hold_id is None:
        return None
    return CardHold(
        hold_id=row.hold_hold_id,
        intent=row.hold_intent,
        amount=row.hold_amount_cents,
        status=HoldStatus(row.hold_status),
        authorized_at=row.hold_authorized_at,
        expires_at=row.hold_expires_at,
        captured_amount=row.hold_captured_cents,
        charge=row.hold_charge,
    )


def _failure(row: Row[Any]) -> Failure | None:
    if row.failure_kind is None:
        return None
    return Failure(
        kind=FailureKind(row.failure_kind),
        category=row.failure_category,
        hard=row.failure_hard,
        count=row.failure_count,
        first_at=row.first_failure_at,
        last_at=row.last_failure_at,
        final_attempt_at=row.final_attempt_at,
    )
