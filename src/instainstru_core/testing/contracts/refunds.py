"""Refunds after a lesson was settled, with the books balanced, over any adapter.

Stories with the simulated processor. Source: PY-52…PY-54, Appendix A rows 19, 22, 23.
"""

from datetime import datetime, timedelta

import pytest

from instainstru_core.accounts.model import Role
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import BookingStatus
from instainstru_core.kernel.errors import Forbidden, InvalidState
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.errors import NothingToRefund, OutcomeUnknown, PaymentNotFound
from instainstru_core.payments.ids import PaymentId, RefundId
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.refunds.errors import (
    AlreadyRefunded,
    AmountExceedsRemaining,
    RefundNotFound,
    RefundWindowClosed,
)
from instainstru_core.payments.refunds.model import RefundState
from instainstru_core.payments.refunds.plan import Bearer, RefundReason
from instainstru_core.payments.use_cases.refunds.hear_refund import hear_refund
from instainstru_core.payments.use_cases.refunds.order_refund import OrderRefund, order_refund
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.endings import (
    ALL_CREDIT,
    FEE,
    FULL,
    PAYOUT,
    PRICE,
    call_off,
    credit,
    held,
    locked,
    operator,
)
from instainstru_core.testing.stories.payments import HOUR, effects
from instainstru_core.testing.stories.refunds import give_back, moved, refund_of, settled
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.strategies.payments import Till


