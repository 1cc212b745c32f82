"""A sweep of what is under way ends in time, whatever breaks. Source: PY-62, OP-13."""

from datetime import timedelta

import pytest

from instainstru_core.booking.model.booking import Booking
from instainstru_core.payments.errors import ProcessorKeyReused
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.stories.recovery import Interrupted
from instainstru_core.testing.strategies.payments import Till


class SweepingContract:
    """Inherit, and provide the `till` fixture."""

    def two_lost(self, till: Till) -> tuple[Booking, Booking]:
        """Two scheduled lessons whose holds were never answered, the first one longer ago."""
        first, second = till.hold(hours_ahead=72), till.hold(hours_ahead=74)
        for booking in (first, second):
            till.pay(booking)
        till.processor.fail_next("authorise", Fault.TIMEOUT_BEFORE, calls=3)
        for booking in (first, second):
            till.at(booking.lesson.starts_at - 24 * HOUR)
        till.clock.move(timedelta(minutes=1))
        return first, second

    def test_py_62_an_operation_that_breaks_never_stops_the_others(self, till: Till) -> None:
        first, second = self.two_lost(till)

        def break_down() -> None:
            raise ProcessorKeyReused

        till.gateway = Interrupted(till.processor, "authorise", break_down)
        with pytest.raises(ProcessorKeyReused):
            till.sweep()
        assert till.payment(second).state is PaymentState.AUTHORIZED
        assert till.sweep() == 0, "it is set aside for an hour"
        till.clock.move(HOUR)
        assert till.sweep() == 1
        assert till.payment(first).state is PaymentState.AUTHORIZED

    def test_op_13_a_sweep_ends_in_time_and_the_next_goes_on(self, till: Till) -> None:
        first, second = self.two_lost(till)
        till.gateway = Interrupted(
            till.processor, "authorise", lambda: till.clock.move(timedelta(seconds=30))
        )
        assert till.sweep() == 1
        assert till.payment(first).state is PaymentState.AUTHORIZED
        assert till.payment(second).state is PaymentState.SCHEDULED
        assert till.sweep() == 1
        assert till.payment(second).state is PaymentState.AUTHORIZED
