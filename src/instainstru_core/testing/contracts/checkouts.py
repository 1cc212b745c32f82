"""Checking out: who may, what is refused, and a card that is asked at once.

Stories over any adapter and the simulated processor. Source: PY-3, PY-7…PY-11, PR-14.
"""

from datetime import timedelta

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.errors.life import BookingNotFound, HoldExpired, WrongState
from instainstru_core.booking.errors.refusals import InstructorNotBookable
from instainstru_core.booking.model.states import Confirmed, Pending
from instainstru_core.booking.terms import Party, PolicyCase
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.payments.errors import (
    BookingCancelledMeanwhile,
    CardDeclined,
    CardNotFound,
    InstructorNotPayable,
    OutcomeUnknown,
    PaymentMethodRequired,
    QuoteChanged,
)
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.processor_events import ProcessorEvent
from instainstru_core.payments.use_cases.check_out import CheckOut
from instainstru_core.payments.use_cases.keep_card import NamedCard, remove_card
from instainstru_core.payments.use_cases.process_processor_event import process_processor_event
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.payments import effects
from instainstru_core.testing.strategies.payments import Till


class RefusalsContract:
    """Inherit, and provide the `till` fixture."""

    def test_somebody_elses_booking_is_not_found(self, till: Till) -> None:
        booking = till.hold()
        request = CheckOut(
            student_id=till.ids.new(StudentId),
            booking_id=booking.booking_id,
            fingerprint=till.price(booking).fingerprint,
        )
        with pytest.raises(BookingNotFound):
            till.check_out(request)

    def test_py_7_a_hold_that_is_over_cannot_be_paid(self, till: Till) -> None:
        booking = till.hold()
        till.clock.move(timedelta(minutes=30))
        with pytest.raises(HoldExpired):
            till.pay(booking)

    def test_py_7_py_8_a_lesson_that_began_cannot_be_paid(self, till: Till) -> None:
        """The hold is over by then, and that comes first."""
        booking = till.hold(hours_ahead=0.25)
        till.clock.move(timedelta(minutes=15))
        with pytest.raises(HoldExpired):
            till.pay(booking)

    def test_py_7_a_cancelled_booking_cannot_be_paid(self, till: Till) -> None:
        booking = till.hold()
        till.cancel(booking, Party.STUDENT, PolicyCase.PENDING_UNPAID)
        with pytest.raises(WrongState):
            till.pay(booking)

    def test_pr_14_the_price_must_be_the_one_agreed_to(self, till: Till) -> None:
        booking = till.hold()
        request = CheckOut(
            student_id=till.student, booking_id=booking.booking_id, fingerprint="0" * 64
        )
        with pytest.raises(QuoteChanged) as refused:
            till.check_out(request)
        assert refused.value.quote["fingerprint"] == till.price(booking).fingerprint

    def test_py_7_a_card_is_needed(self, till: Till) -> None:
        booking = till.hold()
        request = CheckOut(
            student_id=till.student,
            booking_id=booking.booking_id,
            fingerprint=till.price(booking).fingerprint,
            card_id=till.unknown_card(),
        )
        with pytest.raises(CardNotFound):
            till.check_out(request)
        named = NamedCard(student_id=till.student, card_id=till.card.card_id)
        remove_card(named, begin=till.begin, clock=till.clock)
        without = CheckOut(
            student_id=till.student,
            booking_id=booking.booking_id,
            fingerprint=till.price(booking).fingerprint,
        )
        with pytest.raises(PaymentMethodRequired):
            till.check_out(without)

    def test_py_3_the_instructor_must_be_payable(self, till: Till) -> None:
        booking = till.hold()
        with till.begin() as work:
            account = work.connect_accounts.find(till.classroom.instructor)
            assert account is not None
            work.connect_accounts.keep(
                type(account)(
                    instructor_id=account.instructor_id,
                    account=account.account,
                    charges_enabled=False,
                    details_submitted=True,
                    opened_at=account.opened_at,
                )
            )
        with pytest.raises(InstructorNotPayable):
            till.pay(booking)

    @pytest.mark.parametrize("hours_ahead", [20, 72])
    def test_bk_7_who_cannot_be_booked_any_more_cannot_be_paid_for(
        self, till: Till, hours_ahead: int
    ) -> None:
        """Spec 01 §9: a hold outlives neither a suspension nor a pause; confirming looks again."""
        booking = till.hold(hours_ahead=hours_ahead)
        with till.begin() as work:
            shown = work.instructors.get(till.classroom.instructor)
        for hidden in (evolve(shown, status_active=False), evolve(shown, is_live=False)):
            self._keep(till, hidden)
            with pytest.raises(InstructorNotBookable):
                till.pay(booking)
        self._keep(till, shown)
        assert till.pay(booking).booking_confirmed

    def _keep(self, till: Till, teacher: Instructor) -> None:
        with till.begin() as work:
            current = work.instructors.get_for_update(teacher.instructor_id)
            work.instructors.save(evolve(teacher, version=current.version))


class ImmediateHoldContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_9_a_decline_leaves_the_hold_and_another_card_may_pay(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        broke = till.add_card("pm_card_insufficient_funds")
        with pytest.raises(CardDeclined) as refused:
            till.pay(booking, broke)
        assert refused.value.facts() == {"decline_category": "insufficient_funds"}
        assert isinstance(till.booking(booking).state, Pending)
        assert till.pay(booking).booking_confirmed
        assert till.books().balanced

    def test_py_9_three_d_secure_is_finished_by_repeating(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        careful = till.add_card("pm_card_three_d_secure")
        asked = till.pay(booking, careful)
        assert asked.client_secret is not None
        assert not asked.booking_confirmed
        assert till.pay(booking, careful).client_secret == asked.client_secret
        hold = till.payment(booking).hold
        assert hold is not None
        till.processor.confirm(hold.intent, asked.client_secret)
        assert till.pay(booking, careful).booking_confirmed
        assert till.balances() == {Account.AUTH_HELD: 10_080, Account.AUTH_CONTRA: -10_080}

    def test_py_9_three_d_secure_is_finished_by_the_webhook(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        asked = till.pay(booking, till.add_card("pm_card_three_d_secure"))
        hold = till.payment(booking).hold
        assert hold is not None
        assert asked.client_secret is not None
        till.processor.confirm(hold.intent, asked.client_secret)
        for _ in range(2):
            process_processor_event(
                ProcessorEvent(
                    event_id="evt_1",
                    type="payment_intent.amount_capturable_updated",
                    object_id=hold.intent,
                ),
                begin=till.begin,
                gateway=till.gateway,
                ids=till.ids,
                clock=till.clock,
            )
        assert till.payment(booking).state is PaymentState.AUTHORIZED
        assert isinstance(till.booking(booking).state, Confirmed)

    def test_another_card_lets_the_unconfirmed_hold_go(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        till.pay(booking, till.add_card("pm_card_three_d_secure"))
        assert till.pay(booking).booking_confirmed
        assert [kind for kind, _ in effects(till)].count("void") == 1
        assert till.books().balanced

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE, Fault.ERROR_500])
    def test_py_62_a_lost_answer_is_asked_for_again_with_the_same_key(
        self, till: Till, fault: Fault
    ) -> None:
        booking = till.hold(hours_ahead=20)
        till.processor.fail_next("authorise", fault)
        with pytest.raises(OutcomeUnknown):
            till.pay(booking)
        assert isinstance(till.booking(booking).state, Pending)
        till.clock.move(timedelta(minutes=1))
        assert till.sweep() == 1
        assert isinstance(till.booking(booking).state, Confirmed)
        assert effects(till) == [("authorisation", 10_080)]

    def test_py_11_a_hold_for_a_booking_cancelled_meanwhile_is_voided(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        till.processor.fail_next("authorise", Fault.TIMEOUT_AFTER)
        with pytest.raises(OutcomeUnknown):
            till.pay(booking)
        till.cancel(booking, Party.STUDENT, PolicyCase.PENDING_UNPAID)
        till.work_off()
        till.after(minutes=2)
        payment = till.payment(booking)
        assert payment.outcome is Outcome.CHECKOUT_ABANDONED
        assert effects(till) == [("authorisation", 10_080), ("void", 10_080)]
        assert till.balances() == {}
        assert till.books().balanced

    def test_py_11_the_caller_hears_of_it(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        till.processor.fail_next("authorise", Fault.TIMEOUT_AFTER)
        with pytest.raises(OutcomeUnknown):
            till.pay(booking)
        till.clock.move(timedelta(minutes=29))
        # The answer comes after the hold's end: by then nobody wants the money any more.
        till.clock.move(timedelta(minutes=31))
        till.sweep()
        assert till.payment(booking).outcome is Outcome.CHECKOUT_ABANDONED
        with pytest.raises((HoldExpired, BookingCancelledMeanwhile)):
            till.pay(booking)
        assert till.balances() == {}
