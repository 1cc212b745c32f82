"""Answers that were lost for so long that the processor forgot their keys. Source: PY-62."""

from datetime import timedelta

import pytest

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Confirmed
from instainstru_core.booking.terms import CancelKind, Party, PolicyCase
from instainstru_core.payments.model.operation import OperationKind, OperationState
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.payments import HOUR, effects
from instainstru_core.testing.stories.recovery import FORGOTTEN, PAYOUT, PRICE, states, taught
from instainstru_core.testing.strategies.payments import Till


class ForgottenKeysContract:
    """Inherit, and provide the `till` fixture. After 23 hours nothing is repeated (PY-62)."""

    def lost_hold(self, till: Till, fault: Fault) -> Booking:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        till.processor.fail_next("authorise", fault)
        till.at(booking.lesson.starts_at - 24 * HOUR)
        assert states(till, booking, OperationKind.AUTHORISE) == [OperationState.UNKNOWN]
        return booking

    def test_a_hold_that_was_granted_is_looked_up(self, till: Till) -> None:
        booking = self.lost_hold(till, Fault.TIMEOUT_AFTER)
        till.processor.fail_next("authorise", Fault.ERROR_500)  # It must not be asked again.
        till.at(booking.lesson.starts_at - 24 * HOUR + FORGOTTEN)
        assert till.payment(booking).state is PaymentState.AUTHORIZED
        assert effects(till) == [("authorisation", PRICE)]

    def test_until_then_the_call_is_repeated(self, till: Till) -> None:
        booking = self.lost_hold(till, Fault.TIMEOUT_BEFORE)
        till.at(booking.lesson.starts_at - 24 * HOUR + FORGOTTEN - timedelta(seconds=1))
        assert till.payment(booking).state is PaymentState.AUTHORIZED
        assert states(till, booking, OperationKind.AUTHORISE) == [OperationState.SUCCEEDED]

    def test_a_hold_that_was_never_asked_for_counts_as_refused(self, till: Till) -> None:
        """An hour before the lesson that leaves PY-14."""
        booking = self.lost_hold(till, Fault.TIMEOUT_BEFORE)
        till.at(booking.lesson.starts_at - 24 * HOUR + FORGOTTEN)
        till.work_off()
        assert states(till, booking, OperationKind.AUTHORISE) == [OperationState.FAILED]
        assert till.payment(booking).outcome is Outcome.PAYMENT_FAILED
        assert effects(till) == []

    def test_bk_20_twelve_hours_ahead_no_answer_is_as_good_as_a_refusal(self, till: Till) -> None:
        """It goes on looking all the same: a hold that was granted after all is let go."""
        booking = self.lost_hold(till, Fault.TIMEOUT_AFTER)
        till.processor.fail_next("find_operation", Fault.ERROR_500, calls=2)
        till.at(booking.lesson.starts_at - 24 * HOUR + FORGOTTEN)
        state = till.booking(booking).state
        assert isinstance(state, Confirmed), "the card is asked once more first"
        till.after(minutes=1)
        state = till.booking(booking).state
        assert isinstance(state, Cancelled)
        assert state.kind is CancelKind.PAYMENT_FAILED
        assert states(till, booking, OperationKind.AUTHORISE) == [OperationState.UNKNOWN]
        till.after(minutes=1)
        assert till.payment(booking).outcome is Outcome.PAYMENT_FAILED
        assert effects(till) == [("authorisation", PRICE), ("void", PRICE)]
        assert till.balances() == {}

    @pytest.mark.parametrize("call", ["capture", "transfer"])
    def test_what_was_done_is_found_and_recorded_once(self, till: Till, call: str) -> None:
        booking = taught(till)
        till.processor.fail_next(call, Fault.TIMEOUT_AFTER, calls=2)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        till.after(hours=23)
        assert till.payment(booking).settled
        assert effects(till) == [("authorisation", PRICE), ("capture", PRICE), ("transfer", PAYOUT)]
        assert till.books().balanced

    @pytest.mark.parametrize(
        ("call", "kind"),
        [("capture", OperationKind.CAPTURE), ("transfer", OperationKind.TRANSFER)],
    )
    def test_what_never_arrived_is_another_operation(
        self, till: Till, call: str, kind: OperationKind
    ) -> None:
        booking = taught(till)
        till.processor.fail_next(call, Fault.TIMEOUT_BEFORE)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        till.after(hours=23)
        till.after(minutes=1)
        assert states(till, booking, kind) == [OperationState.FAILED, OperationState.SUCCEEDED]
        assert till.payment(booking).settled
        assert effects(till) == [("authorisation", PRICE), ("capture", PRICE), ("transfer", PAYOUT)]
        assert till.books().balanced

    def test_a_void_that_never_arrived_is_asked_for_anew(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        till.pay(booking)
        till.processor.fail_next("void", Fault.TIMEOUT_BEFORE)
        till.cancel(booking, Party.INSTRUCTOR, PolicyCase.INSTRUCTOR)
        till.work_off()
        till.after(hours=23)
        assert effects(till) == [("authorisation", PRICE), ("void", PRICE)]
        assert till.payment(booking).outcome is Outcome.INSTRUCTOR_CANCELLED
        assert till.books().balanced
