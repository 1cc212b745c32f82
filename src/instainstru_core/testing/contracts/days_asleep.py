"""A platform that slept for days: money still ends where it must. Source: PY-14, PY-16, PY-24."""

from datetime import timedelta

import pytest

from instainstru_core.booking.model.states import Cancelled
from instainstru_core.booking.terms import CancelKind
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.payments import HOUR, effects
from instainstru_core.testing.stories.recovery import PAYOUT, PRICE, swap_card, taught
from instainstru_core.testing.strategies.payments import Till


class SleptForDaysContract:
    """Inherit, and provide the `till` fixture. Everything of a week comes due at once."""

    def settle_down(self, till: Till) -> None:
        for _ in range(30):
            till.after(hours=4)

    def test_a_card_that_pays_is_charged_for_the_lesson(self, till: Till) -> None:
        """PY-12 has no end: however late the hold is asked for, BK-22 and PY-22 follow at once."""
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        till.after(days=7)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert effects(till) == [("authorisation", PRICE), ("capture", PRICE), ("transfer", PAYOUT)]
        assert till.books().balanced

    def test_a_lesson_completed_before_its_hold_is_charged_at_once(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        till.clock.move(timedelta(days=7))
        till.complete(booking)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert till.books().balanced

    @pytest.mark.parametrize("token", ["pm_card_declines_off_session", "pm_card_three_d_secure"])
    def test_py_14_a_card_that_refuses_ends_the_booking(self, till: Till, token: str) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card(token))
        till.after(days=7)
        till.work_off()
        state = till.booking(booking).state
        assert isinstance(state, Cancelled)
        assert state.kind is CancelKind.PAYMENT_FAILED
        assert till.payment(booking).outcome is Outcome.PAYMENT_FAILED
        assert effects(till) == []

    def test_py_16_a_lesson_taught_unpaid_is_a_capture_that_failed(self, till: Till) -> None:
        """The instructor completes it before anybody looks at the refusal again."""
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_declines_off_session"))
        till.at(booking.lesson.starts_at - 24 * HOUR)
        till.clock.set(booking.lesson.ends_at + HOUR)
        till.complete(booking)
        till.work_off()
        assert till.payment(booking).failed_capture
        swap_card(till, booking, "pm_card_visa")
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert till.books().balanced

    def test_py_24_or_else_a_person_looks_after_three_days(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.default_card("pm_card_declines_off_session"))
        till.at(booking.lesson.starts_at - 24 * HOUR)
        till.clock.set(booking.lesson.ends_at + HOUR)
        till.complete(booking)
        self.settle_down(till)
        assert till.payment(booking).review_reason == "capture_escalated"

    def test_py_16_a_hold_that_lapsed_is_taken_anew(self, till: Till) -> None:
        booking = taught(till)
        till.after(days=8)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        kinds = [kind for kind, _ in effects(till)]
        assert kinds == ["authorisation", "void", "authorisation", "capture", "transfer"]
        assert till.books().balanced

    def test_py_62_an_answer_lost_before_is_looked_up(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        till.processor.fail_next("authorise", Fault.TIMEOUT_AFTER)
        till.at(booking.lesson.starts_at - 24 * HOUR)
        till.after(days=6)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert effects(till) == [("authorisation", PRICE), ("capture", PRICE), ("transfer", PAYOUT)]
