"""Payouts to banks and holds of transfers in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import define
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, Row, bindparam, case, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from adapters.postgres.tables.payouts import bank_payouts, instant_payouts, payout_holds
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.payments.ids import InstantPayoutId
from instainstru_core.payments.model.processor import BankPayout, PayoutStatus
from instainstru_core.payments.payouts.errors import (
    InstantPayoutInProgress,
    InstantPayoutNotFound,
)
from instainstru_core.payments.payouts.model import (
    HoldCause,
    InstantPayout,
    InstantState,
    KnownPayout,
    PayoutHold,
)

_B, _I, _H = bank_payouts.c, instant_payouts.c, payout_holds.c
_FIND: Final = select(bank_payouts).where(_B.payout == bindparam("which")).with_for_update()
_SHOWN: Final = insert(bank_payouts)
_KEEP: Final = _SHOWN.on_conflict_do_update(
    constraint="bank_payouts_pkey",
    set_={
        name: _SHOWN.excluded[name]
        for name in (
            "amount_cents",
            "status",
            "arrives_on",
            "instant",
            "fee_cents",
            "failure_code",
            "failure_message",
        )
    },
)
_ADD: Final = insert(instant_payouts)
_GET: Final = (
    select(instant_payouts)
    .where(_I.instant_payout_id == bindparam("which", type_=_I.instant_payout_id.type))
    .with_for_update()
)
_SAVE: Final = update(instant_payouts).where(
    _I.instant_payout_id == bindparam("which", type_=_I.instant_payout_id.type)
)
_OVERDUE: Final = (
    select(_I.instant_payout_id)
    .where(_I.state.in_(("sent", "unknown")))
    .where(_I.next_attempt_at <= bindparam("now", type_=_I.next_attempt_at.type))
    .order_by(_I.next_attempt_at, _I.instant_payout_id)
    .limit(bindparam("rows"))
)
_HOLDS: Final = (
    select(payout_holds)
    .where(_H.instructor_id == bindparam("instructor", type_=_H.instructor_id.type))
    .order_by(case((_H.cause == "operator", 0), else_=1), _H.cause)
)
_FIRST_HOLD: Final = _HOLDS.limit(1)
_ALL_HOLDS: Final = _HOLDS.with_for_update()
_PLACE: Final = insert(payout_holds).on_conflict_do_nothing(constraint="payout_holds_pkey")
_LIFT: Final = (
    delete(payout_holds)
    .where(_H.instructor_id == bindparam("instructor", type_=_H.instructor_id.type))
    .where(_H.cause == bindparam("why"))
)
_AHEAD: Final = text(
    "SELECT EXISTS (SELECT FROM bookings WHERE instructor_id = :instructor"
    " AND status = 'CONFIRMED' AND ends_at > :at)"
)


@define
class PostgresBankPayouts:
    """The `BankPayouts` port, one statement per call."""

    _connection: Connection

    def find_for_update(self, payout: str) -> KnownPayout | None:
        row = self._connection.execute(_FIND, {"which": payout}).one_or_none()
        return None if row is None else payout_of(row)

    def keep(self, payout: KnownPayout) -> None:
        seen = payout.seen
        values = {
            "payout": seen.payout,
            "instructor_id": payout.instructor_id,
            "account": seen.account,
            "amount_cents": seen.amount,
            "status": seen.status.value,
            "created_at": seen.created_at,
            "arrives_on": seen.arrives_on,
            "instant": seen.instant,
            "fee_cents": seen.fee,
            "failure_code": seen.failure_code,
            "failure_message": seen.failure_message,
        }
        self._connection.execute(_KEEP, values)


@define
class PostgresInstantPayouts:
    """The `InstantPayouts` port, one statement per call."""

    _connection: Connection

    def add(self, payout: InstantPayout) -> None:
        values = {
            "instant_payout_id": payout.instant_payout_id,
            "instructor_id": payout.instructor_id,
            "account": payout.account,
            "amount_cents": payout.amount,
            "requested_at": payout.requested_at,
            **_progress(payout),
        }
        try:
            self._connection.execute(_ADD, values)
        except IntegrityError as error:
            if isinstance(error.orig, UniqueViolation) and (
                error.orig.diag.constraint_name == "instant_payouts_open_key"
            ):
                message = "another instant payout is not answered yet"
                raise InstantPayoutInProgress(message) from error
            raise

    def get_for_update(self, instant_payout_id: InstantPayoutId) -> InstantPayout:
        row = self._connection.execute(_GET, {"which": instant_payout_id}).one_or_none()
        if row is None:
            raise InstantPayoutNotFound(f"there is no instant payout {instant_payout_id}")
        return instant_of(row)

    def save(self, payout: InstantPayout) -> None:
        values = {"which": payout.instant_payout_id, **_progress(payout)}
        self._connection.execute(_SAVE, values)

    def made_of(self, payouts: Collection[str]) -> frozenset[str]:
        statement = select(_I.payout).where(_I.payout.in_(list(payouts)))
        return frozenset(each for each in self._connection.scalars(statement) if each is not None)

    def overdue(self, *, now: datetime, limit: int) -> Sequence[InstantPayoutId]:
        return list(self._connection.scalars(_OVERDUE, {"now": now, "rows": limit}))


@define
class PostgresPayoutHolds:
    """The `PayoutHolds` port, one statement per call."""

    _connection: Connection

    def find(self, instructor_id: InstructorId) -> PayoutHold | None:
        row = self._connection.execute(_FIRST_HOLD, {"instructor": instructor_id}).one_or_none()
        return None if row is None else hold_of(row)

    def of(self, instructor_id: InstructorId) -> Sequence[PayoutHold]:
        rows = self._connection.execute(_ALL_HOLDS, {"instructor": instructor_id})
        return [hold_of(row) for row in rows]

    def place(self, hold: PayoutHold) -> None:
        values = {
            "instructor_id": hold.instructor_id,
            "cause": hold.cause.value,
            "reason": hold.reason,
            "note": hold.note,
            "placed_by": hold.placed_by,
            "placed_at": hold.placed_at,
        }
        self._connection.execute(_PLACE, values)

    def lift(self, instructor_id: InstructorId, cause: HoldCause) -> None:
        self._connection.execute(_LIFT, {"instructor": instructor_id, "why": cause.value})

    def lessons_ahead(self, instructor_id: InstructorId, *, at: datetime) -> bool:
        values = {"instructor": instructor_id.value, "at": at}
        return bool(self._connection.scalar(_AHEAD, values))


def _progress(payout: InstantPayout) -> dict[str, Any]:
    return {
        "state": payout.state.value,
        "next_attempt_at": payout.next_attempt_at,
        "fee_cents": payout.fee,
        "payout": payout.payout,
        "failure": payout.failure,
    }


def payout_of(row: Row[Any]) -> KnownPayout:
    """The payout to a bank that *row* keeps."""
    return KnownPayout(
        instructor_id=row.instructor_id,
        seen=BankPayout(
            payout=row.payout,
            account=row.account,
            amount=row.amount_cents,
            status=PayoutStatus(row.status),
            created_at=row.created_at,
            arrives_on=row.arrives_on,
            instant=row.instant,
            fee=row.fee_cents,
            failure_code=row.failure_code,
            failure_message=row.failure_message,
        ),
    )


def instant_of(row: Row[Any]) -> InstantPayout:
    """The instant payout that *row* keeps."""
    return InstantPayout(
        instant_payout_id=row.instant_payout_id,
        instructor_id=row.instructor_id,
        account=row.account,
        amount=row.amount_cents,
        fee=row.fee_cents,
        state=InstantState(row.state),
        requested_at=row.requested_at,
        next_attempt_at=row.next_attempt_at,
        payout=row.payout,
        failure=row.failure,
    )


def hold_of(row: Row[Any]) -> PayoutHold:
    """The hold that *row* keeps."""
    return PayoutHold(
        instructor_id=row.instructor_id,
        cause=HoldCause(row.cause),
        reason=row.reason,
        note=row.note,
        placed_by=row.placed_by,
        placed_at=row.placed_at,
    )
