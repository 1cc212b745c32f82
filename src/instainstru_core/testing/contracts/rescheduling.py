"""A lesson that moves, and its money with it, over any adapter and the simulated processor."""

from datetime import timedelta

import pytest

from instainstru_core.booking.errors.life import LateReschedulePriceChange, MoveUnderWay
from instainstru_core.booking.model.states import Cancelled, Confirmed, Pending
from instainstru_core.booking.terms import CancelKind, Party, PaymentStep, PolicyCase
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking
from instainstru_core.payments.errors import (
    CardDeclined,
    OutcomeUnknown,
    PaymentMethodRequired,
    PaymentNotRetryable,
)
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.use_cases.cancel_lesson import cancel_lesson
from instainstru_core.payments.use_cases.change_card import ChangeCard, change_card
from instainstru_core.payments.use_cases.keep_card import NamedCard, remove_card
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.moves import calls, late, move
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.strategies.payments import Till


class ReschedulingContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_1_the_payment_goes_with_the_lesson(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        before = till.pay(booking).payment
        result = move(till, booking, 48 * HOUR)
        assert result.step is PaymentStep.SCHEDULED
        assert result.payment.payment_id == before.payment_id
        taken = till.booking(result.booking)
        assert isinstance(taken.state, Confirmed)
        assert till.payment(taken).auth_due_at == taken.lesson.starts_at - 24 * HOUR
        with till.begin() as work:
            assert work.payments.find_for_update(booking.booking_id) is None
        till.at(taken.lesson.starts_at - 24 * HOUR)
        assert till.payment(taken).state is PaymentState.AUTHORIZED
        assert calls(till) == [("authorisation", 10_080)]

    def test_py_17_another_length_has_todays_price(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        result = move(till, booking, timedelta(), minutes=90)
        assert result.booking.price.cents == 135_00
        assert till.payment(result.booking).breakdown.card_amount.cents == 151_20
        till.at(result.booking.lesson.starts_at - 24 * HOUR)
        assert calls(till) == [("authorisation", 15_120)]

    def test_bk_32_a_late_move_keeps_the_price(self, till: Till) -> None:
        booking = late(till)
        with pytest.raises(LateReschedulePriceChange):
            move(till, booking, 24 * HOUR, minutes=90)
        assert till.booking(booking) == booking

    def test_py_17_a_hold_that_lives_long_enough_goes_along(self, till: Till) -> None:
        booking = till.hold(hours_ahead=24)
        till.pay(booking)
        till.work_off()
        assert till.payment(booking).state is PaymentState.AUTHORIZED
        result = move(till, booking, 48 * HOUR)
        assert result.step is PaymentStep.CARRY
        moved = till.payment(result.booking)
        assert (moved.state, moved.lesson) == (PaymentState.AUTHORIZED, result.booking.lesson)
        assert calls(till) == [("authorisation", 10_080)]

    def test_py_17_a_hold_that_would_lapse_is_let_go_and_taken_anew(self, till: Till) -> None:
        booking = till.hold(hours_ahead=24)
        till.pay(booking)
        till.work_off()
        result = move(till, booking, 8 * 24 * HOUR)
        assert result.step is PaymentStep.SCHEDULED
        assert till.payment(result.booking).state is PaymentState.SCHEDULED
        assert till.balances() == {}
        till.at(result.booking.lesson.starts_at - 24 * HOUR)
        assert calls(till) == [
            ("authorisation", 10_080),
            ("void", 10_080),
            ("authorisation", 10_080),
        ]

    def test_py_17_a_dearer_lesson_soon_replaces_the_hold(self, till: Till) -> None:
        booking = till.hold(hours_ahead=24)
        till.pay(booking)
        till.work_off()
        result = move(till, booking, -2 * HOUR, minutes=90)
        assert result.step is PaymentStep.IMMEDIATE
        payment = till.payment(result.booking)
        assert (payment.state, payment.held.cents) == (PaymentState.AUTHORIZED, 15_120)
        assert till.balances() == {Account.AUTH_HELD: 15_120, Account.AUTH_CONTRA: -15_120}

    def test_py_17_a_hold_whose_replacement_is_refused_stays(self, till: Till) -> None:
        booking = till.hold(hours_ahead=24)
        till.pay(booking)
        till.work_off()
        till.add_card("pm_card_declined")
        paying = NamedCard(student_id=booking.student, card_id=till.card.card_id)
        remove_card(paying, begin=till.begin, clock=till.clock)
        hold = till.payment(booking).hold
        assert hold is not None
        assert hold.status is HoldStatus.ACTIVE
        with pytest.raises(CardDeclined):
            move(till, booking, -2 * HOUR, minutes=90)
        assert till.payment(booking).hold == hold

    def test_py_18_a_late_move_locks(self, till: Till) -> None:
        booking = late(till)
        result = move(till, booking, 24 * HOUR)
        assert result.step is PaymentStep.LOCK
        assert till.payment(result.booking).state is PaymentState.LOCKED
        assert till.balances()[Account.BOOKING_ESCROW] == -10_080
        till.at(result.booking.lesson.ends_at)
        till.complete(result.booking)
        till.at(result.booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(result.booking).state is PaymentState.SETTLED
        assert calls(till) == [("authorisation", 10_080), ("capture", 10_080), ("transfer", 7650)]
        assert Account.BOOKING_ESCROW not in till.balances()

    def test_bk_33_an_answer_lost_is_found_by_the_sweeper(self, till: Till) -> None:
        booking = late(till)
        till.processor.fail_next("capture", Fault.TIMEOUT_AFTER)
        with pytest.raises(OutcomeUnknown):
            move(till, booking, 24 * HOUR)
        waiting = till.payment(booking).move
        assert waiting is not None
        assert (waiting.step, waiting.breakdown.card_amount.cents) == (PaymentStep.LOCK, 10_080)
        with till.begin() as work:
            assert isinstance(work.bookings.get(waiting.successor_id).state, Pending)
        with pytest.raises(MoveUnderWay):
            move(till, booking, 48 * HOUR)
        till.after(minutes=2)
        assert isinstance(till.booking(booking).state, Cancelled)
        again = move(till, booking, 24 * HOUR)
        assert (again.booking.booking_id, again.step) == (waiting.successor_id, None)
        assert till.payment(again.booking).state is PaymentState.LOCKED

    def test_py_19_a_refusal_leaves_nothing_behind(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_declined"))
        before = till.payment(booking)
        with pytest.raises(CardDeclined):
            move(till, booking, -52 * HOUR)
        after = till.payment(booking)
        assert (after.state, after.move, after.lesson) == (before.state, None, before.lesson)
        assert isinstance(till.booking(booking).state, Confirmed)
        assert till.balances() == {}
        move(till, booking, 48 * HOUR)

    def test_bk_34_without_a_card_nothing_is_written(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        with till.begin() as work:
            (card,) = work.cards.of(booking.student)
            work.cards.remove(card)
        with pytest.raises(PaymentMethodRequired):
            move(till, booking, 48 * HOUR)
        assert till.payment(booking).move is None
        assert till.booking(booking).chain.successor_id is None
        with till.begin() as work:
            near = work.bookings.near(
                student=booking.student,
                instructor=booking.instructor,
                around=booking.lesson.widened(72 * HOUR),
            )
        assert [each.booking_id for each in near] == [booking.booking_id]

    def test_py_9_the_cardholder_confirms_first(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_three_d_secure"))
        result = move(till, booking, -52 * HOUR)
        hold = till.payment(booking).hold
        assert hold is not None
        assert result.client_secret is not None
        assert isinstance(till.booking(booking).state, Confirmed)
        with pytest.raises(PaymentNotRetryable):
            change_card(
                ChangeCard(student_id=booking.student, booking_id=booking.booking_id),
                begin=till.begin,
                gateway=till.gateway,
                ids=till.ids,
                clock=till.clock,
            )
        till.processor.confirm(hold.intent, result.client_secret)
        done = move(till, booking, -52 * HOUR)
        assert done.booking.booking_id == result.booking.booking_id
        assert till.payment(done.booking).state is PaymentState.AUTHORIZED

    def test_bk_19_the_cardholder_never_confirms(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_three_d_secure"))
        result = move(till, booking, -52 * HOUR)
        till.after(hours=2)
        ended = till.booking(result.booking).state
        assert isinstance(ended, Cancelled)
        assert ended.kind is CancelKind.HOLD_EXPIRED
        payment = till.payment(booking)
        assert (payment.state, payment.move) == (PaymentState.SCHEDULED, None)
        assert till.balances() == {}
        again = move(till, booking, -52 * HOUR)
        assert again.booking.booking_id != result.booking.booking_id

    def test_py_11_called_off_while_an_answer_is_missing(self, till: Till) -> None:
        booking = late(till)
        till.processor.fail_next("capture", Fault.TIMEOUT_AFTER)
        with pytest.raises(OutcomeUnknown):
            move(till, booking, 24 * HOUR)
        till.cancel(booking, Party.INSTRUCTOR, PolicyCase.INSTRUCTOR)
        till.after(minutes=2)
        till.after(minutes=2)
        assert till.payment(booking).state is PaymentState.SETTLED
        assert calls(till)[-1] == ("refund", 10_080)
        assert Account.BOOKING_ESCROW not in till.balances()

    def test_py_23_called_off_late_and_then_the_lock_is_refused(self, till: Till) -> None:
        """The hold is let go of, and the card asked for what the cancellation costs."""
        booking = till.hold(hours_ahead=20)
        till.pay(booking, till.add_card("pm_card_fails_capture"))
        till.processor.fail_next("capture", Fault.TIMEOUT_BEFORE)
        with pytest.raises(OutcomeUnknown):
            move(till, booking, 24 * HOUR)
        cancel_lesson(
            CancelBooking(
                principal=signed_in(booking.student), booking_id=booking.booking_id, reason="ill"
            ),
            begin=till.begin,
            ids=till.ids,
            clock=till.clock,
        )
        till.after(minutes=2)
        payment = till.payment(booking)
        assert (payment.state, payment.move) == (PaymentState.PAYMENT_METHOD_REQUIRED, None)
        assert till.balances() == {}

    def test_py_19_the_new_time_went_while_an_answer_was_missing(self, till: Till) -> None:
        booking = late(till)
        till.processor.fail_next("capture", Fault.TIMEOUT_AFTER)
        with pytest.raises(OutcomeUnknown):
            move(till, booking, 24 * HOUR)
        waiting = till.payment(booking).move
        assert waiting is not None
        with till.begin() as work:
            successor = work.bookings.get_for_update(waiting.successor_id)
            work.bookings.save(successor.supersede(at=till.clock.now()))
        till.after(minutes=2)
        till.after(minutes=2)
        payment = till.payment(booking)
        assert (payment.state, payment.move) == (PaymentState.AUTHORIZED, None)
        assert [kind for kind, _ in calls(till)] == [
            "authorisation",
            "capture",
            "refund",
            "authorisation",
        ]
        assert isinstance(till.booking(booking).state, Confirmed)
