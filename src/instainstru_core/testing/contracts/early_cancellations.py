"""Lessons that are called off before anything is charged, over any adapter.

Stories with the simulated processor. Source: PY-31, PY-37, PY-38, PY-62.
"""

import pytest

from instainstru_core.booking.terms import Party, PolicyCase
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.payments import HOUR, effects
from instainstru_core.testing.strategies.payments import Till


class CancellingContract:
    """Inherit, and provide the `till` fixture."""

    @pytest.mark.parametrize(
        ("by", "case", "outcome"),
        [
            (Party.STUDENT, PolicyCase.STUDENT_GE24, Outcome.STUDENT_CANCELLED),
            (Party.INSTRUCTOR, PolicyCase.INSTRUCTOR, Outcome.INSTRUCTOR_CANCELLED),
        ],
    )
    def test_py_31_38_before_the_card_was_asked(
        self, till: Till, by: Party, case: PolicyCase, outcome: Outcome
    ) -> None:
        booking = till.hold()
        till.pay(booking)
        till.cancel(booking, by, case)
        till.work_off()
        assert till.payment(booking).outcome is outcome
        till.at(booking.lesson.starts_at - 24 * HOUR)
        assert effects(till) == []

    def test_py_38_a_hold_is_voided(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        till.pay(booking)
        till.cancel(booking, Party.INSTRUCTOR, PolicyCase.INSTRUCTOR)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.INSTRUCTOR_CANCELLED
        assert effects(till) == [("authorisation", 10_080), ("void", 10_080)]
        assert till.balances() == {}

    def test_py_37_a_hold_nobody_paid_leaves_nothing(self, till: Till) -> None:
        booking = till.hold()
        till.cancel(booking, Party.STUDENT, PolicyCase.PENDING_UNPAID)
        till.work_off()
        with till.begin() as work:
            assert work.payments.find_for_update(booking.booking_id) is None

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE])
    def test_py_62_a_void_without_an_answer_is_repeated(self, till: Till, fault: Fault) -> None:
        booking = till.hold(hours_ahead=20)
        till.pay(booking)
        till.processor.fail_next("void", fault)
        till.cancel(booking, Party.INSTRUCTOR, PolicyCase.INSTRUCTOR)
        till.work_off()
        assert not till.payment(booking).settled
        till.after(minutes=1)
        assert till.payment(booking).settled
        assert [kind for kind, _ in effects(till)] == ["authorisation", "void"]
