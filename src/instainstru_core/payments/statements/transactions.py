"""A student's lessons, as their card statements tell of them. Source: PY-70."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import frozen

from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.ledger.model import Account, JournalType
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.statements.facts import LessonMoney, number_of
from instainstru_core.payments.statements.receipts import (
    CardMove,
    MoveKind,
    credit_given,
    credit_used,
    moves_of,
)

ACCOUNTS: Final = frozenset(
    {
        Account.PROCESSOR_BALANCE,
        Account.BOOKING_ESCROW,
        Account.CREDIT_AVAILABLE,
        Account.CREDIT_RESERVED,
        Account.CREDIT_FROZEN,
        Account.STUDENT_RECEIVABLE,
    }
)
"""What receipts and transactions are read from."""

_REFUNDS: Final = frozenset(
    {JournalType.REFUND, JournalType.REFUND_SETTLED, JournalType.CORRECTION}
)
_OWED: Final = frozenset(
    {JournalType.DEBT_RECOGNISED, JournalType.DEBT_COLLECTED, JournalType.DEBT_WRITTEN_OFF}
)


class TransactionStatus(StrEnum):
    """How a lesson's money stands for its student. Source: PY-70.

    *Locked* was taken at a late move and waits for the moved lesson; *owed* was not paid by any
    card.
    """

    UPCOMING = "upcoming"
    LOCKED = "locked"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    OWED = "owed"
    NOT_CHARGED = "not_charged"


class EventKind(StrEnum):
    """What happened inside a row."""

    CHARGED = "charged"
    LOCKED = "locked"
    CANCELLED = "cancelled"
    TIPPED = "tipped"
    DEBT_PAID = "debt_paid"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"


_EVENTS: Final = {
    MoveKind.LESSON: EventKind.CHARGED,
    MoveKind.TIP: EventKind.TIPPED,
    MoveKind.DEBT: EventKind.DEBT_PAID,
    MoveKind.REFUND: EventKind.REFUNDED,
    MoveKind.REFUND_FAILED: EventKind.REFUND_FAILED,
    MoveKind.DISPUTE: EventKind.DISPUTED,
    MoveKind.DISPUTE_WON: EventKind.DISPUTE_WON,
}


@frozen(kw_only=True)
class TransactionEvent:
    """One thing that happened; *cents* went from the student's card, below zero back to it."""

    kind: EventKind
    at: datetime
    cents: int


@frozen(kw_only=True)
class Transaction:
    """One lesson in a student's history.

    *credit* is what is set aside for it or was spent on it, and *credit_given* what came of it as
    credit in the end. *total_paid* is what the student's cards paid in all, less what came back.
    """

    payment_id: PaymentId
    booking_id: BookingId
    instructor: str
    service_name: str
    lesson_starts_at: datetime
    minutes: int
    lesson_price: Money
    student_fee: Money
    credit: Money
    credit_given: Money
    refunds: Money
    tip: Money
    total_paid: Money
    status: TransactionStatus
    receipt: str | None
    events: tuple[TransactionEvent, ...]


def transaction_of(lesson: LessonMoney) -> Transaction:
    """The row of *lesson* in its student's history."""
    moves = moves_of(lesson)
    tip = sum(each.cents for each in moves if each.kind is MoveKind.TIP)
    charged = sum(each.cents for each in moves if each.kind in {MoveKind.LESSON, MoveKind.DEBT})
    net = sum(each.cents for each in moves)
    over = lesson.outcome is not None
    return Transaction(
        payment_id=lesson.payment_id,
        booking_id=lesson.booking_id,
        instructor=lesson.instructor,
        service_name=lesson.service_name,
        lesson_starts_at=lesson.starts_at,
        minutes=lesson.minutes,
        lesson_price=lesson.lesson_price,
        student_fee=lesson.student_fee,
        credit=Money(max(0, credit_used(lesson))) if over else lesson.credit,
        credit_given=Money(max(0, credit_given(lesson))),
        refunds=Money(charged + tip - net),
        tip=Money(tip),
        total_paid=Money(net),
        status=_status(lesson, moves, charged),
        receipt=number_of(lesson.payment_id) if charged or tip else None,
        events=_events(lesson, moves),
    )


def _events(lesson: LessonMoney, moves: tuple[CardMove, ...]) -> tuple[TransactionEvent, ...]:
    found = [
        TransactionEvent(
            kind=EventKind.LOCKED
            if lesson.locked and each.kind is MoveKind.LESSON
            else _EVENTS[each.kind],
            at=each.at,
            cents=each.cents,
        )
        for each in moves
    ]
    if lesson.cancelled_at is not None:
        found.append(TransactionEvent(kind=EventKind.CANCELLED, at=lesson.cancelled_at, cents=0))
    return tuple(sorted(found, key=lambda event: event.at))


def _status(lesson: LessonMoney, moves: tuple[CardMove, ...], charged: int) -> TransactionStatus:
    disputed = sum(
        each.cents for each in moves if each.kind in {MoveKind.DISPUTE, MoveKind.DISPUTE_WON}
    )
    back = -sum(
        each.cents for each in moves if each.kind in {MoveKind.REFUND, MoveKind.REFUND_FAILED}
    )
    if disputed < 0:
        return TransactionStatus.DISPUTED
    if lesson.sum(Account.STUDENT_RECEIVABLE, _OWED) > 0:
        return TransactionStatus.OWED
    if back > 0:
        whole = -lesson.sum(Account.PROCESSOR_BALANCE, _REFUNDS) >= charged
        return TransactionStatus.REFUNDED if whole else TransactionStatus.PARTIALLY_REFUNDED
    if lesson.state is PaymentState.LOCKED:
        return TransactionStatus.LOCKED
    if charged or credit_used(lesson):
        return TransactionStatus.PAID
    if lesson.outcome is not None or lesson.cancelled_at is not None:
        return TransactionStatus.NOT_CHARGED
    return TransactionStatus.UPCOMING
