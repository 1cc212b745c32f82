"""Answers and verdicts that come when everything has changed, over any adapter.

Stories with the simulated processor. Source: PY-16, PY-36, PY-39…PY-42.
"""

from datetime import timedelta

import pytest

from instainstru_core.booking.claims.terms import Resolution
from instainstru_core.booking.errors.life import WrongState
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Confirmed
from instainstru_core.booking.terms import NoShowType
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.operation import OperationState, PaymentOperation
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.planner import MoneyPolicy
from instainstru_core.payments.use_cases.settle_payment import retry_capture
from instainstru_core.testing.contracts.claimed_money import ClaimedMoneyContract
from instainstru_core.testing.contracts.operators_cancellations import OperatorsContract
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.endings import (
    ALL_CREDIT,
    FULL,
    HELD,
    PAID,
    TAKEN,
    call_off,
    held,
    look,
)
from instainstru_core.testing.stories.moves import move
from instainstru_core.testing.stories.payments import HOUR, effects
from instainstru_core.testing.strategies.payments import Till


def failures(till: Till, booking: Booking) -> list[PaymentOperation]:
    """What the processor would not do for the booking."""
    payment = till.payment(booking)
    with till.begin() as work:
        operations = work.payment_operations.of(payment.payment_id)
    return [each for each in operations if each.state is OperationState.FAILED]


class BelatedVerdictsContract:
    """Inherit, and provide the `till` fixture. What is decided about claims, and when."""

    claims = ClaimedMoneyContract()

    @pytest.mark.parametrize("missing", [NoShowType.STUDENT, NoShowType.INSTRUCTOR])
    def test_py_42_after_the_hold_lapsed_the_card_is_asked_anew(
        self, till: Till, missing: NoShowType
    ) -> None:
        """A verdict that takes more than a week: nothing is captured of a hold that is gone."""
        booking = self.claims.reported(till, missing)
        till.after(days=8)
        self.claims.resolve(till, booking, Resolution.CONFIRMED_AFTER_REVIEW)
        payment = till.payment(booking)
        assert payment.settled
        assert not failures(till, booking)
        if missing is NoShowType.STUDENT:
            assert payment.outcome is Outcome.STUDENT_NO_SHOW
            assert [each for each in effects(till) if each[0] != "void"] == [
                HELD,
                HELD,
                TAKEN,
                PAID,
            ]
            assert till.balances() == FULL
        else:
            assert till.balances() == {}
        assert till.books().balanced

    def test_py_42_taken_back_after_the_hold_lapsed_it_is_paid_at_once(self, till: Till) -> None:
        booking = held(till)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        self.claims.report(till, booking, NoShowType.STUDENT)
        till.after(days=8)
        self.claims.resolve(till, booking, Resolution.CANCELLED)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert not failures(till, booking)
        assert till.balances() == FULL

    def test_py_42_py_23_where_the_card_refuses_then_it_is_a_capture_that_failed(
        self, till: Till
    ) -> None:
        booking = till.hold(hours_ahead=20)
        till.pay(booking, till.add_card("pm_card_declines_off_session"))
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        self.claims.report(till, booking, NoShowType.STUDENT)
        till.after(days=8)
        self.claims.resolve(till, booking, Resolution.CANCELLED)
        payment = till.payment(booking)
        assert payment.failed_capture
        assert payment.closing is Outcome.LESSON_COMPLETED
        assert till.balances() == {}

    def test_py_41_a_late_move_that_is_answered_while_frozen_stays_frozen(self, till: Till) -> None:
        """Nobody heard whether the money was taken, the lesson began, and somebody complained."""
        booking = till.hold(hours_ahead=13)
        till.pay(booking)
        till.processor.fail_next("capture", Fault.TIMEOUT_AFTER)
        with pytest.raises(OutcomeUnknown):
            move(till, booking, timedelta(days=2))
        till.clock.set(booking.lesson.ends_at)
        self.claims.report(till, booking, NoShowType.STUDENT)
        assert till.payment(booking).frozen
        till.after(minutes=2)
        assert isinstance(till.booking(booking).state, Confirmed)
        payment = till.payment(booking)
        assert (payment.state, payment.frozen) == (PaymentState.MANUAL_REVIEW, True)
        self.claims.resolve(till, booking, Resolution.CONFIRMED_AFTER_REVIEW)
        till.after(minutes=2)
        assert till.payment(booking).outcome is Outcome.STUDENT_NO_SHOW
        assert till.balances() == FULL


