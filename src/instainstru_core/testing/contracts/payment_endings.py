"""Every way a lesson's money can end, with the books balanced, over any adapter.

Stories with the simulated processor. Source: PY-30…PY-46, BK-27, BK-29, BK-39, BK-41, BK-53.
"""

from datetime import timedelta
from itertools import pairwise

import pytest

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal, Role
from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.errors.life import BookingNotFound, LessonStarted, WrongState
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, NoShow
from instainstru_core.booking.terms import NoShowType, PolicyCase
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking
from instainstru_core.booking.use_cases.open_issue import OpenIssue, open_issue
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.use_cases.resolve_issue import ResolveIssue, resolve_issue
from instainstru_core.booking.use_cases.resolve_no_show import ResolveNoShow, resolve_no_show
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.credits.model import CreditLot, CreditSource
from instainstru_core.payments.errors import NothingToRefund, OutcomeUnknown
from instainstru_core.payments.ids import CreditLotId
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.planner import MoneyPolicy
from instainstru_core.payments.use_cases.cancel_lesson import (
    CancelByAdmin,
    CancelledLesson,
    cancel_by_admin,
    cancel_lesson,
)
from instainstru_core.payments.use_cases.preview_cancellation import (
    CancellationPreview,
    preview_cancellation,
)
from instainstru_core.payments.use_cases.read_credits import CreditsOf, read_credits
from instainstru_core.testing.contracts.payments import HOUR, effects
from instainstru_core.testing.contracts.rescheduling import move
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.strategies.payments import Till

# LP 9000 at 12 % and 15 %: SF 1080, IF 1350, P 7650, A 10080; half a lesson: T 4500, Y 3825, K 675.
PRICE, FEE, PAYOUT = 10_080, 1080, 7650
HELD, TAKEN = ("authorisation", PRICE), ("capture", PRICE)
VOIDED, RETURNED = ("void", PRICE), ("refund", PRICE)
PAID, HALF = ("transfer", PAYOUT), ("transfer", 3825)

ALL_CREDIT = {
    Account.PROCESSOR_BALANCE: PRICE,
    Account.CREDIT_AVAILABLE: -9000,
    Account.STUDENT_FEE_REVENUE: -FEE,
}
SPLIT = {
    Account.PROCESSOR_BALANCE: PRICE - 3825,
    Account.CREDIT_AVAILABLE: -4500,
    Account.STUDENT_FEE_REVENUE: -FEE,
    Account.COMMISSION_REVENUE: -675,
    Account.CONNECT_BALANCE: 3825,
    Account.CONNECT_OWNER: -3825,
}
FULL = {
    Account.PROCESSOR_BALANCE: PRICE - PAYOUT,
    Account.STUDENT_FEE_REVENUE: -FEE,
    Account.COMMISSION_REVENUE: -1350,
    Account.CONNECT_BALANCE: PAYOUT,
    Account.CONNECT_OWNER: -PAYOUT,
}


def operator(till: Till) -> Principal:
    """Somebody of the platform."""
    return signed_in(till.ids.new(StudentId), Role.ADMIN)


def call_off(till: Till, booking: Booking, *, by_instructor: bool = False) -> CancelledLesson:
    """One of the two cancels; what that leads to is not done yet."""
    who = (
        signed_in(booking.instructor, Role.INSTRUCTOR)
        if by_instructor
        else signed_in(booking.student)
    )
    request = CancelBooking(principal=who, booking_id=booking.booking_id, reason="ill")
    return cancel_lesson(request, begin=till.begin, ids=till.ids, clock=till.clock)


def look(till: Till, booking: Booking, *, by_instructor: bool = False) -> CancellationPreview:
    """What cancelling would do."""
    who = (
        signed_in(booking.instructor, Role.INSTRUCTOR)
        if by_instructor
        else signed_in(booking.student)
    )
    return preview_cancellation(
        booking.booking_id, principal=who, begin=till.begin, clock=till.clock
    )


def credit(till: Till) -> CreditsOf:
    """The student's credit."""
    return read_credits(till.student, read=till.read, clock=till.clock)


def held(till: Till) -> Booking:
    """A confirmed lesson in 72 hours whose money is held a day before."""
    booking = till.hold(hours_ahead=72)
    till.pay(booking)
    till.at(booking.lesson.starts_at - 24 * HOUR)
    assert till.payment(booking).state is PaymentState.AUTHORIZED
    return booking


