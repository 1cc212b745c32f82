"""Money that waits for what becomes of a report or an issue, over any adapter.

Stories with the simulated processor. Source: PY-40…PY-46, BK-39, BK-41.
"""

import pytest

from instainstru_core.accounts.model import Role
from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import NoShow
from instainstru_core.booking.terms import NoShowType
from instainstru_core.booking.use_cases.open_issue import OpenIssue, open_issue
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.use_cases.resolve_issue import ResolveIssue, resolve_issue
from instainstru_core.booking.use_cases.resolve_no_show import ResolveNoShow, resolve_no_show
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.endings import (
    FULL,
    HELD,
    PAID,
    RETURNED,
    TAKEN,
    VOIDED,
    held,
    locked,
    operator,
)
from instainstru_core.testing.stories.payments import HOUR, effects
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.strategies.payments import Till


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
