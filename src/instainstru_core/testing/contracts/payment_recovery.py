"""Lost answers, late ones, and a platform that slept for days: money still ends where it must.

Stories over any adapter and the simulated processor. Source: PY-6, PY-16, PY-60…PY-65, §9.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from attrs import define

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Confirmed
from instainstru_core.booking.terms import CancelKind, Party, PolicyCase
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import (
    BookingCancelledMeanwhile,
    BooksDontBalance,
    CardDeclined,
    OutcomeUnknown,
    PaymentNotFound,
    ProcessorKeyReused,
)
from instainstru_core.payments.events import LedgerBreached
from instainstru_core.payments.ids import JournalId, OperationId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.model.operation import (
    OperationKind,
    OperationState,
    PaymentOperation,
)
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.processor_events import ProcessorEvent
from instainstru_core.payments.use_cases.change_card import ChangeCard, change_card
from instainstru_core.payments.use_cases.check_books import watch_books
from instainstru_core.payments.use_cases.process_processor_event import process_processor_event
from instainstru_core.testing.contracts.payments import HOUR, effects
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.strategies.payments import Till

FORGOTTEN = timedelta(hours=23)
PRICE = 10_080
PAYOUT = 7650


@define
class Interrupted:
    """The processor; just before its first call of *kind* something else happens."""

    processor: Any
    kind: str
    meanwhile: Callable[[], object] | None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call: Callable[..., Any] = getattr(self.processor, name)
        if name != self.kind or self.meanwhile is None:
            return call
        happen, self.meanwhile = self.meanwhile, None
        happen()
        return call


def hear(till: Till) -> None:
    """Act on all the news the processor has ever sent."""
    for event in till.processor.news:
        process_processor_event(
            event, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
        )


def swap_card(till: Till, booking: Booking, token: str) -> None:
    """The student lets another card pay."""
    change = ChangeCard(
        student_id=till.student,
        booking_id=booking.booking_id,
        card_id=till.add_card(token).card_id,
    )
    change_card(change, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock)


def taught(till: Till) -> Booking:
    """A lesson that is paid for, and was given."""
    booking = till.hold(hours_ahead=20)
    till.pay(booking)
    till.at(booking.lesson.ends_at)
    till.complete(booking)
    till.work_off()
    return booking


def states(till: Till, booking: Booking, kind: OperationKind) -> list[OperationState]:
    """How the payment's operations of *kind* ended, oldest first."""
    with till.begin() as work:
        operations = work.payment_operations.of(till.payment(booking).payment_id)
    return [each.state for each in operations if each.kind is kind]


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


class BreachContract:
    """Inherit, and provide the `till` fixture. While the books don't balance no money leaves."""

    def misposted(self, till: Till) -> Booking:
        """A settled lesson, and a journal that leaves something of it in escrow."""
        booking = taught(till)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        wrong = self.journal(till, booking, JournalType.CAPTURE, "wrong", 100)
        with till.begin() as work:
            work.ledger.post([wrong])
        return booking

    def journal(
        self, till: Till, booking: Booking, kind: JournalType, source: str, cents: int
    ) -> Journal:
        payment_id = till.payment(booking).payment_id
        return Journal(
            journal_id=till.ids.new(JournalId),
            journal_type=kind,
            source_id=source,
            occurred_at=till.clock.now(),
            lines=(
                Line(account=Account.PROCESSOR_BALANCE, cents=cents, payment_id=payment_id),
                Line(account=Account.BOOKING_ESCROW, cents=-cents, payment_id=payment_id),
            ),
        )

    def watch(self, till: Till) -> None:
        watch_books(begin=till.begin, read=till.read, clock=till.clock)

    def test_py_86_transfers_wait_until_the_books_balance(self, till: Till) -> None:
        settled = self.misposted(till)
        with pytest.raises(BooksDontBalance):
            self.watch(till)
        booking = taught(till)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        till.after(hours=2)
        assert till.payment(booking).state is PaymentState.CAPTURED
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == -PAYOUT
        with till.begin() as work:
            work.ledger.post([self.journal(till, settled, JournalType.VOID, "mended", -100)])
        self.watch(till)
        till.after(hours=1)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert till.books().balanced

    def test_py_86_a_breach_stays_open_until_a_check_is_content(self, till: Till) -> None:
        settled = self.misposted(till)
        for _ in range(2):
            with pytest.raises(BooksDontBalance):
                self.watch(till)
            till.clock.move(HOUR)
        with till.begin() as work:
            assert work.ledger.is_breached()
            work.ledger.post([self.journal(till, settled, JournalType.VOID, "mended", -100)])
        self.watch(till)
        self.watch(till)
        with till.begin() as work:
            assert not work.ledger.is_breached()

    def test_a_breach_of_a_unit_that_fails_never_was(self, till: Till) -> None:
        breach = LedgerBreached(imbalance_cents=1, unsettled=0, occurred_at=till.clock.now())
        with pytest.raises(RuntimeError), till.begin() as work:
            work.ledger.open_breach(breach)
            raise RuntimeError
        with till.begin() as work:
            assert not work.ledger.is_breached()