def locked(till: Till) -> Booking:
    """A lesson that was moved 20 hours ahead, to two days later: its money is taken."""
    booking = till.hold(hours_ahead=20)
    till.pay(booking)
    moved = move(till, booking, timedelta(days=2)).booking
    assert till.payment(moved).state is PaymentState.LOCKED
    return moved


class LateCancellationContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_32_half_a_day_ahead_the_lesson_becomes_credit(self, till: Till) -> None:
        booking = held(till)
        till.at(booking.lesson.starts_at - 12 * HOUR)
        plan = call_off(till, booking).plan
        assert plan is not None
        assert (plan.outcome, plan.credit_issued) == (
            Outcome.STUDENT_CANCELLED_12_24,
            Money(9000),
        )
        assert isinstance(till.booking(booking).state, Cancelled), "the time is free at once"
        assert effects(till) == [HELD]
        till.work_off()
        assert till.payment(booking).outcome is Outcome.STUDENT_CANCELLED_12_24
        assert effects(till) == [HELD, TAKEN]
        assert till.balances() == ALL_CREDIT
        assert till.books().balanced

    def test_py_33_later_it_is_split(self, till: Till) -> None:
        booking = held(till)
        till.at(booking.lesson.starts_at - 12 * HOUR + timedelta(seconds=1))
        call_off(till, booking)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.STUDENT_CANCELLED_LT12
        assert effects(till) == [HELD, TAKEN, HALF]
        assert till.balances() == SPLIT
        assert till.books().balanced

    def test_cr_2_cr_9_cr_11_the_credit_can_be_seen_for_a_year(self, till: Till) -> None:
        booking = held(till)
        call_off(till, booking)  # Exactly 24 hours ahead nothing is charged yet.
        till.work_off()
        assert credit(till).balance.available == NOTHING
        booking = held(till)
        till.clock.move(timedelta(seconds=1))
        call_off(till, booking)
        till.work_off()
        seen = credit(till)
        assert [(lot.source, lot.amount) for lot in seen.lots] == [
            (CreditSource.CANCEL_12_24, Money(9000))
        ]
        granted_at = seen.lots[0].granted_at
        assert seen.balance.available == Money(9000)
        assert seen.balance.next_expiry_at == granted_at + timedelta(days=365)
        assert seen.balance.next_expiry_amount == Money(9000)
        till.clock.set(granted_at + timedelta(days=365))
        assert credit(till).balance.available == NOTHING

    def test_py_30_cancelling_again_answers_with_the_stored_plan(self, till: Till) -> None:
        booking = held(till)
        till.clock.move(timedelta(hours=1))
        first = call_off(till, booking).plan
        assert first is not None
        till.work_off()
        till.at(booking.lesson.ends_at)
        again = call_off(till, booking).plan
        assert again is not None
        assert (again.outcome, again.captured, again.credit_issued, again.payout) == (
            first.outcome,
            first.captured,
            first.credit_issued,
            first.payout,
        )
        till.work_off()
        assert effects(till) == [HELD, TAKEN]

    def test_py_36_a_hold_that_is_overdue_is_asked_for_first(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        till.clock.set(booking.lesson.starts_at - 20 * HOUR)  # Nobody asked the card in time.
        plan = call_off(till, booking).plan
        assert plan is not None
        assert plan.if_declined is Outcome.UNAUTHORIZED_CANCELLED
        till.work_off()
        assert till.payment(booking).outcome is Outcome.STUDENT_CANCELLED_12_24
        assert effects(till) == [HELD, TAKEN]
        assert till.balances() == ALL_CREDIT

    def test_py_36_where_it_is_declined_nothing_is_charged(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_declines_off_session"))
        till.clock.set(booking.lesson.starts_at - 20 * HOUR)
        call_off(till, booking)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.UNAUTHORIZED_CANCELLED
        assert till.payment(booking).settled
        assert effects(till) == []
        assert till.balances() == {}

    def test_py_36_so_late_that_a_person_must_know(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_declines_off_session"))
        till.clock.set(booking.lesson.starts_at - 2 * HOUR)
        call_off(till, booking)
        till.work_off()
        payment = till.payment(booking)
        assert (payment.state, payment.review_reason, payment.outcome) == (
            PaymentState.MANUAL_REVIEW,
            "missing_authorization",
            Outcome.UNAUTHORIZED_CANCELLED,
        )
        till.after(hours=100)
        assert effects(till) == []

    def test_py_36_a_card_that_refused_before_is_not_asked_again(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_declines_off_session"))
        till.at(booking.lesson.starts_at - 24 * HOUR)
        till.clock.move(timedelta(minutes=1))
        attempts = till.payment(booking).attempts
        call_off(till, booking)
        till.work_off()
        payment = till.payment(booking)
        assert (payment.outcome, payment.attempts) == (Outcome.UNAUTHORIZED_CANCELLED, attempts)

    @pytest.mark.parametrize("call", ["capture", "transfer"])
    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE, Fault.ERROR_500])
    def test_property_8_a_lost_answer_converges(self, till: Till, call: str, fault: Fault) -> None:
        booking = held(till)
        till.at(booking.lesson.starts_at - HOUR)
        till.processor.fail_next(call, fault, calls=2)
        call_off(till, booking)
        till.work_off()
        assert not till.payment(booking).settled
        for _ in range(3):
            till.after(minutes=1)
        assert till.payment(booking).settled
        assert effects(till) == [HELD, TAKEN, HALF]
        assert till.balances() == SPLIT

    def test_py_23_a_capture_that_fails_is_tried_with_another_card(self, till: Till) -> None:
        """The card is asked every four hours; another one pays what was decided."""
        booking = till.hold(hours_ahead=20)
        till.pay(booking, till.add_card("pm_card_fails_capture"))
        call_off(till, booking)
        till.work_off()
        payment = till.payment(booking)
        assert payment.failed_capture
        assert payment.closing is Outcome.STUDENT_CANCELLED_12_24
        assert Account.AUTH_HELD not in till.balances()
        till.swap_card(booking, "pm_card_visa")
        assert till.payment(booking).outcome is Outcome.STUDENT_CANCELLED_12_24
        assert till.balances() == ALL_CREDIT

    def test_py_24_after_72_hours_a_person_must_look(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        till.pay(booking, till.default_card("pm_card_fails_capture"))
        call_off(till, booking)
        for _ in range(20):
            till.after(hours=4)
        assert till.payment(booking).review_reason == "capture_escalated"
        assert credit(till).balance.available == NOTHING


class LockedEndingsContract:
    """Inherit, and provide the `till` fixture. Money that was taken at a late move (PY-34)."""

    def test_bk_27_half_a_day_ahead_all_of_it_is_credit(self, till: Till) -> None:
        booking = locked(till)
        cancelled = call_off(till, booking)
        state = cancelled.booking.state
        assert isinstance(state, Cancelled)
        assert state.policy_case is PolicyCase.LOCK_STUDENT_GE12
        till.work_off()
        assert till.payment(booking).outcome is Outcome.LOCKED_CANCELLED_GE12
        assert effects(till) == [HELD, TAKEN]
        assert till.balances() == ALL_CREDIT
        assert [lot.source for lot in credit(till).lots] == [CreditSource.LOCKED_CANCEL_GE12]

    def test_later_it_is_split(self, till: Till) -> None:
        booking = locked(till)
        till.at(booking.lesson.starts_at - HOUR)
        call_off(till, booking)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.LOCKED_CANCELLED_LT12
        assert effects(till) == [HELD, TAKEN, HALF]
        assert till.balances() == SPLIT

    def test_py_38_the_instructor_gives_all_of_it_back(self, till: Till) -> None:
        booking = locked(till)
        plan = call_off(till, booking, by_instructor=True).plan
        assert plan is not None
        assert plan.refunded == Money(PRICE)
        till.work_off()
        payment = till.payment(booking)
        assert payment.outcome is Outcome.INSTRUCTOR_CANCELLED
        assert payment.hold is not None
        assert payment.hold.status is HoldStatus.REFUNDED
        assert effects(till) == [HELD, TAKEN, RETURNED]
        assert till.balances() == {}
        assert till.books().balanced
        again = call_off(till, booking, by_instructor=True).plan
        assert again is not None
        assert again.refunded == Money(PRICE)

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE, Fault.ERROR_500])
    def test_property_8_a_refund_without_an_answer_is_repeated(
        self, till: Till, fault: Fault
    ) -> None:
        booking = locked(till)
        till.processor.fail_next("refund", fault, calls=2)
        call_off(till, booking, by_instructor=True)
        till.work_off()
        assert till.payment(booking).state is PaymentState.CAPTURED
        for _ in range(3):
            till.after(minutes=1)
        assert till.payment(booking).settled
        assert effects(till) == [HELD, TAKEN, RETURNED]
        assert till.balances() == {}

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE])
    def test_py_62_a_refund_of_long_ago_is_looked_up(self, till: Till, fault: Fault) -> None:
        booking = locked(till)
        till.processor.fail_next("refund", fault)
        call_off(till, booking, by_instructor=True)
        till.work_off()
        till.after(hours=23)
        till.after(minutes=1)
        assert till.payment(booking).settled
        assert effects(till) == [HELD, TAKEN, RETURNED]
        assert till.balances() == {}

    def test_py_19_a_lock_that_is_refused_after_it_was_called_off(self, till: Till) -> None:
        """What was decided is asked of the card once more, and then every four hours."""
        booking = till.hold(hours_ahead=20)
        till.pay(booking, till.add_card("pm_card_fails_capture"))
        till.processor.fail_next("capture", Fault.TIMEOUT_BEFORE)
        with pytest.raises(OutcomeUnknown):
            move(till, booking, timedelta(days=2))
        call_off(till, booking)
        till.after(minutes=1)
        payment = till.payment(booking)
        assert payment.failed_capture
        assert payment.closing is Outcome.STUDENT_CANCELLED_12_24
        assert till.balances() == {}
        till.swap_card(booking, "pm_card_visa")
        assert till.balances() == ALL_CREDIT

    def test_py_34_a_lesson_that_was_given_is_paid_as_any_other(self, till: Till) -> None:
        booking = locked(till)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert effects(till) == [HELD, TAKEN, PAID]
        assert till.balances() == FULL


