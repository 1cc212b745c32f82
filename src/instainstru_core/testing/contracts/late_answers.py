"""Answers and news that come too late, too early, or twice. Source: PY-11, PY-65."""

import pytest

from instainstru_core.booking.terms import Party, PolicyCase
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import (
    BookingCancelledMeanwhile,
    CardDeclined,
    OutcomeUnknown,
    PaymentNotFound,
)
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.operation import OperationKind, PaymentOperation
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.processor_events import ProcessorEvent
from instainstru_core.payments.use_cases.process_processor_event import process_processor_event
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.payments import HOUR, effects
from instainstru_core.testing.stories.recovery import PRICE, Interrupted, hear, taught
from instainstru_core.testing.strategies.payments import Till


class LateAnswersContract:
    """Inherit, and provide the `till` fixture. Answers come when they are no longer wanted."""

    def test_py_11_a_hold_granted_while_the_booking_is_cancelled_is_let_go(
        self, till: Till
    ) -> None:
        """The unconfirmed hold is let go first; its answer must not close the payment yet."""
        booking = till.hold(hours_ahead=20)
        till.pay(booking, till.add_card("pm_card_three_d_secure"))

        def cancel() -> None:
            till.cancel(booking, Party.INSTRUCTOR, PolicyCase.PENDING_UNPAID)
            till.work_off()

        over: list[bool] = []
        cancelling = Interrupted(till.processor, "void", cancel)
        till.gateway = Interrupted(
            cancelling, "authorise", lambda: over.append(till.payment(booking).settled)
        )
        with pytest.raises(BookingCancelledMeanwhile):
            till.pay(booking)
        assert over == [False], "the next answer is still out"
        assert effects(till) == [("void", PRICE), ("authorisation", PRICE), ("void", PRICE)]
        payment = till.payment(booking)
        assert payment.outcome is Outcome.CHECKOUT_ABANDONED
        assert till.balances() == {}

    def test_py_11_a_hold_granted_after_all_is_over_is_let_go(self, till: Till) -> None:
        """Should an answer come so late that nobody waits for it, no money stays held."""
        booking = till.hold(hours_ahead=20)
        with pytest.raises(CardDeclined):
            till.pay(booking, till.add_card("pm_card_declined"))
        till.cancel(booking, Party.INSTRUCTOR, PolicyCase.PENDING_UNPAID)
        till.work_off()
        payment = till.payment(booking)
        assert payment.settled
        straggler = PaymentOperation(
            operation_id=till.ids.new(OperationId),
            payment_id=payment.payment_id,
            kind=OperationKind.AUTHORISE,
            slot=payment.next_slot,
            amount=payment.breakdown.card_amount,
            target=till.card.token,
            planned_at=till.clock.now(),
            next_attempt_at=till.clock.now(),
        )
        with till.begin() as work:
            work.payment_operations.add(straggler)
        assert till.sweep() == 1
        assert effects(till) == [("authorisation", PRICE), ("void", PRICE)]
        assert till.payment(booking) == payment
        assert till.books().balanced

    def test_captured_for_another_amount_a_person_must_look(self, till: Till) -> None:
        """§9: the processor says "already captured", but not what we asked for."""
        booking = taught(till)
        hold = till.payment(booking).hold
        assert hold is not None
        till.processor.capture(till.ids.new(OperationId), intent=hold.intent, amount=Money(5000))
        till.at(booking.lesson.ends_at + 24 * HOUR)
        payment = till.payment(booking)
        assert (payment.state, payment.review_reason) == (
            PaymentState.MANUAL_REVIEW,
            "amount_mismatch",
        )
        till.after(hours=100)
        assert effects(till) == [("authorisation", PRICE), ("capture", 5000)]

    def test_captured_before_for_the_same_amount_is_success(self, till: Till) -> None:
        """§9: verified, "already captured" is captured."""
        booking = taught(till)
        hold = till.payment(booking).hold
        assert hold is not None
        till.processor.capture(till.ids.new(OperationId), intent=hold.intent, amount=Money(PRICE))
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).settled
        assert till.books().balanced

    def test_py_65_news_of_refused_and_replaced_holds_is_no_failure(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        with pytest.raises(CardDeclined):
            till.pay(booking, till.add_card("pm_card_declined"))
        till.pay(booking, till.add_card("pm_card_three_d_secure"))
        till.pay(booking)
        kinds = [event.type for event in till.processor.news]
        assert "payment_intent.payment_failed" in kinds
        assert "payment_intent.canceled" in kinds
        before = till.payment(booking)
        hear(till)
        assert till.payment(booking) == before

    def test_py_65_news_of_a_hold_nobody_asked_for_is_tried_again(self, till: Till) -> None:
        news = ProcessorEvent(
            event_id="evt_1", type="payment_intent.payment_failed", object_id="pi_unknown"
        )
        with pytest.raises(PaymentNotFound):
            process_processor_event(
                news, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
            )

    def test_py_65_news_may_come_before_the_answer(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        till.processor.fail_next("authorise", Fault.TIMEOUT_AFTER)
        with pytest.raises(OutcomeUnknown):
            till.pay(booking)
        with pytest.raises(PaymentNotFound):
            hear(till)
        till.after(minutes=1)
        hear(till)
        assert till.payment(booking).state is PaymentState.AUTHORIZED
        assert effects(till) == [("authorisation", PRICE)]
