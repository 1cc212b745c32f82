"""When cards are asked, at which price, and which card: the edges, over any adapter.

Source: PR-4, PR-6, PR-10, PY-9, PY-12, PY-13, PY-15, PY-23, PY-24.
"""

from datetime import timedelta

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Confirmed
from instainstru_core.booking.terms import PaymentStep
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import CardDeclined, OutcomeUnknown, QuoteChanged
from instainstru_core.payments.ids import CardId
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.planner import MoneyPolicy
from instainstru_core.payments.use_cases.change_card import ChangeCard, change_card
from instainstru_core.payments.use_cases.check_out import CheckOut
from instainstru_core.payments.use_cases.read_payment import price_booking
from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.testing.contracts.hold_renewal import held, lapse, refresh
from instainstru_core.testing.contracts.operators_cancellations import OperatorsContract
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.credits import give
from instainstru_core.testing.stories.debts import fund, unpaid
from instainstru_core.testing.stories.moves import move
from instainstru_core.testing.stories.payments import HOUR, effects
from instainstru_core.testing.strategies.payments import Till

PRICE = 10_080


def ask_again(till: Till, booking: Booking, card_id: CardId | None = None) -> Payment:
    """The student has the card asked now, or another one."""
    return change_card(
        ChangeCard(student_id=till.student, booking_id=booking.booking_id, card_id=card_id),
        begin=till.begin,
        gateway=till.gateway,
        ids=till.ids,
        clock=till.clock,
    )


def dearer(till: Till) -> PricingConfig:
    """Another version of the document holds from now on: the fee is higher."""
    till.pricing = evolve(till.pricing, version=till.pricing.version + 1, student_fee_bps=1500)
    return till.pricing


class AskingCardsContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_12_an_old_hold_that_is_not_let_go_yet_keeps_no_card_from_being_asked(
        self, till: Till
    ) -> None:
        booking = till.hold(hours_ahead=24)
        till.pay(booking)
        till.work_off()
        lapse(till, booking, hours=40)
        till.processor.fail_next("void", Fault.ERROR_500, calls=4)
        moved = move(till, till.booking(booking), 2 * HOUR)
        assert moved.step is PaymentStep.SCHEDULED
        till.at(moved.booking.lesson.starts_at - 24 * HOUR)
        for _ in range(5):
            till.after(minutes=1)
        assert till.payment(moved.booking).state is PaymentState.AUTHORIZED
        assert effects(till).count(("void", PRICE)) == 1
        assert till.books().balanced

    def test_py_13_a_card_that_answers_late_is_given_up_on_at_twelve_hours(
        self, till: Till
    ) -> None:
        """Also one that the student had asked, before the hold fell due by itself."""
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        till.clock.set(booking.lesson.starts_at - 24 * HOUR + timedelta(minutes=1))
        till.processor.fail_next("authorise", Fault.TIMEOUT_BEFORE, calls=5000)
        with pytest.raises(OutcomeUnknown):
            ask_again(till, booking)
        till.work_off()
        for minute in range(5):
            till.at(booking.lesson.starts_at - 12 * HOUR + timedelta(minutes=minute))
        assert isinstance(till.booking(booking).state, Cancelled)

    def test_py_15_with_24_hours_left_to_the_second_the_card_is_only_swapped(
        self, till: Till
    ) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        other = till.add_card("pm_card_mastercard")
        till.clock.set(booking.lesson.starts_at - 24 * HOUR)
        swapped = ask_again(till, booking, other.card_id)
        assert (swapped.state, swapped.card_id) == (PaymentState.SCHEDULED, other.card_id)
        till.work_off()
        assert till.payment(booking).state is PaymentState.AUTHORIZED

    def test_py_15_a_void_without_an_answer_keeps_nobody_from_paying(self, till: Till) -> None:
        booking = unpaid(till)
        till.processor.fail_next("void", Fault.TIMEOUT_BEFORE, calls=3)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).state is PaymentState.PAYMENT_METHOD_REQUIRED
        paid = ask_again(till, booking, till.add_card("pm_card_visa").card_id)
        assert paid.settled
        till.after(minutes=2)
        assert till.books().balanced

    def test_py_9_another_card_is_asked_while_the_first_is_not_let_go_yet(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        careful = till.add_card("pm_card_three_d_secure")
        assert till.pay(booking, careful).client_secret is not None
        till.processor.fail_next("void", Fault.TIMEOUT_BEFORE, calls=1)
        broke = till.add_card("pm_card_insufficient_funds")
        with pytest.raises(OutcomeUnknown):
            till.pay(booking, broke)
        with till.begin() as work:
            payment = work.payments.find_for_update(booking.booking_id)
            assert payment is not None
            void, asked = [
                each for each in work.payment_operations.of(payment.payment_id) if not each.finished
            ]
            work.payment_operations.save(asked.fail("insufficient_funds"))
        assert void.target
        assert till.pay(booking).booking_confirmed
        till.after(minutes=2)
        assert till.balances()
        assert till.books().balanced

    def test_pr_10_what_the_cardholder_confirmed_is_what_is_paid(self, till: Till) -> None:
        """The price is frozen with the first try: a later one does not change it."""
        booking = till.hold(hours_ahead=20)
        careful = till.add_card("pm_card_three_d_secure")
        agreed = till.price(booking)
        request = CheckOut(
            student_id=till.student,
            booking_id=booking.booking_id,
            fingerprint=agreed.fingerprint,
            card_id=careful.card_id,
        )
        asked = till.check_out(request)
        hold = till.payment(booking).hold
        assert hold is not None
        assert asked.client_secret is not None
        till.processor.confirm(hold.intent, asked.client_secret)
        dearer(till)
        done = till.check_out(request)
        assert done.booking_confirmed
        assert done.payment.breakdown == agreed

    def test_pr_14_who_agrees_to_the_new_price_pays_the_new_price(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        careful = till.add_card("pm_card_three_d_secure")
        assert till.pay(booking, careful).client_secret is not None
        dearer(till)
        with pytest.raises(QuoteChanged):
            till.check_out(
                CheckOut(
                    student_id=till.student,
                    booking_id=booking.booking_id,
                    fingerprint="0" * 64,
                    card_id=careful.card_id,
                )
            )
        again = till.pay(booking, careful)
        hold = till.payment(booking).hold
        assert hold is not None
        assert again.client_secret is not None
        till.processor.confirm(hold.intent, again.client_secret)
        assert till.pay(booking, careful).booking_confirmed
        payment = till.payment(booking)
        assert payment.breakdown.student_fee.cents == 1_350
        assert payment.granted.cents == 10_350

    def test_pr_14_after_a_refusal_the_price_that_is_shown_is_the_one_that_is_taken(
        self, till: Till
    ) -> None:
        """Whatever changed since the first try; the credit that it set aside stands."""
        give(till, 2_000)
        booking = till.hold(hours_ahead=20)
        with pytest.raises(CardDeclined):
            till.pay(booking, till.add_card("pm_card_insufficient_funds"), credit_cents=2_000)
        dearer(till)
        shown = price_booking(
            booking.booking_id,
            viewer=AccountId(till.student.value),
            credit_cents=0,
            begin=till.begin,
            clock=till.clock,
            config=till.pricing,
        )
        assert (shown.student_fee.cents, shown.credit.cents) == (1_350, 2_000)
        paid = till.check_out(
            CheckOut(
                student_id=till.student,
                booking_id=booking.booking_id,
                fingerprint=shown.fingerprint,
                card_id=till.card.card_id,
            )
        )
        assert paid.booking_confirmed
        assert paid.payment.breakdown == shown

    def test_pr_4_with_nothing_to_charge_it_is_authorised_at_once(self, till: Till) -> None:
        till.pricing = evolve(till.pricing, student_fee_bps=0)
        fund(till)
        booking = till.hold(hours_ahead=72)
        give(till, 9_000)
        paid = till.pay(booking, credit_cents=9_000)
        assert paid.payment.breakdown.card_amount.cents == 0
        assert paid.payment.state is PaymentState.AUTHORIZED
        assert isinstance(till.booking(booking).state, Confirmed)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert till.books().balanced

    def test_pr_6_a_raised_floor_keeps_no_agreed_lesson_from_moving(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        high = Money(50_000)
        till.pricing = evolve(till.pricing, version=2, floor_in_person=high, floor_remote=high)
        moved = move(till, booking, 48 * HOUR)
        assert till.payment(moved.booking).breakdown.card_amount.cents == PRICE

    def test_py_23_a_retry_asks_the_default_card(self, till: Till) -> None:
        booking = unpaid(till)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).state is PaymentState.PAYMENT_METHOD_REQUIRED
        good = till.default_card("pm_card_mastercard")
        till.after(hours=4)
        payment = till.payment(booking)
        assert (payment.card_id, payment.outcome) == (good.card_id, Outcome.LESSON_COMPLETED)

    @pytest.mark.parametrize(
        ("policy", "outcome"),
        [
            (MoneyPolicy.FULL_REFUND, Outcome.ADMIN_REFUND),
            (MoneyPolicy.NO_REFUND, Outcome.ADMIN_NO_REFUND),
        ],
    )
    def test_py_39_a_lesson_whose_hold_lapsed_once_is_called_off_all_the_same(
        self, till: Till, policy: MoneyPolicy, outcome: Outcome
    ) -> None:
        """Its card was refused after the lesson began (PY-16), and another one was granted."""
        booking = held(till, card="pm_card_declines_off_session")
        till.at(booking.lesson.starts_at + HOUR)
        lapse(till, booking, hours=5)
        refresh(till)
        assert till.payment(booking).failed_capture
        ask_again(till, booking, till.add_card("pm_card_visa").card_id)
        assert till.payment(booking).state is PaymentState.AUTHORIZED
        OperatorsContract().cancel(till, booking, policy)
        till.work_off()
        payment = till.payment(booking)
        assert (payment.state, payment.outcome) == (PaymentState.SETTLED, outcome)
        assert till.books().balanced

    def test_py_24_three_days_are_over_however_late_the_last_try_was(self, till: Till) -> None:
        fund(till)
        booking = unpaid(till)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        failure = till.payment(booking).failure
        assert failure is not None
        for hours in (4, 8, 12):
            till.at(failure.first_at + hours * HOUR)
        till.clock.set(failure.first_at + 71 * HOUR)
        with pytest.raises(CardDeclined):
            ask_again(till, booking, till.add_card("pm_card_insufficient_funds").card_id)
        till.at(failure.first_at + 72 * HOUR)
        assert till.payment(booking).review_reason == "capture_escalated"