class OperatorsContract:
    """Inherit, and provide the `till` fixture. PY-39, BK-53."""

    def cancel(self, till: Till, booking: Booking, policy: MoneyPolicy) -> CancelledLesson:
        request = CancelByAdmin(
            principal=operator(till),
            booking_id=booking.booking_id,
            policy=policy,
            reason="a burst pipe",
        )
        return cancel_by_admin(request, begin=till.begin, ids=till.ids, clock=till.clock)

    @pytest.mark.parametrize(
        ("policy", "outcome", "balances"),
        [
            (MoneyPolicy.FULL_REFUND, Outcome.ADMIN_REFUND, {}),
            (MoneyPolicy.FULL_CREDIT, Outcome.ADMIN_FULL_CREDIT, ALL_CREDIT),
            (MoneyPolicy.NO_REFUND, Outcome.ADMIN_NO_REFUND, FULL),
            (MoneyPolicy.STUDENT_POLICY, Outcome.STUDENT_CANCELLED_LT12, SPLIT),
        ],
    )
    def test_py_39_each_policy(
        self,
        till: Till,
        policy: MoneyPolicy,
        outcome: Outcome,
        balances: dict[Account, int],
    ) -> None:
        booking = held(till)
        till.at(booking.lesson.starts_at - HOUR)
        self.cancel(till, booking, policy)
        till.work_off()
        assert till.payment(booking).outcome is outcome
        assert till.balances() == balances
        assert till.books().balanced

    @pytest.mark.parametrize("policy", [MoneyPolicy.FULL_REFUND, MoneyPolicy.NO_REFUND])
    def test_py_39_after_the_start_an_operator_still_can(
        self, till: Till, policy: MoneyPolicy
    ) -> None:
        booking = held(till)
        till.at(booking.lesson.ends_at)
        self.cancel(till, booking, policy)
        till.work_off()
        assert till.payment(booking).settled

    def test_py_39_the_students_policy_ends_at_the_start(self, till: Till) -> None:
        booking = held(till)
        till.at(booking.lesson.starts_at)
        with pytest.raises(LessonStarted):
            self.cancel(till, booking, MoneyPolicy.STUDENT_POLICY)

    def test_bk_53_where_nothing_is_held_nothing_is_refunded(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        with pytest.raises(NothingToRefund):
            self.cancel(till, booking, MoneyPolicy.FULL_REFUND)
        assert not isinstance(till.booking(booking).state, Cancelled)

    def test_py_37_a_hold_nobody_paid_ends_without_money(self, till: Till) -> None:
        assert self.cancel(till, till.hold(), MoneyPolicy.FULL_CREDIT).plan is None

    def test_py_39_where_the_card_refuses_the_credit_nothing_is_charged(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_declines_off_session"))
        self.cancel(till, booking, MoneyPolicy.FULL_CREDIT)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.UNAUTHORIZED_CANCELLED

    def test_the_parties_are_no_operators(self, till: Till) -> None:
        booking = till.hold()
        request = CancelByAdmin(
            principal=signed_in(booking.student),
            booking_id=booking.booking_id,
            policy=MoneyPolicy.FULL_REFUND,
            reason="please",
        )
        with pytest.raises(Forbidden):
            cancel_by_admin(request, begin=till.begin, ids=till.ids, clock=till.clock)


class PreviewsContract:
    """Inherit, and provide the `till` fixture. BK-29: what is shown is what then happens."""

    @pytest.mark.parametrize("by_instructor", [False, True])
    @pytest.mark.parametrize("hours", [30, 24, 18, 12, 6])
    @pytest.mark.parametrize("kind", ["held", "locked", "declined"])
    def test_bk_29_what_is_shown_is_what_happens(
        self, till: Till, kind: str, hours: int, by_instructor: bool
    ) -> None:
        match kind:
            case "held":
                booking = till.hold(hours_ahead=72)
                till.pay(booking)
            case "locked":
                booking = locked(till)
            case _:
                booking = till.hold(hours_ahead=72)
                till.pay(booking, till.add_card("pm_card_declines_off_session"))
        if kind != "declined" or hours > 12:
            till.at(booking.lesson.starts_at - hours * HOUR)
        else:
            till.clock.set(booking.lesson.starts_at - hours * HOUR)
        shown = look(till, booking, by_instructor=by_instructor).now
        cancelled = call_off(till, booking, by_instructor=by_instructor)
        state = cancelled.booking.state
        assert isinstance(state, Cancelled)
        assert state.policy_case is shown.policy_case
        assert cancelled.plan == shown.plan
        assert shown.plan is not None
        till.work_off()
        ended = till.payment(booking).outcome
        assert ended in {shown.plan.outcome, shown.plan.if_declined}
        assert till.books().balanced

    def test_bk_29_when_it_will_be_something_else(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        preview = look(till, booking)
        start = booking.lesson.starts_at
        assert [stage.since for stage in preview.later] == [
            start - 24 * HOUR,
            start - 12 * HOUR,
            start,
        ]
        outcomes = [stage.plan and stage.plan.outcome for stage in (preview.now, *preview.later)]
        assert outcomes == [
            Outcome.STUDENT_CANCELLED,
            Outcome.STUDENT_CANCELLED_12_24,
            Outcome.STUDENT_CANCELLED_LT12,
            None,
        ]

    def test_bk_29_nothing_but_the_start_changes_an_instructors(self, till: Till) -> None:
        booking = held(till)
        preview = look(till, booking, by_instructor=True)
        assert [stage.since for stage in preview.later] == [booking.lesson.starts_at]

    def test_bk_29_each_stage_comes_true(self, till: Till) -> None:
        """Just after each instant the preview of then says what the one of before foresaw."""
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        stages = look(till, booking).later
        for stage, following in pairwise(stages):
            assert stage.since < following.since
            till.at(stage.since + timedelta(microseconds=1))
            now = look(till, booking).now
            assert (now.policy_case, now.plan) == (stage.policy_case, stage.plan)

    def test_bk_25_what_cannot_be_cancelled_has_no_preview(self, till: Till) -> None:
        booking = held(till)
        stranger = signed_in(till.ids.new(StudentId))
        with pytest.raises(BookingNotFound):
            preview_cancellation(
                booking.booking_id, principal=stranger, begin=till.begin, clock=till.clock
            )
        till.clock.set(booking.lesson.starts_at)
        with pytest.raises(LessonStarted):
            look(till, booking)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        with pytest.raises(WrongState):
            look(till, booking)


class ClaimedMoneyContract:
    """Inherit, and provide the `till` fixture. Reports and issues (PY-40…PY-46)."""

    def report(self, till: Till, booking: Booking, missing: NoShowType) -> None:
        """Somebody says that *missing* did not come."""
        who = (
            signed_in(booking.instructor, Role.INSTRUCTOR)
            if missing is NoShowType.STUDENT
            else signed_in(booking.student)
        )
        report_no_show(
            ReportNoShow(
                principal=None if missing is NoShowType.MUTUAL else who,
                booking_id=booking.booking_id,
                type=missing,
            ),
            begin=till.begin,
            clock=till.clock,
        )
        till.work_off()

    def resolve(self, till: Till, booking: Booking, resolution: Resolution) -> None:
        """An operator decides."""
        resolve_no_show(
            ResolveNoShow(
                principal=operator(till), booking_id=booking.booking_id, resolution=resolution
            ),
            begin=till.begin,
            clock=till.clock,
        )
        till.work_off()

    def reported(self, till: Till, missing: NoShowType, *, lock: bool = False) -> Booking:
        booking = locked(till) if lock else held(till)
        till.at(booking.lesson.ends_at)
        self.report(till, booking, missing)
        return booking

    def test_py_40_a_report_freezes_the_money(self, till: Till) -> None:
        booking = self.reported(till, NoShowType.INSTRUCTOR)
        payment = till.payment(booking)
        assert (payment.state, payment.review_reason, payment.resume_state) == (
            PaymentState.MANUAL_REVIEW,
            "no_show_reported",
            PaymentState.AUTHORIZED,
        )
        till.complete(booking)
        till.at(booking.lesson.ends_at + 30 * HOUR)
        assert till.payment(booking).frozen
        assert effects(till) == [HELD]

    @pytest.mark.parametrize("lock", [False, True])
    @pytest.mark.parametrize(
        ("missing", "outcome"),
        [
            (NoShowType.INSTRUCTOR, Outcome.INSTRUCTOR_NO_SHOW),
            (NoShowType.MUTUAL, Outcome.MUTUAL_NO_SHOW),
        ],
    )
    def test_py_43_py_45_the_student_has_it_all_back(
        self, till: Till, missing: NoShowType, outcome: Outcome, lock: bool
    ) -> None:
        booking = self.reported(till, missing, lock=lock)
        self.resolve(till, booking, Resolution.CONFIRMED_AFTER_REVIEW)
        assert isinstance(till.booking(booking).state, NoShow)
        assert till.payment(booking).outcome is outcome
        assert effects(till) == ([HELD, TAKEN, RETURNED] if lock else [HELD, VOIDED])
        assert till.balances() == {}
        assert till.books().balanced

    @pytest.mark.parametrize("lock", [False, True])
    def test_py_44_the_instructor_is_paid(self, till: Till, lock: bool) -> None:
        booking = self.reported(till, NoShowType.STUDENT, lock=lock)
        self.resolve(till, booking, Resolution.CONFIRMED_AFTER_REVIEW)
        assert till.payment(booking).outcome is Outcome.STUDENT_NO_SHOW
        assert effects(till) == [HELD, TAKEN, PAID]
        assert till.balances() == FULL

    def test_py_44_a_lesson_that_is_not_paid_yet_is_charged_first(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        till.clock.set(booking.lesson.ends_at)  # Nobody asked the card in time.
        self.report(till, booking, NoShowType.STUDENT)
        assert effects(till) in ([], [HELD])
        self.resolve(till, booking, Resolution.CONFIRMED_AFTER_REVIEW)
        assert till.payment(booking).outcome is Outcome.STUDENT_NO_SHOW
        assert till.balances() == FULL

    def test_py_42_cancelled_goes_on_as_if_nothing_had_been_said(self, till: Till) -> None:
        booking = held(till)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        self.report(till, booking, NoShowType.STUDENT)
        till.at(booking.lesson.ends_at + 40 * HOUR)
        assert till.payment(booking).frozen
        self.resolve(till, booking, Resolution.CANCELLED)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert effects(till) == [HELD, TAKEN, PAID]
        assert till.balances() == FULL

    def test_py_42_before_it_is_due_it_waits_as_it_would_have(self, till: Till) -> None:
        booking = held(till)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        self.report(till, booking, NoShowType.STUDENT)
        self.resolve(till, booking, Resolution.CANCELLED)
        payment = till.payment(booking)
        assert (payment.state, payment.review_reason) == (PaymentState.AUTHORIZED, None)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED

    def test_py_46_an_issue_freezes_it_and_upholding_pays(self, till: Till) -> None:
        booking = held(till)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        open_issue(
            OpenIssue(
                principal=signed_in(booking.student),
                booking_id=booking.booking_id,
                reason="It was over after ten minutes.",
            ),
            begin=till.begin,
            clock=till.clock,
        )
        till.work_off()
        assert till.payment(booking).review_reason == "completion_disputed"
        till.at(booking.lesson.ends_at + 48 * HOUR)
        resolve_issue(
            ResolveIssue(
                principal=operator(till),
                booking_id=booking.booking_id,
                outcome=IssueOutcome.UPHOLD,
            ),
            begin=till.begin,
            clock=till.clock,
        )
        till.work_off()
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert till.balances() == FULL

    def test_py_41_another_open_claim_keeps_it(self, till: Till) -> None:
        booking = self.reported(till, NoShowType.INSTRUCTOR)
        open_issue(
            OpenIssue(
                principal=signed_in(booking.student),
                booking_id=booking.booking_id,
                reason="And nobody answered the phone.",
            ),
            begin=till.begin,
            clock=till.clock,
        )
        self.resolve(till, booking, Resolution.CANCELLED)
        assert till.payment(booking).frozen

    def test_py_42_an_answer_that_comes_while_frozen_keeps_it_frozen(self, till: Till) -> None:
        """The hold was asked for, the answer got lost, somebody reported: it is held, and waits."""
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        till.clock.set(booking.lesson.starts_at)
        till.processor.fail_next("authorise", Fault.TIMEOUT_AFTER, calls=2)
        till.work_off()
        self.report(till, booking, NoShowType.INSTRUCTOR)
        for _ in range(3):
            till.after(minutes=1)
        payment = till.payment(booking)
        assert (payment.frozen, payment.resume_state) == (True, PaymentState.AUTHORIZED)
        self.resolve(till, booking, Resolution.CONFIRMED_AFTER_REVIEW)
        assert till.balances() == {}
        assert effects(till) == [HELD, VOIDED]


class CreditsContract:
    """Inherit, and provide the `till` fixture. The stores of credit."""

    def lot(self, till: Till, booking: Booking, *, cents: int, days_ago: int = 0) -> CreditLot:
        """A lot out of the booking's payment."""
        return CreditLot.granted(
            till.ids.new(CreditLotId),
            student_id=till.student,
            payment_id=till.payment(booking).payment_id,
            source=CreditSource.CANCEL_LT12,
            amount=Money(cents),
            at=till.clock.now() - timedelta(days=days_ago),
            expires_at=till.clock.now() + timedelta(days=365 - days_ago),
        )

    def test_cr_4_the_first_to_expire_comes_first(self, till: Till) -> None:
        bookings = [till.hold(hours_ahead=each) for each in (72, 75, 78)]
        for booking in bookings:
            till.pay(booking)
        lots = [
            self.lot(till, booking, cents=100, days_ago=days)
            for booking, days in zip(bookings, (1, 200, 365), strict=True)
        ]
        with till.begin() as work:
            for lot in lots:
                work.credit_lots.add(lot)
        assert list(credit(till).lots) == [lots[1], lots[0]], "the third expired"
        with till.read() as reads:
            stranger = till.ids.new(StudentId)
            assert reads.credit_queries.lots_of(stranger, now=till.clock.now()) == []

    def test_what_was_granted_is_granted_once(self, till: Till) -> None:
        """The same payment grants once for the same reason, however often it is asked to."""
        booking = till.hold()
        till.pay(booking)
        first = self.lot(till, booking, cents=100)
        for lot in (first, self.lot(till, booking, cents=100)):
            with till.begin() as work:
                work.credit_lots.add(lot)
        assert list(credit(till).lots) == [first]

    def test_a_unit_that_fails_grants_nothing(self, till: Till) -> None:
        booking = till.hold()
        till.pay(booking)
        with pytest.raises(KeyError), till.begin() as work:
            work.credit_lots.add(self.lot(till, booking, cents=100))
            raise KeyError
        assert list(credit(till).lots) == []
