"""One payment of Appendix B's worked figures, as every table here begins with it."""

from datetime import timedelta
from typing import Any, Final

from attrs import evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Modality
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.ids import CardId, OperationId, PaymentId
from instainstru_core.payments.model.holds import CardHold, Failure, FailureKind, HoldStatus
from instainstru_core.payments.model.operation import OperationKind, PaymentOperation
from instainstru_core.payments.model.payment import Payment
from instainstru_core.pricing.model.quotes import PriceBreakdown
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.pricing import NOW

IDS: Final = CountedIds()
BOOKING: Final = IDS.new(BookingId)
STUDENT: Final = IDS.new(StudentId)
INSTRUCTOR: Final = IDS.new(InstructorId)
PAYMENT: Final = IDS.new(PaymentId)
CARD: Final = IDS.new(CardId)
HOLD: Final = IDS.new(OperationId)
START: Final = NOW + timedelta(hours=48)
AMOUNT: Final = Money(13_440)


def a_price(credit: int = 0) -> PriceBreakdown:
    """LP 120.00, 12 % and 12 %."""
    return PriceBreakdown(
        hourly_rate=Money(12_000),
        minutes=60,
        modality=Modality.IN_PERSON,
        lesson_price=Money(12_000),
        student_fee=Money(1440),
        commission=Money(1440),
        payout=Money(10_560),
        credit=Money(credit),
        card_amount=Money(13_440 - credit),
        student_fee_bps=1200,
        commission_bps=1200,
        tier="growth",
        config_version=1,
    )


def a_payment(**changes: Any) -> Payment:
    """A payment that no card has granted yet, but for what is said of it."""
    opened = Payment.open(
        PAYMENT,
        booking_id=BOOKING,
        student_id=STUDENT,
        instructor_id=INSTRUCTOR,
        lesson=Interval.lasting(START, timedelta(hours=1)),
        breakdown=a_price(),
        card_id=CARD,
        card_token="card_1",
        at=NOW,
    )
    return evolve(opened, **changes)


def a_hold(status: HoldStatus = HoldStatus.ACTIVE, **changes: Any) -> CardHold:
    """The whole amount, held at noon."""
    hold = CardHold(hold_id=HOLD, intent="pi_1", amount=AMOUNT, status=status, authorized_at=NOW)
    return evolve(hold, **changes)


def taken(cents: int = 13_440) -> CardHold:
    """A hold whose money was taken."""
    return a_hold(HoldStatus.CAPTURED, captured_amount=Money(cents), charge="ch_1")


def a_failure(kind: FailureKind = FailureKind.AUTHORIZATION, **changes: Any) -> Failure:
    """What the card refused an hour ago."""
    then = NOW - timedelta(hours=1)
    failure = Failure(
        kind=kind, category="do_not_honor", hard=False, count=1, first_at=then, last_at=then
    )
    return evolve(failure, **changes)


def an_operation(kind: OperationKind, cents: int, reference: str | None) -> PaymentOperation:
    """A call that was answered with *reference*."""
    return PaymentOperation(
        operation_id=HOLD,
        payment_id=PAYMENT,
        kind=kind,
        slot=kind.value,
        amount=Money(cents),
        target="card_1",
        planned_at=NOW,
        next_attempt_at=NOW,
        processor_ref=reference,
    )
