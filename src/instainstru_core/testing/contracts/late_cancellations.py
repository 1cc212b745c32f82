"""Lessons called off late, with the books balanced, over any adapter.

Stories with the simulated processor. Source: PY-23, PY-24, PY-30, PY-32, PY-33, PY-36, BK-27.
"""

from datetime import timedelta

import pytest

from instainstru_core.booking.model.states import Cancelled
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.credits.model import CreditSource
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.endings import (
    ALL_CREDIT,
    HALF,
    HELD,
    SPLIT,
    TAKEN,
    call_off,
    credit,
    held,
)
from instainstru_core.testing.stories.payments import HOUR, effects
from instainstru_core.testing.strategies.payments import Till


class LateCancellationContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_32_half_a_day_ahead_the_lesson_becomes_credit(self, till: Till) -> None:
        booking = held(till)
        till.at(booking.lesson.starts_at - 12 * HOUR)
        plan = call_off(till, booking).plan
        assert plan is not None
        assert (plan.outcome, plan.credit_issued) == (
            Outcome.STUDENT_CANCELLED_12_24,
            Money(9000),
        )
        assert isinstance(till.booking(booking).state, Cancelled), "the time is free at once"
        assert effects(till) == [HELD]
        till.work_off()
        assert till.payment(booking).outcome is Outcome.STUDENT_CANCELLED_12_24
        assert effects(till) == [HELD, TAKEN]
        assert till.balances() == ALL_CREDIT
        assert till.books().balanced

    def test_py_33_later_it_is_split(self, till: Till) -> None:
        booking = held(till)
        till.at(booking.lesson.starts_at - 12 * HOUR + timedelta(seconds=1))
        call_off(till, booking)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.STUDENT_CANCELLED_LT12
        assert effects(till) == [HELD, TAKEN, HALF]
        assert till.balances() == SPLIT
        assert till.books().balanced

    def test_cr_2_cr_9_cr_11_the_credit_can_be_seen_for_a_year(self, till: Till) -> None:
        booking = held(till)
        call_off(till, booking)  # Exactly 24 hours ahead nothing is charged yet.
        till.work_off()
        assert credit(till).balance.available == NOTHING
        booking = held(till)
        till.clock.move(timedelta(seconds=1))
        call_off(till, booking)
        till.work_off()
        seen = credit(till)
        assert [(lot.source, lot.amount) for lot in seen.lots] == [
            (CreditSource.CANCEL_12_24, Money(9000))
        ]
        granted_at = seen.lots[0].granted_at
        assert seen.balance.available == Money(9000)
        assert seen.balance.next_expiry_at == granted_at + timedelta(days=365)
        assert seen.balance.next_expiry_amount == Money(9000)
        till.clock.set(granted_at + timedelta(days=365))
        assert credit(till).balance.available == NOTHING

    def test_py_30_cancelling_again_answers_with_the_stored_plan(self, till: Till) -> None:
        booking = held(till)
        till.clock.move(timedelta(hours=1))
        first = call_off(till, booking).plan
        assert first is not None
        till.work_off()
        till.at(booking.lesson.ends_at)
        again = call_off(till, booking).plan
        assert again is not None
        assert (again.outcome, again.captured, again.credit_issued, again.payout) == (
            first.outcome,
            first.captured,
            first.credit_issued,
            first.payout,
        )
        till.work_off()
        assert effects(till) == [HELD, TAKEN]

    def test_py_36_a_hold_that_is_overdue_is_asked_for_first(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        till.clock.set(booking.lesson.starts_at - 20 * HOUR)  # Nobody asked the card in time.
        plan = call_off(till, booking).plan
        assert plan is not None
        assert plan.if_declined is Outcome.UNAUTHORIZED_CANCELLED
        till.work_off()
        assert till.payment(booking).outcome is Outcome.STUDENT_CANCELLED_12_24
        assert effects(till) == [HELD, TAKEN]
        assert till.balances() == ALL_CREDIT

    def test_py_36_where_it_is_declined_nothing_is_charged(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_declines_off_session"))
        till.clock.set(booking.lesson.starts_at - 20 * HOUR)
        call_off(till, booking)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.UNAUTHORIZED_CANCELLED
        assert till.payment(booking).settled
        assert effects(till) == []
        assert till.balances() == {}

    def test_py_36_so_late_that_a_person_must_know(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_declines_off_session"))
        till.clock.set(booking.lesson.starts_at - 2 * HOUR)
        call_off(till, booking)
        till.work_off()
        payment = till.payment(booking)
        assert (payment.state, payment.review_reason, payment.outcome) == (
            PaymentState.MANUAL_REVIEW,
            "missing_authorization",
            Outcome.UNAUTHORIZED_CANCELLED,
        )
        till.after(hours=100)
        assert effects(till) == []

    def test_py_36_a_card_that_refused_before_is_not_asked_again(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_declines_off_session"))
        till.at(booking.lesson.starts_at - 24 * HOUR)
        till.clock.move(timedelta(minutes=1))
        attempts = till.payment(booking).attempts
        call_off(till, booking)
        till.work_off()
        payment = till.payment(booking)
        assert (payment.outcome, payment.attempts) == (Outcome.UNAUTHORIZED_CANCELLED, attempts)

    @pytest.mark.parametrize("call", ["capture", "transfer"])
    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE, Fault.ERROR_500])
    def test_property_8_a_lost_answer_converges(self, till: Till, call: str, fault: Fault) -> None:
        booking = held(till)
        till.at(booking.lesson.starts_at - HOUR)
        till.processor.fail_next(call, fault, calls=2)
        call_off(till, booking)
        till.work_off()
        assert not till.payment(booking).settled
        for _ in range(3):
            till.after(minutes=1)
        assert till.payment(booking).settled
        assert effects(till) == [HELD, TAKEN, HALF]
        assert till.balances() == SPLIT

    def test_py_23_a_capture_that_fails_is_tried_with_another_card(self, till: Till) -> None:
        """The card is asked every four hours; another one pays what was decided."""
        booking = till.hold(hours_ahead=20)
        till.pay(booking, till.add_card("pm_card_fails_capture"))
        call_off(till, booking)
        till.work_off()
        payment = till.payment(booking)
        assert payment.failed_capture
        assert payment.closing is Outcome.STUDENT_CANCELLED_12_24
        assert Account.AUTH_HELD not in till.balances()
        till.swap_card(booking, "pm_card_visa")
        assert till.payment(booking).outcome is Outcome.STUDENT_CANCELLED_12_24
        assert till.balances() == ALL_CREDIT

    def test_py_24_after_72_hours_a_person_must_look(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        till.pay(booking, till.default_card("pm_card_fails_capture"))
        call_off(till, booking)
        for _ in range(20):
            till.after(hours=4)
        assert till.payment(booking).review_reason == "capture_escalated"
        assert credit(till).balance.available == NOTHING
