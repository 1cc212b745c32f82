"""Credit in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from attrs import define
from sqlalchemy import Connection, Row, Select, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.outbox import Outbox
from adapters.postgres.tables.credits import credit_allocations, credit_lots
from adapters.postgres.types import IdOf
from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.time import utc
from instainstru_core.payments.credits.errors import CreditNotFound
from instainstru_core.payments.credits.model import (
    CreditAllocation,
    CreditLot,
    CreditPart,
    CreditSource,
    CreditUse,
    Funding,
    notice_due,
)
from instainstru_core.payments.ids import CreditLotId, PaymentId

_lot = credit_lots.c
ORDER: Final = (_lot.expires_at.asc().nulls_last(), _lot.granted_at, _lot.lot_id)
"""What is spent first. Source: CR-4."""

_LOCKED = select(credit_lots).order_by(*ORDER).with_for_update()
_GRANT = insert(credit_lots).on_conflict_do_nothing().returning(_lot.lot_id)
_ONE = _LOCKED.where(_lot.lot_id == bindparam("lot", type_=_lot.lot_id.type))
_OPEN = _LOCKED.where(
    _lot.student_id == bindparam("student", type_=_lot.student_id.type),
    (_lot.pending_cents > NOTHING) | (_lot.available_cents > NOTHING),
)
_ISSUED = _LOCKED.where(_lot.payment_id == bindparam("payment", type_=_lot.payment_id.type))
_EARNED = _LOCKED.where(
    _lot.booking_id == bindparam("booking", type_=_lot.booking_id.type),
    _lot.ordinal.is_not(None),
)
_OF_ORDINAL = _LOCKED.where(
    _lot.student_id == bindparam("student", type_=_lot.student_id.type),
    _lot.ordinal == bindparam("ordinal"),
)
_USED = (
    select(
        credit_lots,
        credit_allocations.c.payment_id.label("used_by"),
        credit_allocations.c.reserved_cents.label("used_reserved"),
        credit_allocations.c.applied_cents.label("used_applied"),
        credit_allocations.c.forfeited_cents.label("used_forfeited"),
        credit_allocations.c.released_cents.label("used_released"),
    )
    .join(credit_allocations, credit_allocations.c.lot_id == _lot.lot_id)
    .where(
        credit_allocations.c.payment_id
        == bindparam("payment", type_=credit_allocations.c.payment_id.type)
    )
    .order_by(*ORDER)
    .with_for_update(of=credit_lots)
)
_DUE = (
    select(credit_lots)
    .where(_lot.available_cents > NOTHING)
    .where(_lot.expires_at <= bindparam("until", type_=_lot.expires_at.type))
    .order_by(*ORDER)
    .limit(bindparam("rows"))
    .with_for_update(skip_locked=True)
)
_NOTICEABLE = text(
    """
    SELECT lot_id FROM credit_lots
    WHERE available_cents > 0 AND source <> 'referral' AND expires_at > :now AND (
        (noticed IS NULL AND expires_at <= CAST(:now AS timestamptz) + interval '30 days')
        OR (noticed > 7 AND expires_at <= CAST(:now AS timestamptz) + interval '7 days')
    )
    ORDER BY expires_at, granted_at, lot_id
    LIMIT :rows
    FOR UPDATE SKIP LOCKED
    """
).columns(lot_id=IdOf(CreditLotId))
_ONES = _LOCKED.where(_lot.lot_id.in_(bindparam("lots", expanding=True)))
_COMPLETED = text(
    """
    SELECT count(*) FROM bookings AS this JOIN bookings AS each USING (student_id)
    WHERE this.booking_id = :booking AND this.status = 'COMPLETED' AND each.status = 'COMPLETED'
      AND (each.completed_at, each.booking_id) <= (this.completed_at, this.booking_id)
    """
).bindparams(bindparam("booking", type_=IdOf(BookingId)))

_SPENDABLE: Final = text(
    """
    SELECT coalesce(sum(available_cents), 0) FROM credit_lots
    WHERE student_id = :student AND available_cents > 0
      AND (expires_at IS NULL OR expires_at > :now) AND min_lesson_price_cents <= :price
    """
).bindparams(bindparam("student", type_=IdOf(StudentId)))

_CHANGED = (*(part.value for part in CreditPart),)
_NAMES = ", ".join(_CHANGED)
_ARRAYS = ", ".join(f"CAST(:{name} AS bigint[])" for name in _CHANGED)
_SET = ", ".join(f"{name}_cents = new.{name}" for name in _CHANGED)
_SAVE = text(
    f"""
    WITH new AS (
        SELECT * FROM unnest(
            CAST(:lot_ids AS uuid[]), {_ARRAYS},
            CAST(:expires AS timestamptz[]), CAST(:withdrawn AS boolean[]),
            CAST(:noticed AS integer[]), CAST(:changes AS integer[])
        ) AS new (lot_id, {_NAMES}, expires_at, withdrawn, noticed, changes)
    ), moved AS (
        UPDATE credit_lots AS lot
        SET {_SET}, expires_at = new.expires_at, withdrawn = new.withdrawn,
            noticed = new.noticed, changes = new.changes
        FROM new WHERE lot.lot_id = new.lot_id
    )
    INSERT INTO credit_allocations (
        lot_id, payment_id, reserved_cents, applied_cents, forfeited_cents, released_cents
    )
    SELECT * FROM unnest(
        CAST(:used_lots AS uuid[]), CAST(:used_payments AS uuid[]),
        CAST(:used_reserved AS bigint[]), CAST(:used_applied AS bigint[]),
        CAST(:used_forfeited AS bigint[]), CAST(:used_released AS bigint[])
    )
    ON CONFLICT (lot_id, payment_id) DO UPDATE SET
        reserved_cents = excluded.reserved_cents,
        applied_cents = excluded.applied_cents,
        forfeited_cents = excluded.forfeited_cents,
        released_cents = excluded.released_cents
    """  # noqa: S608 - the names are those of our own parts
)


@define
class PostgresCreditLots:
    """The `CreditLots` port, one statement per call."""

    _connection: Connection
    _outbox: Outbox

    def add(self, lot: CreditLot) -> bool:
        """Keep a new lot."""
        values = {
            "lot_id": lot.lot_id,
            "student_id": lot.student_id,
            "source": lot.source.value,
            "funding": lot.funding.value,
            "amount_cents": lot.amount,
            "grant_key": lot.grant_key,
            "granted_at": lot.granted_at,
            "expires_at": lot.expires_at,
            "min_lesson_price_cents": lot.min_lesson_price,
            "payment_id": lot.payment_id,
            "booking_id": lot.booking_id,
            "ordinal": lot.ordinal,
            "origin": lot.origin,
            "withdrawn": lot.withdrawn,
            "noticed": lot.noticed,
            "changes": lot.changes,
            **{f"{part.value}_cents": lot.part(part) for part in CreditPart},
        }
        if self._connection.scalar(_GRANT, values) is None:
            return False
        self._outbox.record(lot.events)
        return True

    def save(self, lots: Sequence[CreditLot], uses: Sequence[CreditAllocation] = ()) -> None:
        """Keep *lots*, and what payments use of them."""
        if not lots and not uses:
            return
        parts = {part.value: [lot.part(part).cents for lot in lots] for part in CreditPart}
        self._connection.execute(
            _SAVE,
            {
                "lot_ids": [lot.lot_id.value for lot in lots],
                **parts,
                "expires": [lot.expires_at for lot in lots],
                "withdrawn": [lot.withdrawn for lot in lots],
                "noticed": [lot.noticed for lot in lots],
                "changes": [lot.changes for lot in lots],
                "used_lots": [use.lot_id.value for use in uses],
                "used_payments": [use.payment_id.value for use in uses],
                "used_reserved": [use.reserved.cents for use in uses],
                "used_applied": [use.applied.cents for use in uses],
                "used_forfeited": [use.forfeited.cents for use in uses],
                "used_released": [use.released.cents for use in uses],
            },
        )
        for lot in lots:
            self._outbox.record(lot.events)

    def get_for_update(self, lot_id: CreditLotId) -> CreditLot:
        """One lot."""
        for lot in self._read(_ONE, lot=lot_id):
            return lot
        raise CreditNotFound(lot_id)

    def open_of(self, student_id: StudentId) -> Sequence[CreditLot]:
        """The student's lots of which something is pending or available."""
        return self._read(_OPEN, student=student_id)

    def used_by(self, payment_id: PaymentId) -> Sequence[CreditUse]:
        """The lots that the payment uses or used."""
        rows = self._connection.execute(_USED, {"payment": payment_id})
        return [
            CreditUse(
                lot=lot_of(row),
                allocation=CreditAllocation(
                    lot_id=row.lot_id,
                    payment_id=row.used_by,
                    reserved=row.used_reserved,
                    applied=row.used_applied,
                    forfeited=row.used_forfeited,
                    released=row.used_released,
                ),
            )
            for row in rows
        ]

    def issued_by(self, payment_id: PaymentId) -> Sequence[CreditLot]:
        """The lots that were granted out of the payment, or for it."""
        return self._read(_ISSUED, payment=payment_id)

    def earned_by(self, booking_id: BookingId) -> Sequence[CreditLot]:
        """The lots that the lesson earned its student."""
        return self._read(_EARNED, booking=booking_id)

    def of_ordinal(self, student_id: StudentId, ordinal: int) -> Sequence[CreditLot]:
        """What the student was granted for a lesson of this ordinal."""
        return self._read(_OF_ORDINAL, student=student_id, ordinal=ordinal)

    def expirable(self, *, now: datetime, limit: int) -> Sequence[CreditLot]:
        """Lots of which something is available though they expired."""
        return self._read(_DUE, until=now, rows=limit)

    def noticeable(self, *, now: datetime, limit: int) -> Sequence[CreditLot]:
        """Lots of which something runs out soon, without notice."""
        due = list(self._connection.scalars(_NOTICEABLE, {"now": now, "rows": limit}))
        lots = self._read(_ONES, lots=due) if due else []
        return [lot for lot in lots if notice_due(lot, now) is not None]

    def spendable(self, student_id: StudentId, *, lesson_price: Money, now: datetime) -> Money:
        """What the student could pay of a lesson of that price."""
        return spendable(self._connection, student_id, lesson_price, now)

    def lessons_completed(self, booking_id: BookingId) -> int:
        """How many lessons the booking's student completed, up to and with it."""
        return int(self._connection.scalar(_COMPLETED, {"booking": booking_id}) or 0)

    def _read(self, statement: Select[Any], **values: object) -> list[CreditLot]:
        return [lot_of(row) for row in self._connection.execute(statement, values)]


def spendable(
    connection: Connection, student_id: StudentId, lesson_price: Money, now: datetime
) -> Money:
    """What the student could pay of a lesson of that price. Source: CR-4, PR-5."""
    values = {"student": student_id, "now": now, "price": lesson_price.cents}
    return Money(int(connection.scalar(_SPENDABLE, values) or 0))


def lot_of(row: Row[Any]) -> CreditLot:
    """The lot that *row* tells of."""
    parts: dict[str, Any] = {part.value: getattr(row, f"{part.value}_cents") for part in CreditPart}
    return CreditLot(
        lot_id=row.lot_id,
        student_id=row.student_id,
        source=CreditSource(row.source),
        funding=Funding(row.funding),
        amount=row.amount_cents,
        grant_key=row.grant_key,
        granted_at=row.granted_at,
        expires_at=None if row.expires_at is None else utc(row.expires_at),
        min_lesson_price=row.min_lesson_price_cents,
        payment_id=row.payment_id,
        booking_id=row.booking_id,
        ordinal=row.ordinal,
        origin=row.origin,
        withdrawn=row.withdrawn,
        noticed=row.noticed,
        changes=row.changes,
        **parts,
    )
