"""How locked money ends, with the books balanced, over any adapter.

Stories with the simulated processor. Source: PY-19, PY-20, PY-34, PY-38, PY-62, BK-27.
"""

from datetime import timedelta

import pytest

from instainstru_core.booking.model.states import Cancelled
from instainstru_core.booking.terms import PolicyCase
from instainstru_core.kernel.money import Money
from instainstru_core.payments.credits.model import CreditSource
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.endings import (
    ALL_CREDIT,
    FULL,
    HALF,
    HELD,
    PAID,
    PRICE,
    RETURNED,
    SPLIT,
    TAKEN,
    call_off,
    credit,
    locked,
)
from instainstru_core.testing.stories.moves import move
from instainstru_core.testing.stories.payments import HOUR, effects
from instainstru_core.testing.strategies.payments import Till


class LockedEndingsContract:
    """Inherit, and provide the `till` fixture. Money that was taken at a late move (PY-34)."""

    def test_bk_27_half_a_day_ahead_all_of_it_is_credit(self, till: Till) -> None:
        booking = locked(till)
        cancelled = call_off(till, booking)
        state = cancelled.booking.state
        assert isinstance(state, Cancelled)
        assert state.policy_case is PolicyCase.LOCK_STUDENT_GE12
        till.work_off()
        assert till.payment(booking).outcome is Outcome.LOCKED_CANCELLED_GE12
        assert effects(till) == [HELD, TAKEN]
        assert till.balances() == ALL_CREDIT
        assert [lot.source for lot in credit(till).lots] == [CreditSource.LOCKED_CANCEL_GE12]

    def test_later_it_is_split(self, till: Till) -> None:
        booking = locked(till)
        till.at(booking.lesson.starts_at - HOUR)
        call_off(till, booking)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.LOCKED_CANCELLED_LT12
        assert effects(till) == [HELD, TAKEN, HALF]
        assert till.balances() == SPLIT

    def test_py_38_the_instructor_gives_all_of_it_back(self, till: Till) -> None:
        booking = locked(till)
        plan = call_off(till, booking, by_instructor=True).plan
        assert plan is not None
        assert plan.refunded == Money(PRICE)
        till.work_off()
        payment = till.payment(booking)
        assert payment.outcome is Outcome.INSTRUCTOR_CANCELLED
        assert payment.hold is not None
        assert payment.hold.status is HoldStatus.REFUNDED
        assert effects(till) == [HELD, TAKEN, RETURNED]
        assert till.balances() == {}
        assert till.books().balanced
        again = call_off(till, booking, by_instructor=True).plan
        assert again is not None
        assert again.refunded == Money(PRICE)

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE, Fault.ERROR_500])
    def test_property_8_a_refund_without_an_answer_is_repeated(
        self, till: Till, fault: Fault
    ) -> None:
        booking = locked(till)
        till.processor.fail_next("refund", fault, calls=2)
        call_off(till, booking, by_instructor=True)
        till.work_off()
        assert till.payment(booking).state is PaymentState.CAPTURED
        for _ in range(3):
            till.after(minutes=1)
        assert till.payment(booking).settled
        assert effects(till) == [HELD, TAKEN, RETURNED]
        assert till.balances() == {}

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE])
    def test_py_62_a_refund_of_long_ago_is_looked_up(self, till: Till, fault: Fault) -> None:
        booking = locked(till)
        till.processor.fail_next("refund", fault)
        call_off(till, booking, by_instructor=True)
        till.work_off()
        till.after(hours=23)
        till.after(minutes=1)
        assert till.payment(booking).settled
        assert effects(till) == [HELD, TAKEN, RETURNED]
        assert till.balances() == {}

    def test_py_19_a_lock_that_is_refused_after_it_was_called_off(self, till: Till) -> None:
        """What was decided is asked of the card once more, and then every four hours."""
        booking = till.hold(hours_ahead=20)
        till.pay(booking, till.add_card("pm_card_fails_capture"))
        till.processor.fail_next("capture", Fault.TIMEOUT_BEFORE)
        with pytest.raises(OutcomeUnknown):
            move(till, booking, timedelta(days=2))
        call_off(till, booking)
        till.after(minutes=1)
        payment = till.payment(booking)
        assert payment.failed_capture
        assert payment.closing is Outcome.STUDENT_CANCELLED_12_24
        assert till.balances() == {}
        till.swap_card(booking, "pm_card_visa")
        assert till.balances() == ALL_CREDIT

    def test_py_34_a_lesson_that_was_given_is_paid_as_any_other(self, till: Till) -> None:
        booking = locked(till)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert effects(till) == [HELD, TAKEN, PAID]
        assert till.balances() == FULL
