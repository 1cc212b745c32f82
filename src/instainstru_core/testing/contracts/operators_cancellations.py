"""Lessons that operators call off, with the books balanced, over any adapter.

Stories with the simulated processor. Source: PY-37, PY-39, BK-53.
"""

import pytest

from instainstru_core.booking.errors.life import LessonStarted
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.payments.errors import NothingToRefund
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.planner import MoneyPolicy
from instainstru_core.payments.use_cases.cancel_lesson import (
    CancelByAdmin,
    CancelledLesson,
    cancel_by_admin,
)
from instainstru_core.testing.stories.endings import ALL_CREDIT, FULL, SPLIT, held, operator
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.strategies.payments import Till


class OperatorsContract:
    """Inherit, and provide the `till` fixture. PY-39, BK-53."""

    def cancel(self, till: Till, booking: Booking, policy: MoneyPolicy) -> CancelledLesson:
        request = CancelByAdmin(
            principal=operator(till),
            booking_id=booking.booking_id,
            policy=policy,
            reason="a burst pipe",
        )
        return cancel_by_admin(request, begin=till.begin, ids=till.ids, clock=till.clock)

    @pytest.mark.parametrize(
        ("policy", "outcome", "balances"),
        [
            (MoneyPolicy.FULL_REFUND, Outcome.ADMIN_REFUND, {}),
            (MoneyPolicy.FULL_CREDIT, Outcome.ADMIN_FULL_CREDIT, ALL_CREDIT),
            (MoneyPolicy.NO_REFUND, Outcome.ADMIN_NO_REFUND, FULL),
            (MoneyPolicy.STUDENT_POLICY, Outcome.STUDENT_CANCELLED_LT12, SPLIT),
        ],
    )
    def test_py_39_each_policy(
        self,
        till: Till,
        policy: MoneyPolicy,
        outcome: Outcome,
        balances: dict[Account, int],
    ) -> None:
        booking = held(till)
        till.at(booking.lesson.starts_at - HOUR)
        self.cancel(till, booking, policy)
        till.work_off()
        assert till.payment(booking).outcome is outcome
        assert till.balances() == balances
        assert till.books().balanced

    @pytest.mark.parametrize("policy", [MoneyPolicy.FULL_REFUND, MoneyPolicy.NO_REFUND])
    def test_py_39_after_the_start_an_operator_still_can(
        self, till: Till, policy: MoneyPolicy
    ) -> None:
        booking = held(till)
        till.at(booking.lesson.ends_at)
        self.cancel(till, booking, policy)
        till.work_off()
        assert till.payment(booking).settled

    def test_py_39_the_students_policy_ends_at_the_start(self, till: Till) -> None:
        booking = held(till)
        till.at(booking.lesson.starts_at)
        with pytest.raises(LessonStarted):
            self.cancel(till, booking, MoneyPolicy.STUDENT_POLICY)

    def test_bk_53_where_nothing_is_held_nothing_is_refunded(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        with pytest.raises(NothingToRefund):
            self.cancel(till, booking, MoneyPolicy.FULL_REFUND)
        assert not isinstance(till.booking(booking).state, Cancelled)

    def test_py_37_a_hold_nobody_paid_ends_without_money(self, till: Till) -> None:
        assert self.cancel(till, till.hold(), MoneyPolicy.FULL_CREDIT).plan is None

    def test_py_39_where_the_card_refuses_the_credit_nothing_is_charged(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_declines_off_session"))
        self.cancel(till, booking, MoneyPolicy.FULL_CREDIT)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.UNAUTHORIZED_CANCELLED

    def test_the_parties_are_no_operators(self, till: Till) -> None:
        booking = till.hold()
        request = CancelByAdmin(
            principal=signed_in(booking.student),
            booking_id=booking.booking_id,
            policy=MoneyPolicy.FULL_REFUND,
            reason="please",
        )
        with pytest.raises(Forbidden):
            cancel_by_admin(request, begin=till.begin, ids=till.ids, clock=till.clock)
