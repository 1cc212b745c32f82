"""A lesson's money from checkout to settlement, over any adapter and the simulated processor."""

from datetime import timedelta

import pytest

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Confirmed
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.processor_events import ProcessorEvent
from instainstru_core.payments.use_cases.change_card import ChangeCard, change_card
from instainstru_core.payments.use_cases.process_processor_event import process_processor_event
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.payments import HOUR, effects
from instainstru_core.testing.strategies.payments import Till


class ALessonFromCheckoutToPayoutContract:
    """Inherit, and provide the `till` fixture."""

    def test_24_hours_ahead_it_is_confirmed_at_once_and_asked_for_later(self, till: Till) -> None:
        """PY-8, PY-12, PY-22 and Appendix B, row 1."""
        booking = till.hold(hours_ahead=72)
        paid = till.pay(booking)
        assert paid.booking_confirmed
        assert isinstance(till.booking(booking).state, Confirmed)
        assert till.payment(booking).state is PaymentState.SCHEDULED
        assert effects(till) == []

        till.at(booking.lesson.starts_at - 24 * HOUR)
        assert till.payment(booking).state is PaymentState.AUTHORIZED
        assert till.balances() == {Account.AUTH_HELD: 10_080, Account.AUTH_CONTRA: -10_080}

        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.work_off()
        assert till.payment(booking).state is PaymentState.AUTHORIZED

        till.at(booking.lesson.ends_at + 24 * HOUR)
        settled = till.payment(booking)
        assert settled.state is PaymentState.SETTLED
        assert settled.outcome is Outcome.LESSON_COMPLETED
        # LP 9000 at 12 % and 15 %: SF 1080, IF 1350, P 7650, A 10080.
        assert till.balances() == {
            Account.PROCESSOR_BALANCE: 10_080 - 7650,
            Account.STUDENT_FEE_REVENUE: -1080,
            Account.COMMISSION_REVENUE: -1350,
            Account.CONNECT_BALANCE: 7650,
            Account.CONNECT_OWNER: -7650,
        }
        assert till.books().balanced
        assert effects(till) == [("authorisation", 10_080), ("capture", 10_080), ("transfer", 7650)]

    def test_doing_everything_again_changes_nothing(self, till: Till) -> None:
        """Property 7: duplicates of timers, reactions and sweeps."""
        booking = till.hold()
        till.pay(booking)
        till.at(booking.lesson.starts_at - 24 * HOUR)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        before = effects(till), till.books()
        for intent in [each.object_id for each in till.processor.news]:
            for kind in ("payment_intent.succeeded", "transfer.created"):
                event = ProcessorEvent(event_id="evt", type=kind, object_id=intent)
                if kind.startswith("payment_intent") and not intent.startswith("pi"):
                    continue
                process_processor_event(
                    event,
                    begin=till.begin,
                    gateway=till.gateway,
                    ids=till.ids,
                    clock=till.clock,
                )
        till.after(hours=1)
        assert (effects(till), till.books()) == before

    def test_confirming_twice_is_confirming_once(self, till: Till) -> None:
        """BK-18."""
        booking = till.hold()
        first = till.pay(booking).payment
        assert till.pay(booking).payment.payment_id == first.payment_id

    def test_exactly_24_hours_ahead_is_scheduled(self, till: Till) -> None:
        """PY-5: the window is at or over 24 h, in elapsed time."""
        assert till.pay(till.hold(hours_ahead=24)).payment.state is PaymentState.SCHEDULED

    def test_later_than_24_hours_the_card_is_asked_at_once(self, till: Till) -> None:
        """PY-8, PY-9."""
        booking = till.hold(hours_ahead=20)
        assert till.pay(booking).booking_confirmed
        assert till.payment(booking).state is PaymentState.AUTHORIZED
        assert isinstance(till.booking(booking).state, Confirmed)


class SettlingContract:
    """Inherit, and provide the `till` fixture."""

    def taught(self, till: Till, card: str = "pm_card_visa") -> Booking:
        booking = till.hold(hours_ahead=20)
        till.pay(booking, till.default_card(card))
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.work_off()
        return booking

    def test_py_21_completing_never_moves_the_capture(self, till: Till) -> None:
        booking = self.taught(till)
        till.at(booking.lesson.ends_at + 24 * HOUR - timedelta(seconds=1))
        assert till.payment(booking).state is PaymentState.AUTHORIZED
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).settled

    @pytest.mark.parametrize("call", ["capture", "transfer"])
    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE, Fault.ERROR_500])
    def test_property_8_a_lost_answer_converges(self, till: Till, call: str, fault: Fault) -> None:
        booking = self.taught(till)
        till.processor.fail_next(call, fault, calls=2)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert not till.payment(booking).settled
        for _ in range(3):
            till.after(minutes=1)
        assert till.payment(booking).settled
        assert effects(till) == [("authorisation", 10_080), ("capture", 10_080), ("transfer", 7650)]
        assert till.books().balanced

    def test_py_23_a_capture_that_fails_is_tried_again_with_another_card(self, till: Till) -> None:
        booking = self.taught(till, "pm_card_fails_capture")
        till.at(booking.lesson.ends_at + 24 * HOUR)
        payment = till.payment(booking)
        assert payment.state is PaymentState.PAYMENT_METHOD_REQUIRED
        assert payment.failed_capture
        assert Account.AUTH_HELD not in till.balances()
        change_card(
            ChangeCard(
                student_id=till.student, booking_id=booking.booking_id, card_id=till.card.card_id
            ),
            begin=till.begin,
            gateway=till.gateway,
            ids=till.ids,
            clock=till.clock,
        )
        assert till.payment(booking).settled
        assert till.books().balanced

    def test_py_24_after_72_hours_it_is_escalated(self, till: Till) -> None:
        booking = self.taught(till, "pm_card_fails_capture")
        for hours in range(24, 24 + 77, 4):
            till.at(booking.lesson.ends_at + hours * HOUR)
        payment = till.payment(booking)
        assert payment.state is PaymentState.MANUAL_REVIEW
        assert payment.review_reason == "capture_escalated"

    def test_pr_12_the_lesson_counts_for_the_tier(self, till: Till) -> None:
        booking = self.taught(till)
        with till.begin() as work:
            facts = work.instructor_tiers.facts(
                till.classroom.instructor, since=booking.lesson.starts_at
            )
        assert (facts.completed, facts.persisted_bps) == (1, 1500)
