"""What a student paid for a lesson, so that it can be printed and filed. Source: PY-55."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import frozen

from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.zones import Zone
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.ledger.model import Account, JournalType
from instainstru_core.payments.statements.facts import (
    LessonMoney,
    Posting,
    ShownCard,
    number_of,
)


class MoveKind(StrEnum):
    """Why money left a student's card, or came back to it."""

    LESSON = "lesson"
    TIP = "tip"
    DEBT = "debt"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"


KINDS: Final = {
    JournalType.CAPTURE: MoveKind.LESSON,
    JournalType.TIP_CHARGE: MoveKind.TIP,
    JournalType.DEBT_COLLECTED: MoveKind.DEBT,
    JournalType.REFUND: MoveKind.REFUND,
    JournalType.REFUND_SETTLED: MoveKind.REFUND,
    JournalType.CORRECTION: MoveKind.REFUND_FAILED,
    JournalType.CHARGEBACK_OPENED: MoveKind.DISPUTE,
    JournalType.CHARGEBACK_WON: MoveKind.DISPUTE_WON,
}
"""The postings of the processor's balance that a card has paid or got."""

_CHARGES: Final = frozenset({MoveKind.LESSON, MoveKind.TIP, MoveKind.DEBT})
_USED: Final = frozenset({JournalType.CREDIT_APPLY, JournalType.CREDIT_FORFEIT})
_MOVED: Final = frozenset({JournalType.CREDIT_ISSUE, JournalType.REFUND_SETTLED})
_LOST: Final = frozenset({JournalType.CHARGEBACK_RECOVERY})


@frozen(kw_only=True)
class CardMove:
    """So many cents were taken from a card; below zero they came back to it."""

    kind: MoveKind
    at: datetime
    cents: int


def moves_of(lesson: LessonMoney) -> tuple[CardMove, ...]:
    """All that the student's cards paid for *lesson* and its tip, and got back, oldest first."""
    return tuple(_move(each) for each in lesson.postings if _is_card(each))


def credit_used(lesson: LessonMoney) -> int:
    """What of the student's credit is spent on *lesson*: applied to it or forfeited."""
    return -lesson.sum(Account.BOOKING_ESCROW, _USED)


@frozen(kw_only=True)
class Receipt:
    """What a student paid for one lesson, by the books.

    The price less the credit set aside for it is what was due; *charged* came from cards for it,
    *uncharged* is what none paid, and *recovered* what they paid beyond it, for credit that was
    spent before a dispute was lost. *credit_given* is what the student got as credit in the end:
    what was set aside and came back, and what was granted anew.
    """

    number: str
    issued_at: datetime
    payment_id: PaymentId
    booking_id: BookingId
    student: str
    instructor: str
    service_name: str
    lesson_starts_at: datetime
    zone: Zone
    minutes: int
    cancelled_at: datetime | None
    lesson_price: Money
    student_fee: Money
    student_fee_bps: int
    credit: Money
    charged: Money
    uncharged: Money
    recovered: Money
    credit_given: Money
    card: ShownCard | None
    tip: Money
    refunds: Money
    net_paid: Money
    moves: tuple[CardMove, ...]


def receipt_of(lesson: LessonMoney) -> Receipt | None:
    """The receipt of *lesson*; None: no card was charged for it yet. Source: PY-55."""
    moves = moves_of(lesson)
    charges = [each for each in moves if each.kind in _CHARGES]
    if not charges:
        return None
    tip = sum(each.cents for each in charges if each.kind is MoveKind.TIP)
    charged = sum(each.cents for each in charges) - tip
    due = lesson.lesson_price.cents + lesson.student_fee.cents - lesson.credit.cents
    net = sum(each.cents for each in moves)
    return Receipt(
        number=number_of(lesson.payment_id),
        issued_at=charges[0].at,
        payment_id=lesson.payment_id,
        booking_id=lesson.booking_id,
        student=lesson.student,
        instructor=lesson.instructor,
        service_name=lesson.service_name,
        lesson_starts_at=lesson.starts_at,
        zone=lesson.student_zone,
        minutes=lesson.minutes,
        cancelled_at=lesson.cancelled_at,
        lesson_price=lesson.lesson_price,
        student_fee=lesson.student_fee,
        student_fee_bps=lesson.student_fee_bps,
        credit=lesson.credit,
        charged=Money(charged),
        uncharged=Money(max(0, due - charged)),
        recovered=Money(max(0, charged - due)),
        credit_given=Money(max(0, credit_given(lesson))),
        card=lesson.card,
        tip=Money(tip),
        refunds=Money(charged + tip - net),
        net_paid=Money(net),
        moves=moves,
    )


def credit_given(lesson: LessonMoney) -> int:
    """What of *lesson*'s money is the student's credit now, once it has ended."""
    if lesson.outcome is None:
        return 0
    granted = -lesson.sum(Account.CREDIT_AVAILABLE, _MOVED)
    lost = lesson.sum(Account.CREDIT_FROZEN, _LOST) + _ran_out(lesson)
    return lesson.credit.cents - credit_used(lesson) + granted - lost


def _ran_out(lesson: LessonMoney) -> int:
    """What came back when the lesson was called off, after its time. Source: CR-6."""
    since = lesson.cancelled_at
    return sum(
        each.cents
        for each in lesson.postings
        if each.account is Account.CREDIT_RESERVED
        and each.journal_type is JournalType.CREDIT_EXPIRE
        and since is not None
        and each.occurred_at >= since
    )


def _is_card(posting: Posting) -> bool:
    return posting.account is Account.PROCESSOR_BALANCE and posting.journal_type in KINDS


def _move(posting: Posting) -> CardMove:
    return CardMove(kind=KINDS[posting.journal_type], at=posting.occurred_at, cents=posting.cents)