class RefundsContract:
    """Inherit, and provide the `till` fixture."""

    def test_a_full_refund_by_the_instructor(self, till: Till) -> None:
        """PY-53, PY-54, rows 19 and 23: r = A, v = P, the platform absorbs r - v."""
        booking = settled(till)
        refund = give_back(till, booking, reason=RefundReason.DISPUTE)
        assert refund.state is RefundState.SUCCEEDED
        assert refund.plan.full
        payment = till.payment(booking)
        assert payment.state is PaymentState.SETTLED
        assert payment.outcome is Outcome.DISPUTE_REFUND
        assert till.booking(booking).status is BookingStatus.COMPLETED
        assert till.balances() == {
            Account.STUDENT_FEE_REVENUE: -FEE,
            Account.COMMISSION_REVENUE: -1350,
            Account.REFUNDS_CONTRA: PRICE - PAYOUT,
        }
        assert moved(till)[-2:] == [("refund", PRICE), ("reversal", PAYOUT)]
        assert till.books().balanced

    def test_a_full_refund_by_the_platform_leaves_the_payout(self, till: Till) -> None:
        """PY-52: goodwill is the platform's."""
        booking = settled(till)
        refund = give_back(till, booking)
        assert refund.plan.bearer is Bearer.PLATFORM
        assert till.payment(booking).outcome is Outcome.ADMIN_REFUND
        assert till.balances()[Account.REFUNDS_CONTRA] == PRICE
        assert till.balances()[Account.CONNECT_BALANCE] == PAYOUT
        assert till.books().balanced

    def test_a_partial_refund_changes_no_outcome(self, till: Till) -> None:
        """PY-53: v = half_up(r x P / (LP + SF)) = half_up(2500 x 7650 / 10080) = 1897."""
        booking = settled(till)
        refund = give_back(till, booking, 2500, reason=RefundReason.DISPUTE)
        assert refund.plan.reversed == Money(1897)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert till.balances()[Account.REFUNDS_CONTRA] == 2500 - 1897
        rest = give_back(till, booking, reason=RefundReason.DISPUTE)
        assert rest.plan.card == Money(PRICE - 2500)
        assert rest.plan.full
        assert rest.plan.reversed == Money(PAYOUT - 1897)
        assert till.balances()[Account.REFUNDS_CONTRA] == PRICE - PAYOUT
        assert till.books().balanced

    def test_no_more_than_is_left(self, till: Till) -> None:
        """PY-53, AD-6."""
        booking = settled(till)
        with pytest.raises(AmountExceedsRemaining) as refusal:
            give_back(till, booking, PRICE + 1)
        assert refusal.value.facts() == {"refundable_cents": PRICE}
        give_back(till, booking)
        with pytest.raises(AlreadyRefunded):
            give_back(till, booking, 1)
        assert [each for each in effects(till) if each[0] == "refund"] == [("refund", PRICE)]

    def test_only_those_who_manage_money(self, till: Till) -> None:
        """PY-52."""
        booking = settled(till)
        with pytest.raises(Forbidden):
            give_back(till, booking, who=signed_in(till.student, Role.STUDENT))

    def test_the_card_takes_refunds_for_180_days(self, till: Till) -> None:
        """PY-54: exactly 180 days after the capture it still does."""
        booking = settled(till)
        till.clock.move(timedelta(days=180))
        assert give_back(till, booking, 100).state is RefundState.SUCCEEDED
        till.clock.move(timedelta(seconds=1))
        with pytest.raises(RefundWindowClosed):
            give_back(till, booking, 100)

    def test_issued_credit_is_revoked_with_a_full_refund(self, till: Till) -> None:
        """PY-53: u = 9000 is unspent, so nothing of it stays with the student."""
        booking = held(till)
        till.at(booking.lesson.starts_at - 20 * HOUR)
        call_off(till, booking)
        till.work_off()
        assert till.balances() == ALL_CREDIT
        refund = give_back(till, booking)
        assert (refund.plan.card, refund.plan.revoked) == (Money(PRICE), Money(9000))
        assert credit(till).balance.available == NOTHING
        assert till.balances() == {
            Account.STUDENT_FEE_REVENUE: -FEE,
            Account.REFUNDS_CONTRA: FEE,
        }

    @pytest.mark.parametrize(
        ("reason", "counted"), [(RefundReason.DISPUTE, 0), (RefundReason.GOODWILL, 1)]
    )
    def test_a_blamed_lesson_counts_for_no_level(
        self, till: Till, reason: RefundReason, counted: int
    ) -> None:
        """PR-17: once it is fully refunded with the instructor at fault."""
        booking = settled(till)
        since = till.clock.now() - timedelta(days=30)
        give_back(till, booking, 100, reason=reason)
        assert _completed(till, booking, since) == 1
        give_back(till, booking, reason=reason)
        assert _completed(till, booking, since) == counted

    def test_an_instructor_who_never_came(self, till: Till) -> None:
        """PY-54: the booking becomes a no-show."""
        booking = settled(till)
        give_back(till, booking, reason=RefundReason.INSTRUCTOR_NO_SHOW)
        till.work_off()
        assert till.booking(booking).status is BookingStatus.NO_SHOW
        assert till.payment(booking).outcome is Outcome.INSTRUCTOR_NO_SHOW
        assert till.books().balanced

    def test_a_hold_is_let_go_instead(self, till: Till) -> None:
        """PY-54: nothing was captured, so nothing is refunded; the lesson is off."""
        booking = held(till)
        refund = give_back(till, booking)
        till.work_off()
        assert refund.state is RefundState.CLOSED
        assert till.booking(booking).status is BookingStatus.CANCELLED
        assert till.payment(booking).outcome is Outcome.ADMIN_REFUND
        assert till.balances() == {}
        assert effects(till)[-1] == ("void", PRICE)

    def test_a_taught_lesson_not_captured_yet(self, till: Till) -> None:
        """PY-54: the booking stays completed, and its hold is let go."""
        booking = held(till)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.work_off()
        give_back(till, booking, reason=RefundReason.DISPUTE)
        till.work_off()
        assert till.booking(booking).status is BookingStatus.COMPLETED
        assert till.payment(booking).outcome is Outcome.DISPUTE_REFUND
        assert till.balances() == {}

    def test_locked_money_goes_back_out_of_escrow(self, till: Till) -> None:
        """PY-54, row 22."""
        booking = locked(till)
        with pytest.raises(InvalidState):
            give_back(till, booking, 100)
        give_back(till, booking)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.ADMIN_REFUND
        assert till.balances() == {}

    @pytest.mark.parametrize("by_operator", [True, False])
    def test_what_the_ending_gave_back_is_not_given_back_again(
        self, till: Till, by_operator: bool
    ) -> None:
        """PY-53, AD-6: locked money went back whole when the lesson was called off."""
        booking = locked(till)
        if by_operator:
            give_back(till, booking)
        else:
            call_off(till, booking, by_instructor=True)
        till.work_off()
        with pytest.raises(AlreadyRefunded):
            give_back(till, booking)
        assert [each for each in moved(till) if each[0] == "refund"] == [("refund", PRICE)]

    def test_nothing_was_taken(self, till: Till) -> None:
        """AD-6: a lesson called off in time cost nothing."""
        booking = till.hold()
        till.pay(booking)
        call_off(till, booking)
        till.work_off()
        with pytest.raises(NothingToRefund):
            give_back(till, booking)

    def test_a_refused_refund_is_looked_into(self, till: Till) -> None:
        """PY-54: nothing moved, and the credit that waited is the student's again."""
        booking = settled(till)
        before, hold = till.balances(), till.payment(booking).hold
        assert hold is not None
        till.processor.open_dispute(hold.intent)  # The platform has not heard of it yet.
        refund = give_back(till, booking, reason=RefundReason.DISPUTE)
        assert refund.state is RefundState.FAILED
        payment = till.payment(booking)
        assert (payment.state, payment.review_reason) == (
            PaymentState.MANUAL_REVIEW,
            "refund_failed",
        )
        assert till.balances() == before

    def test_a_refund_that_fails_days_later(self, till: Till) -> None:
        """PY-54: the money is the platform's again, and somebody must look."""
        booking = settled(till)
        refund = give_back(till, booking)
        assert refund.reference is not None
        till.clock.move(timedelta(days=3))
        till.processor.fail_refund(refund.reference)
        for _ in range(2):
            hear_refund(
                refund.reference,
                begin=till.begin,
                gateway=till.gateway,
                ids=till.ids,
                clock=till.clock,
            )
        assert refund_of(till, refund.refund_id).state is RefundState.FAILED
        assert till.payment(booking).review_reason == "refund_failed"
        assert till.balances() == FULL

    def test_a_failed_reversal_never_stops_a_refund(self, till: Till) -> None:
        """PY-54: what the instructor owes shows as a negative payable."""
        booking = settled(till)
        with till.begin() as work:
            account = work.connect_accounts.find(booking.instructor)
        assert account is not None
        till.processor.pay_out(account.account)  # There is nothing left to take back.
        refund = give_back(till, booking, reason=RefundReason.DISPUTE)
        assert refund.state is RefundState.SUCCEEDED
        assert till.payment(booking).review_reason == "reversal_failed"
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == PAYOUT
        assert till.balances()[Account.REFUNDS_CONTRA] == PRICE - PAYOUT

    def test_a_lost_answer_is_swept_up(self, till: Till) -> None:
        """PY-62: one refund, whatever happens to its answer."""
        booking = settled(till)
        till.processor.fail_next("refund", Fault.TIMEOUT_AFTER)
        with pytest.raises(OutcomeUnknown):
            give_back(till, booking, reason=RefundReason.DISPUTE)
        till.after(minutes=2)
        assert till.payment(booking).outcome is Outcome.DISPUTE_REFUND
        assert [each for each in effects(till) if each[0] == "refund"] == [("refund", PRICE)]
        assert till.balances()[Account.REFUNDS_CONTRA] == PRICE - PAYOUT

    def test_there_is_no_such_payment(self, till: Till) -> None:
        order = OrderRefund(
            principal=operator(till),
            payment_id=till.ids.new(PaymentId),
            cents=None,
            reason=RefundReason.OTHER,
        )
        with pytest.raises(PaymentNotFound), till.begin() as work:
            order_refund(order, work=work, ids=till.ids, clock=till.clock)
        with pytest.raises(RefundNotFound):
            refund_of(till, till.ids.new(RefundId))

    def test_what_is_undone_was_never_ordered(self, till: Till) -> None:
        """AD-7: a preview does it and undoes it."""
        booking = settled(till)
        order = OrderRefund(
            principal=operator(till),
            payment_id=till.payment(booking).payment_id,
            cents=None,
            reason=RefundReason.OTHER,
        )
        with pytest.raises(_UndoneError), till.begin() as work:
            order_refund(order, work=work, ids=till.ids, clock=till.clock)
            raise _UndoneError
        with till.begin() as work:
            assert work.refunds.of(order.payment_id) == []


def _completed(till: Till, booking: Booking, since: datetime) -> int:
    with till.begin() as work:
        return work.instructor_tiers.facts(booking.instructor, since=since).completed


class _UndoneError(Exception):
    """Leaves a unit undone."""
