"""A lesson's money from checkout to settlement, over any adapter and the simulated processor."""

from datetime import timedelta

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.errors.life import BookingNotFound, HoldExpired, WrongState
from instainstru_core.booking.errors.refusals import InstructorNotBookable
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Confirmed, Pending
from instainstru_core.booking.terms import CancelKind, Party, PolicyCase
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import (
    BookingCancelledMeanwhile,
    CardDeclined,
    CardNotFound,
    InstructorNotPayable,
    OutcomeUnknown,
    PaymentMethodRequired,
    PaymentNotRetryable,
    QuoteChanged,
)
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.holds import FailureKind
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.processor_events import ProcessorEvent
from instainstru_core.payments.use_cases.change_card import ChangeCard, change_card
from instainstru_core.payments.use_cases.check_out import CheckOut
from instainstru_core.payments.use_cases.keep_card import NamedCard, remove_card
from instainstru_core.payments.use_cases.open_payout_account import refresh_payout_account
from instainstru_core.payments.use_cases.payouts.hear_account import hear_account
from instainstru_core.payments.use_cases.process_processor_event import process_processor_event
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.strategies.payments import Till

HOUR = timedelta(hours=1)


def effects(till: Till) -> list[tuple[str, int]]:
    """What really happened at the processor to money, in order."""
    moved = {"authorisation", "capture", "void", "transfer", "refund"}
    return [(each.kind, each.amount_cents) for each in till.processor.effects if each.kind in moved]


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


class CancellingContract:
    """Inherit, and provide the `till` fixture."""

    @pytest.mark.parametrize(
        ("by", "case", "outcome"),
        [
            (Party.STUDENT, PolicyCase.STUDENT_GE24, Outcome.STUDENT_CANCELLED),
            (Party.INSTRUCTOR, PolicyCase.INSTRUCTOR, Outcome.INSTRUCTOR_CANCELLED),
        ],
    )
    def test_py_31_38_before_the_card_was_asked(
        self, till: Till, by: Party, case: PolicyCase, outcome: Outcome
    ) -> None:
        booking = till.hold()
        till.pay(booking)
        till.cancel(booking, by, case)
        till.work_off()
        assert till.payment(booking).outcome is outcome
        till.at(booking.lesson.starts_at - 24 * HOUR)
        assert effects(till) == []

    def test_py_38_a_hold_is_voided(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        till.pay(booking)
        till.cancel(booking, Party.INSTRUCTOR, PolicyCase.INSTRUCTOR)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.INSTRUCTOR_CANCELLED
        assert effects(till) == [("authorisation", 10_080), ("void", 10_080)]
        assert till.balances() == {}

    def test_py_37_a_hold_nobody_paid_leaves_nothing(self, till: Till) -> None:
        booking = till.hold()
        till.cancel(booking, Party.STUDENT, PolicyCase.PENDING_UNPAID)
        till.work_off()
        with till.begin() as work:
            assert work.payments.find_for_update(booking.booking_id) is None

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE])
    def test_py_62_a_void_without_an_answer_is_repeated(self, till: Till, fault: Fault) -> None:
        booking = till.hold(hours_ahead=20)
        till.pay(booking)
        till.processor.fail_next("void", fault)
        till.cancel(booking, Party.INSTRUCTOR, PolicyCase.INSTRUCTOR)
        till.work_off()
        assert not till.payment(booking).settled
        till.after(minutes=1)
        assert till.payment(booking).settled
        assert [kind for kind, _ in effects(till)] == ["authorisation", "void"]


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


class PayoutsContract:
    """Inherit, and provide the `till` fixture."""

    def can_be_paid(self, till: Till, *, payable: bool) -> None:
        """The processor stops paying the instructor, or begins again, and says so."""
        for account in till.processor.books.accounts.values():
            account.is_onboarded = payable
        refresh_payout_account(
            till.classroom.instructor, begin=till.begin, gateway=till.gateway, clock=till.clock
        )

    def unpaid(self, till: Till) -> Booking:
        """A lesson whose money was taken while its instructor could not be paid."""
        booking = till.hold(hours_ahead=20)
        till.pay(booking)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        self.can_be_paid(till, payable=False)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).state is PaymentState.CAPTURED
        return booking

    def test_py_47_an_account_that_can_be_paid_again_is_paid_at_once(self, till: Till) -> None:
        booking = self.unpaid(till)
        self.can_be_paid(till, payable=True)
        till.work_off()
        assert till.payment(booking).settled
        till.after(days=1)
        assert effects(till) == [("authorisation", 10_080), ("capture", 10_080), ("transfer", 7650)]
        assert till.books().balanced

    def test_py_47_also_what_was_given_up_on(self, till: Till) -> None:
        booking = self.unpaid(till)
        for hours in (1, 2, 3, 13, 14):
            till.after(hours=hours)
        assert till.payment(booking).review_reason == "transfer_failed"
        self.can_be_paid(till, payable=True)
        till.work_off()
        assert till.payment(booking).settled
        assert effects(till)[-1] == ("transfer", 7650)
        assert till.books().balanced

    def test_py_47_even_if_nobody_heard_that_it_could_not_be_paid(self, till: Till) -> None:
        (account,) = till.processor.books.accounts
        booking = till.hold(hours_ahead=20)
        till.pay(booking)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.processor.change_account(account, charges_enabled=False)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        for hours in (1, 2, 3, 13, 14):
            till.after(hours=hours)
        assert till.payment(booking).review_reason == "transfer_failed"
        till.processor.change_account(account)
        for _ in range(2):
            hear_account(account, begin=till.begin, gateway=till.gateway, clock=till.clock)
        till.work_off()
        assert till.payment(booking).settled
        assert effects(till)[-1] == ("transfer", 7650)
        assert till.books().balanced

    def test_py_47_what_is_paid_is_not_paid_again(self, till: Till) -> None:
        booking = self.unpaid(till)
        self.can_be_paid(till, payable=True)
        till.work_off()
        before = effects(till), till.payment(booking)
        self.can_be_paid(till, payable=False)
        self.can_be_paid(till, payable=True)
        till.work_off()
        assert (effects(till), till.payment(booking)) == before

    def test_py_47_a_refused_transfer_is_tried_again_and_then_reviewed(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        till.pay(booking)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        with till.begin() as work:
            account = work.connect_accounts.find(till.classroom.instructor)
            assert account is not None
            work.connect_accounts.keep(
                type(account)(
                    instructor_id=account.instructor_id,
                    account="acct_nobody",
                    charges_enabled=True,
                    details_submitted=True,
                    opened_at=account.opened_at,
                )
            )
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).state is PaymentState.CAPTURED
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == -7650
        for wait in (
            timedelta(minutes=1),
            timedelta(minutes=5),
            timedelta(minutes=30),
            timedelta(hours=2),
            timedelta(hours=12),
        ):
            assert till.payment(booking).state is PaymentState.CAPTURED
            till.at(till.clock.now() + wait)
        payment = till.payment(booking)
        assert (payment.state, payment.review_reason) == (
            PaymentState.MANUAL_REVIEW,
            "transfer_failed",
        )
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == -7650
        assert till.payment(booking).breakdown.payout == Money(7650)
