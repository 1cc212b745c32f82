"""A card that refuses before the lesson is asked again, or replaced, over any adapter.

Stories with the simulated processor. Source: PY-12…PY-15.
"""

from datetime import timedelta

import pytest

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Confirmed
from instainstru_core.booking.terms import CancelKind
from instainstru_core.payments.errors import CardDeclined, PaymentNotRetryable
from instainstru_core.payments.model.holds import FailureKind
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.use_cases.change_card import ChangeCard, change_card
from instainstru_core.testing.stories.payments import HOUR, effects
from instainstru_core.testing.strategies.payments import Till


class TheLadderContract:
    """Inherit, and provide the `till` fixture."""

    def broke(self, till: Till, card: str) -> Booking:
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card(card))
        till.at(booking.lesson.starts_at - 24 * HOUR)
        return booking

    def test_py_12_a_refusal_keeps_the_booking_and_tells_once(self, till: Till) -> None:
        booking = self.broke(till, "pm_card_declines_off_session")
        payment = till.payment(booking)
        assert payment.state is PaymentState.PAYMENT_METHOD_REQUIRED
        assert payment.failure is not None
        assert (payment.failure.kind, payment.failure.count) == (FailureKind.AUTHORIZATION, 1)
        assert isinstance(till.booking(booking).state, Confirmed)

    def test_py_13_the_card_is_asked_again_after_1_4_and_8_hours(self, till: Till) -> None:
        booking = self.broke(till, "pm_card_insufficient_funds")
        start = booking.lesson.starts_at
        attempts = []
        for minute in range(0, 12 * 60 + 1, 15):
            till.at(start - 24 * HOUR + timedelta(minutes=minute))
            attempts.append((minute, till.payment(booking).attempts))
        grew = [
            minute
            for (minute, count), (_, before) in zip(attempts[1:], attempts, strict=False)
            if count > before
        ]
        assert grew == [60, 5 * 60, 11 * 60]  # after 1 h, 4 h; the third is the final one at T-13 h
        assert isinstance(till.booking(booking).state, Cancelled)

    def test_py_14_twelve_hours_before_the_lesson_it_is_given_up(self, till: Till) -> None:
        booking = self.broke(till, "pm_card_insufficient_funds")
        till.at(booking.lesson.starts_at - 13 * HOUR)
        till.at(booking.lesson.starts_at - 12 * HOUR)
        state = till.booking(booking).state
        assert isinstance(state, Cancelled)
        assert state.kind is CancelKind.PAYMENT_FAILED
        payment = till.payment(booking)
        assert payment.outcome is Outcome.PAYMENT_FAILED
        assert effects(till) == []
        assert till.books().balanced

    def test_py_13_a_hard_refusal_is_never_retried(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_visa"))
        with till.begin() as work:
            payment = work.payments.find_for_update(booking.booking_id)
            assert payment is not None
            lost = till.processor.attach_card(customer=str(till.student), token="pm_card_lost")  # noqa: S106 - a test card
            token = getattr(lost, "token", "pm_card_lost")
            work.payments.save(payment.use_card(payment.card_id, token))
        for hours in (24, 20, 16, 13):
            till.at(booking.lesson.starts_at - hours * HOUR)
        payment = till.payment(booking)
        assert payment.attempts == 1
        assert payment.failure is not None
        assert payment.failure.final_attempt_at is not None
        till.at(booking.lesson.starts_at - 12 * HOUR)
        assert till.payment(booking).outcome is Outcome.PAYMENT_FAILED

    def test_py_15_another_card_is_asked_at_once(self, till: Till) -> None:
        booking = self.broke(till, "pm_card_declines_off_session")
        changed = change_card(
            ChangeCard(
                student_id=till.student,
                booking_id=booking.booking_id,
                card_id=till.card.card_id,
            ),
            begin=till.begin,
            gateway=till.gateway,
            ids=till.ids,
            clock=till.clock,
        )
        assert changed.state is PaymentState.AUTHORIZED
        till.at(booking.lesson.starts_at - 12 * HOUR)
        assert isinstance(till.booking(booking).state, Confirmed)

    def test_py_15_asking_again_now_may_be_refused_again(self, till: Till) -> None:
        booking = self.broke(till, "pm_card_declines_off_session")
        again = ChangeCard(student_id=till.student, booking_id=booking.booking_id)
        with pytest.raises(CardDeclined):
            change_card(
                again, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
            )

    def test_py_15_a_settled_payment_wants_no_card(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        till.pay(booking)
        again = ChangeCard(student_id=till.student, booking_id=booking.booking_id)
        with pytest.raises(PaymentNotRetryable):
            change_card(
                again, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
            )

    def test_py_15_with_24_hours_left_the_card_is_only_swapped(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        other = till.add_card("pm_card_mastercard")
        changed = change_card(
            ChangeCard(
                student_id=till.student, booking_id=booking.booking_id, card_id=other.card_id
            ),
            begin=till.begin,
            gateway=till.gateway,
            ids=till.ids,
            clock=till.clock,
        )
        assert (changed.card_id, changed.state) == (other.card_id, PaymentState.SCHEDULED)
        assert effects(till) == []
