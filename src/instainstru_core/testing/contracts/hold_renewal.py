"""A hold that would lapse while it is needed gives way to a new one. Source: PY-16, PY-41."""

from datetime import timedelta

import pytest
from attrs import evolve

from instainstru_core.booking.claims.terms import Resolution
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import NoShowType, Party, PolicyCase
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.holds import FailureKind, HoldStatus
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.use_cases.refresh_holds import refresh_holds
from instainstru_core.payments.use_cases.settle_payment import settle_payment
from instainstru_core.testing.contracts.claimed_money import ClaimedMoneyContract
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.payments import HOUR, effects
from instainstru_core.testing.stories.recovery import Interrupted
from instainstru_core.testing.strategies.payments import Till

PRICE = 10_080
HELD, VOIDED, TAKEN = ("authorisation", PRICE), ("void", PRICE), ("capture", PRICE)


def held(till: Till, *, card: str = "pm_card_visa") -> Booking:
    """A lesson tomorrow whose money is held."""
    booking = till.hold(hours_ahead=20)
    till.pay(booking, till.add_card(card))
    return booking


def lapse(till: Till, booking: Booking, *, hours: float) -> Payment:
    """The processor told us that the hold lapses in so many *hours*."""
    with till.begin() as work:
        payment = work.payments.find_for_update(booking.booking_id)
        assert payment is not None
        assert payment.hold is not None
        soon = till.clock.now() + timedelta(hours=hours)
        return work.payments.save(evolve(payment, hold=evolve(payment.hold, expires_at=soon)))


def refresh(till: Till) -> int:
    """What the hourly job does."""
    return refresh_holds(begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock)


class HoldRenewalContract:
    """Inherit, and provide the `till` fixture."""

    claims = ClaimedMoneyContract()

    def test_py_16_a_new_hold_is_taken_then_the_old_one_let_go(self, till: Till) -> None:
        booking = held(till)
        before = lapse(till, booking, hours=12)
        assert refresh(till) == 1
        after = till.payment(booking)
        assert after.state is PaymentState.AUTHORIZED
        assert before.hold is not None
        assert after.hold is not None
        assert after.hold.status is HoldStatus.ACTIVE
        assert after.hold.intent != before.hold.intent
        assert after.hold.expires_at == till.clock.now() + timedelta(days=7)
        assert effects(till) == [HELD, HELD, VOIDED]
        assert till.balances() == {Account.AUTH_HELD: PRICE, Account.AUTH_CONTRA: -PRICE}
        assert refresh(till) == 0
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert till.books().balanced

    def test_py_16_not_before_twelve_hours(self, till: Till) -> None:
        booking = held(till)
        lapse(till, booking, hours=12.1)
        assert refresh(till) == 0
        assert effects(till) == [HELD]

    def test_py_16_not_what_is_not_needed_any_more(self, till: Till) -> None:
        booking = held(till)
        lapse(till, booking, hours=1)
        till.cancel(booking, Party.INSTRUCTOR, PolicyCase.INSTRUCTOR)
        till.work_off()
        assert refresh(till) == 0
        assert effects(till) == [HELD, VOIDED]

    def test_py_41_also_while_a_report_keeps_it(self, till: Till) -> None:
        booking = held(till)
        till.at(booking.lesson.ends_at)
        self.claims.report(till, booking, NoShowType.STUDENT)
        assert till.payment(booking).frozen
        till.after(days=6, hours=4)
        assert refresh(till) == 1
        frozen = till.payment(booking)
        assert frozen.frozen
        assert frozen.resume_state is PaymentState.AUTHORIZED
        till.after(days=3)
        self.claims.resolve(till, booking, Resolution.CONFIRMED_AFTER_REVIEW)
        assert till.payment(booking).outcome is Outcome.STUDENT_NO_SHOW
        assert [each for each in effects(till) if each[0] != "transfer"] == [
            HELD,
            HELD,
            VOIDED,
            TAKEN,
        ]
        assert till.books().balanced

    def test_py_16_py_13_refused_before_the_lesson_the_ladder_asks_on(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        till.pay(booking, till.add_card("pm_card_declines_off_session"))
        lapse(till, booking, hours=11)
        refresh(till)
        payment = till.payment(booking)
        assert payment.state is PaymentState.PAYMENT_METHOD_REQUIRED
        assert payment.failure is not None
        assert payment.failure.kind is FailureKind.AUTHORIZATION
        assert effects(till) == [HELD, VOIDED]
        assert till.balances() == {}
        till.swap_card(booking, "pm_card_visa")
        assert till.payment(booking).state is PaymentState.AUTHORIZED

    def test_py_16_py_23_refused_after_the_lesson_it_is_a_failed_capture(self, till: Till) -> None:
        booking = held(till, card="pm_card_declines_off_session")
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.work_off()
        lapse(till, booking, hours=11)
        refresh(till)
        payment = till.payment(booking)
        assert payment.failed_capture
        assert till.balances() == {}
        till.swap_card(booking, "pm_card_visa")
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert till.books().balanced

    def test_py_16_refused_a_hold_that_is_taken_before_it_lapses_is_kept(self, till: Till) -> None:
        booking = held(till, card="pm_card_declines_off_session")
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.at(booking.lesson.ends_at + 20 * HOUR)
        lapse(till, booking, hours=8)
        refresh(till)
        assert till.payment(booking).state is PaymentState.AUTHORIZED
        refresh(till)
        assert effects(till) == [HELD]
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED

    @pytest.mark.parametrize("call", ["authorise", "void"])
    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE, Fault.TIMEOUT_AFTER, Fault.ERROR_500])
    def test_property_8_a_lost_answer_converges(self, till: Till, call: str, fault: Fault) -> None:
        booking = held(till)
        lapse(till, booking, hours=11)
        till.processor.fail_next(call, fault)
        refresh(till)
        refresh(till)
        till.after(minutes=2)
        assert effects(till) == [HELD, HELD, VOIDED]
        assert till.payment(booking).state is PaymentState.AUTHORIZED
        assert till.balances() == {Account.AUTH_HELD: PRICE, Account.AUTH_CONTRA: -PRICE}

    def test_a_capture_that_falls_due_meanwhile_waits_for_the_answer(self, till: Till) -> None:
        booking = held(till)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.work_off()
        till.clock.set(booking.lesson.ends_at + 24 * HOUR)
        lapse(till, booking, hours=11)

        def settle() -> None:
            settle_payment(
                booking.booking_id,
                begin=till.begin,
                gateway=till.processor,
                ids=till.ids,
                clock=till.clock,
            )

        till.gateway = Interrupted(till.processor, "authorise", settle)
        refresh(till)
        till.gateway = till.processor
        till.work_off()
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert effects(till).count(TAKEN) == 1
        assert till.books().balanced

    def test_a_cancellation_meanwhile_lets_both_holds_go(self, till: Till) -> None:
        booking = held(till)
        lapse(till, booking, hours=11)

        def call_off() -> None:
            till.cancel(booking, Party.INSTRUCTOR, PolicyCase.INSTRUCTOR)
            till.work_off()

        till.gateway = Interrupted(till.processor, "authorise", call_off)
        refresh(till)
        till.gateway = till.processor
        till.work_off()
        till.after(minutes=2)
        assert till.payment(booking).outcome is Outcome.INSTRUCTOR_CANCELLED
        assert sorted(effects(till)) == [HELD, HELD, VOIDED, VOIDED]
        assert till.balances() == {}
