"""A LOCK that came to nothing, whose money no card takes back, over any adapter.

Source: PY-19, PY-54, PY-58.
"""

from datetime import timedelta

import pytest

from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.processor import DisputeStatus
from instainstru_core.payments.office.remedies import Remedy, RemedyNotLegal
from instainstru_core.payments.use_cases.refunds.hear_refund import hear_refund
from instainstru_core.testing.contracts.payment_reviews import resolve
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.endings import (
    FULL,
    PRICE,
    call_off,
    credit,
)
from instainstru_core.testing.stories.moves import late, move
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.stories.refunds import close, disputed
from instainstru_core.testing.strategies.payments import Till


def unlocked(till: Till) -> Booking:
    """A lesson whose late move came to nothing: its money went back, and is held anew."""
    booking = late(till)
    till.processor.fail_next("capture", Fault.TIMEOUT_AFTER)
    with pytest.raises(OutcomeUnknown):
        move(till, booking, 24 * HOUR)
    waiting = till.payment(booking).move
    assert waiting is not None
    with till.begin() as work:
        successor = work.bookings.get_for_update(waiting.successor_id)
        work.bookings.save(successor.supersede(at=till.clock.now()))
    till.after(minutes=2)
    till.after(minutes=2)
    assert till.payment(booking).state is PaymentState.AUTHORIZED
    return booking


def fall_through(till: Till) -> None:
    """The card's bank sends the latest refund back, and the platform hears of it twice."""
    made = [each.object_id for each in till.processor.effects if each.kind == "refund"]
    till.processor.fail_refund(made[-1])
    for _ in range(2):
        hear_refund(
            made[-1], begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
        )


def taught(till: Till, booking: Booking) -> None:
    """The lesson is given, and paid if nothing stands in its way."""
    till.at(booking.lesson.ends_at)
    till.complete(till.booking(booking))
    till.at(booking.lesson.ends_at + 24 * HOUR)


class UnlockedRefundsContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_58_it_waits_for_a_person(self, till: Till) -> None:
        """PY-54, PY-58: in escrow again, with a reason, and nothing automatic meanwhile."""
        booking = unlocked(till)
        fall_through(till)
        payment = till.payment(booking)
        assert (payment.state, payment.review_reason) == (
            PaymentState.MANUAL_REVIEW,
            "refund_failed",
        )
        assert payment.resume_state is PaymentState.AUTHORIZED
        assert till.balances()[Account.BOOKING_ESCROW] == -PRICE
        assert till.balances()[Account.PROCESSOR_BALANCE] == PRICE
        taught(till, booking)
        assert till.payment(booking).state is PaymentState.MANUAL_REVIEW
        assert till.balances()[Account.BOOKING_ESCROW] == -PRICE
        assert till.books().balanced

    def test_py_58_it_is_asked_for_again(self, till: Till) -> None:
        """PY-58: then the lesson goes on, and is paid to the cent."""
        booking = unlocked(till)
        fall_through(till)
        resolve(till, booking, Remedy.RETRY_REFUND)
        till.work_off()
        payment = till.payment(booking)
        assert (payment.state, payment.review_reason) == (PaymentState.AUTHORIZED, None)
        assert Account.BOOKING_ESCROW not in till.balances()
        taught(till, booking)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert till.balances() == FULL
        assert till.books().balanced

    def test_py_58_what_was_overdue_runs_at_once(self, till: Till) -> None:
        """PY-42, PY-58: decided only after the lesson, it is captured then."""
        booking = unlocked(till)
        fall_through(till)
        taught(till, booking)
        resolve(till, booking, Remedy.RETRY_REFUND)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert till.balances() == FULL

    def test_py_58_it_may_fail_again(self, till: Till) -> None:
        """PY-58: and waits for a person again, from where the lesson is by then."""
        booking = unlocked(till)
        fall_through(till)
        resolve(till, booking, Remedy.RETRY_REFUND)
        fall_through(till)
        payment = till.payment(booking)
        assert (payment.review_reason, payment.resume_state) == (
            "refund_failed",
            PaymentState.AUTHORIZED,
        )
        assert till.balances()[Account.BOOKING_ESCROW] == -PRICE

    def test_py_54_credit_in_place_of_the_refund(self, till: Till) -> None:
        """PY-54, PY-58: what no card takes is credit, fee and all; the lesson is paid as ever."""
        booking = unlocked(till)
        fall_through(till)
        resolve(till, booking, Remedy.GIVE_CREDIT)
        till.work_off()
        assert credit(till).balance.available == Money(PRICE)
        with pytest.raises(RemedyNotLegal):
            resolve(till, booking, Remedy.RETRY_REFUND)
        taught(till, booking)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert till.books().balanced
        left = dict(till.balances())
        assert left.pop(Account.REFUNDS_CONTRA) == -PRICE
        assert left.pop(Account.PROMO_CREDIT_EXPENSE) == PRICE
        assert left.pop(Account.CREDIT_AVAILABLE) == -PRICE
        assert left == {**FULL, Account.PROCESSOR_BALANCE: FULL[Account.PROCESSOR_BALANCE] + PRICE}

    def test_py_54_after_the_settlement(self, till: Till) -> None:
        """PY-54: days later, the lesson paid long ago, it goes back to settled."""
        booking = unlocked(till)
        taught(till, booking)
        till.clock.move(timedelta(days=3))
        fall_through(till)
        assert till.payment(booking).review_reason == "refund_failed"
        resolve(till, booking, Remedy.RETRY_REFUND)
        payment = till.payment(booking)
        assert (payment.state, payment.outcome) == (
            PaymentState.SETTLED,
            Outcome.LESSON_COMPLETED,
        )
        assert till.balances() == FULL

    def test_py_56_a_dispute_does_not_hide_it(self, till: Till) -> None:
        """PY-56, PY-58: what fell through while the bank decided is looked into afterwards."""
        booking = unlocked(till)
        taught(till, booking)
        dispute = disputed(till, booking)
        fall_through(till)
        assert till.payment(booking).review_reason == "chargeback"
        close(till, dispute, DisputeStatus.WON)
        till.work_off()
        assert till.payment(booking).review_reason == "refund_failed"
        resolve(till, booking, Remedy.RETRY_REFUND)
        assert till.payment(booking).state is PaymentState.SETTLED
        assert till.books().balanced

    def test_py_30_called_off_meanwhile(self, till: Till) -> None:
        """PY-30, PY-58: the lesson ends as it was called off, once somebody decided."""
        booking = unlocked(till)
        fall_through(till)
        assert call_off(till, booking, by_instructor=True).plan is None
        till.work_off()
        resolve(till, booking, Remedy.RETRY_REFUND)
        till.work_off()
        payment = till.payment(booking)
        assert (payment.state, payment.outcome) == (
            PaymentState.SETTLED,
            Outcome.INSTRUCTOR_CANCELLED,
        )
        assert till.balances() == {}
