"""How lessons are called off in stories, and what their money comes to in the books."""

from datetime import timedelta

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal, Role
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.use_cases.cancel_lesson import CancelledLesson, cancel_lesson
from instainstru_core.payments.use_cases.preview_cancellation import (
    CancellationPreview,
    preview_cancellation,
)
from instainstru_core.payments.use_cases.read_credits import CreditsOf, read_credits
from instainstru_core.testing.stories.moves import move
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.strategies.payments import Till

# LP 9000 at 12 % and 15 %: SF 1080, IF 1350, P 7650, A 10080; half a lesson: T 4500, Y 3825, K 675.
PRICE, FEE, PAYOUT = 10_080, 1080, 7650
HELD, TAKEN = ("authorisation", PRICE), ("capture", PRICE)
VOIDED, RETURNED = ("void", PRICE), ("refund", PRICE)
PAID, HALF = ("transfer", PAYOUT), ("transfer", 3825)

ALL_CREDIT = {
    Account.PROCESSOR_BALANCE: PRICE,
    Account.CREDIT_AVAILABLE: -9000,
    Account.STUDENT_FEE_REVENUE: -FEE,
}
SPLIT = {
    Account.PROCESSOR_BALANCE: PRICE - 3825,
    Account.CREDIT_AVAILABLE: -4500,
    Account.STUDENT_FEE_REVENUE: -FEE,
    Account.COMMISSION_REVENUE: -675,
    Account.CONNECT_BALANCE: 3825,
    Account.CONNECT_OWNER: -3825,
}
FULL = {
    Account.PROCESSOR_BALANCE: PRICE - PAYOUT,
    Account.STUDENT_FEE_REVENUE: -FEE,
    Account.COMMISSION_REVENUE: -1350,
    Account.CONNECT_BALANCE: PAYOUT,
    Account.CONNECT_OWNER: -PAYOUT,
}


def operator(till: Till) -> Principal:
    """Somebody of the platform."""
    return signed_in(till.ids.new(StudentId), Role.ADMIN)


def call_off(till: Till, booking: Booking, *, by_instructor: bool = False) -> CancelledLesson:
    """One of the two cancels; what that leads to is not done yet."""
    who = (
        signed_in(booking.instructor, Role.INSTRUCTOR)
        if by_instructor
        else signed_in(booking.student)
    )
    request = CancelBooking(principal=who, booking_id=booking.booking_id, reason="ill")
    return cancel_lesson(request, begin=till.begin, ids=till.ids, clock=till.clock)


def look(till: Till, booking: Booking, *, by_instructor: bool = False) -> CancellationPreview:
    """What cancelling would do."""
    who = (
        signed_in(booking.instructor, Role.INSTRUCTOR)
        if by_instructor
        else signed_in(booking.student)
    )
    return preview_cancellation(
        booking.booking_id, principal=who, begin=till.begin, clock=till.clock
    )


def credit(till: Till) -> CreditsOf:
    """The student's credit."""
    return read_credits(till.student, read=till.read, clock=till.clock)


def held(till: Till) -> Booking:
    """A confirmed lesson in 72 hours whose money is held a day before."""
    booking = till.hold(hours_ahead=72)
    till.pay(booking)
    till.at(booking.lesson.starts_at - 24 * HOUR)
    assert till.payment(booking).state is PaymentState.AUTHORIZED
    return booking


def locked(till: Till) -> Booking:
    """A lesson that was moved 20 hours ahead, to two days later: its money is taken."""
    booking = till.hold(hours_ahead=20)
    till.pay(booking)
    moved = move(till, booking, timedelta(days=2)).booking
    assert till.payment(moved).state is PaymentState.LOCKED
    return moved