class BelatedCapturesContract:
    """Inherit, and provide the `till` fixture. A taught lesson whose card failed (PY-23)."""

    def unpaid(self, till: Till) -> Booking:
        """A lesson that was given, and whose money could not be taken."""
        booking = till.hold(hours_ahead=20)
        till.pay(booking, till.add_card("pm_card_fails_capture"))
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).failed_capture
        return booking

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE])
    def test_py_60_while_one_capture_is_unanswered_no_other_hold_is_asked_for(
        self, till: Till, fault: Fault
    ) -> None:
        """The next try is due, and the last one may yet have taken the money."""
        booking = self.unpaid(till)
        before = till.balances()
        till.processor.fail_next("capture", fault)
        with pytest.raises(OutcomeUnknown):
            till.swap_card(booking, "pm_card_visa")
        till.clock.move(timedelta(hours=4))
        payment = till.payment(booking)
        retry_capture(
            payment.payment_id,
            begin=till.begin,
            gateway=till.gateway,
            ids=till.ids,
            clock=till.clock,
        )
        till.after(minutes=2)
        assert before == {}
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert [each for each in effects(till) if each[0] == "authorisation"] == [HELD, HELD]
        assert till.balances() == FULL

    def test_py_58_a_lesson_that_a_person_looks_at_is_left_to_them(self, till: Till) -> None:
        """Three days are over, and only then the card's answer is heard."""
        booking = self.unpaid(till)
        till.processor.fail_next("authorise", Fault.TIMEOUT_AFTER)
        with pytest.raises(OutcomeUnknown):
            till.swap_card(booking, "pm_card_visa")
        with till.begin() as work:
            looked_at = work.payments.find_for_update(booking.booking_id)
            assert looked_at is not None
            work.payments.save(looked_at.review("capture_escalated", at=till.clock.now()))
        till.after(minutes=2)
        payment = till.payment(booking)
        assert (payment.state, payment.review_reason) == (
            PaymentState.MANUAL_REVIEW,
            "capture_escalated",
        )
        assert payment.granted.cents == 10_080
        assert till.books().balanced


class BelatedCancellationsContract:
    """Inherit, and provide the `till` fixture. What is called off while something is asked."""

    operators = OperatorsContract()

    def test_py_36_a_hold_that_waits_for_its_cardholder_is_no_money(self, till: Till) -> None:
        """The card refused; the student moved the lesson, had to confirm, and called it off."""
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_three_d_secure"))
        till.at(booking.lesson.starts_at - 24 * HOUR)
        till.after(minutes=1)
        assert till.payment(booking).state is PaymentState.PAYMENT_METHOD_REQUIRED
        moved = move(till, booking, timedelta(days=2))
        assert moved.client_secret is not None
        shown = look(till, booking).now.plan
        plan = call_off(till, booking).plan
        assert plan is not None
        assert plan == shown
        assert (plan.outcome, plan.captured.cents) == (Outcome.UNAUTHORIZED_CANCELLED, 0)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.UNAUTHORIZED_CANCELLED
        assert till.balances() == {}
        assert Account.CREDIT_AVAILABLE not in till.balances()

    @pytest.mark.parametrize("policy", [MoneyPolicy.FULL_CREDIT, MoneyPolicy.NO_REFUND])
    def test_py_39_py_36_declined_so_late_a_person_must_know(
        self, till: Till, policy: MoneyPolicy
    ) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_declines_off_session"))
        till.clock.set(booking.lesson.starts_at - 2 * HOUR)
        self.operators.cancel(till, booking, policy)
        till.work_off()
        payment = till.payment(booking)
        assert (payment.review_reason, payment.outcome) == (
            "missing_authorization",
            Outcome.UNAUTHORIZED_CANCELLED,
        )
        assert till.balances() == {}

    @pytest.mark.parametrize("policy", MoneyPolicy)
    def test_bk_25_what_is_over_is_in_no_state_to_be_cancelled(
        self, till: Till, policy: MoneyPolicy
    ) -> None:
        booking = held(till)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.at(booking.lesson.ends_at + 25 * HOUR)
        with pytest.raises(WrongState):
            self.operators.cancel(till, booking, policy)

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE])
    def test_bk_27_called_off_while_nobody_knows_whether_it_is_held(
        self, till: Till, fault: Fault
    ) -> None:
        """What was decided then is done once the card has answered."""
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        till.processor.fail_next("authorise", fault)
        till.at(booking.lesson.starts_at - 24 * HOUR)
        till.clock.move(timedelta(seconds=1))
        call_off(till, booking)
        till.work_off()
        assert isinstance(till.booking(booking).state, Cancelled)
        assert not till.payment(booking).settled
        till.after(minutes=2)
        assert till.payment(booking).outcome is Outcome.STUDENT_CANCELLED_12_24
        assert effects(till) == [HELD, TAKEN]
        assert till.balances() == ALL_CREDIT
