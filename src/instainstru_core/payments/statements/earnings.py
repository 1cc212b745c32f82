"""What lessons brought their instructor, line by line and in all. Source: PY-68."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import frozen

from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.money import NOTHING, Money, half_up
from instainstru_core.kernel.zones import Zone
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.ledger.model import Account, JournalType
from instainstru_core.payments.model.outcomes import Outcome, Share, share_of
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.statements.facts import LessonMoney

ACCOUNTS: Final = frozenset(
    {Account.CONNECT_OWNER, Account.INSTRUCTOR_PAYABLE, Account.COMMISSION_REVENUE}
)
"""What earnings are read from."""

_SENT: Final = frozenset({JournalType.TRANSFER})
_REFUNDED: Final = frozenset(
    {
        Outcome.INSTRUCTOR_NO_SHOW,
        Outcome.MUTUAL_NO_SHOW,
        Outcome.ADMIN_REFUND,
        Outcome.DISPUTE_REFUND,
        Outcome.DISPUTE_LOST,
    }
)
_PAID: Final = frozenset({Share.FULL_PAYOUT, Share.SPLIT})


class EarningStatus(StrEnum):
    """How the money of a lesson stands for its instructor. Source: PY-68.

    *Partial* is less than the whole payout, for good; *reversed* was paid and taken back whole.
    """

    PENDING = "pending"
    PAID = "paid"
    PARTIAL = "partial"
    REVERSED = "reversed"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


COUNTING: Final = frozenset({EarningStatus.PENDING, EarningStatus.PAID, EarningStatus.PARTIAL})
"""The lessons that bring money, which totals count."""


@frozen(kw_only=True)
class EarningLine:
    """What one lesson brought its instructor.

    *net* and *tip* are what reached the account at the processor, less what was taken back; *owed*
    is what is on its way there, the tip's included. *payout_reference* is the processor's name for
    the first transfer of the lesson's own money.
    """

    payment_id: PaymentId
    booking_id: BookingId
    lesson_starts_at: datetime
    zone: Zone
    student: str
    service_name: str
    minutes: int
    lesson_price: Money
    commission: Money
    commission_bps: int
    net: Money
    tip: Money
    owed: Money
    status: EarningStatus
    payout_reference: str | None


@frozen(kw_only=True)
class EarningTotals:
    """What some lessons came to together: each figure is the sum of their lines. Source: PY-68.

    The lessons, their minutes, value and commission are of those that bring money.
    """

    lessons: int
    minutes: int
    lesson_value: Money
    commission: Money
    net: Money
    tips: Money
    owed: Money

    @property
    def average_net(self) -> Money:
        """What a lesson brought on average, half-up."""
        return Money(half_up(self.net.cents, self.lessons)) if self.lessons else NOTHING


def earning_of(lesson: LessonMoney) -> EarningLine:
    """What *lesson* brought its instructor, by its postings."""
    owed = -lesson.sum(Account.INSTRUCTOR_PAYABLE)
    tip_owed = -lesson.sum(Account.INSTRUCTOR_PAYABLE, of_tip=True)
    transfers = [
        each.reference
        for each in lesson.postings
        if each.account is Account.CONNECT_OWNER and each.journal_type in _SENT and not each.of_tip
    ]
    return EarningLine(
        payment_id=lesson.payment_id,
        booking_id=lesson.booking_id,
        lesson_starts_at=lesson.starts_at,
        zone=lesson.zone,
        student=lesson.student,
        service_name=lesson.service_name,
        minutes=lesson.minutes,
        lesson_price=lesson.lesson_price,
        commission=Money(-lesson.sum(Account.COMMISSION_REVENUE)),
        commission_bps=lesson.commission_bps,
        net=Money(-lesson.sum(Account.CONNECT_OWNER)),
        tip=Money(-lesson.sum(Account.CONNECT_OWNER, of_tip=True)),
        owed=Money(max(0, owed) + max(0, tip_owed)),
        status=_status(lesson, owed),
        payout_reference=transfers[0] if transfers else None,
    )


def totals_of(lines: Iterable[EarningLine]) -> EarningTotals:
    """The sums of *lines*."""
    lessons = minutes = value = commission = net = tips = owed = 0
    for line in lines:
        net += line.net.cents
        tips += line.tip.cents
        owed += line.owed.cents
        if line.status in COUNTING:
            lessons += 1
            minutes += line.minutes
            value += line.lesson_price.cents
            commission += line.commission.cents
    return EarningTotals(
        lessons=lessons,
        minutes=minutes,
        lesson_value=Money(value),
        commission=Money(commission),
        net=Money(net),
        tips=Money(tips),
        owed=Money(owed),
    )


def _status(lesson: LessonMoney, owed: int) -> EarningStatus:
    net = -lesson.sum(Account.CONNECT_OWNER)
    sent = -lesson.sum(Account.CONNECT_OWNER, _SENT)
    if owed > 0:
        return EarningStatus.PENDING
    if sent and not net:
        return EarningStatus.REVERSED
    if net:
        return EarningStatus.PAID if net >= lesson.payout.cents else EarningStatus.PARTIAL
    return _without_money(lesson)


def _without_money(lesson: LessonMoney) -> EarningStatus:
    """Nothing was sent and nothing is owed: nothing yet, or nothing at all."""
    if lesson.outcome in _REFUNDED:
        return EarningStatus.REFUNDED
    if lesson.outcome is None and lesson.closing is not None and share_of(lesson.closing) in _PAID:
        return EarningStatus.PENDING
    over = lesson.state is PaymentState.SETTLED or lesson.cancelled_at is not None
    if lesson.outcome is None and not over:
        return EarningStatus.PENDING
    if lesson.outcome is not None and share_of(lesson.outcome) is Share.FULL_PAYOUT:
        return EarningStatus.PAID if over else EarningStatus.PENDING
    return EarningStatus.CANCELLED
