"""Disputes of lessons whose payout is not where it belongs, over any adapter.

What waits, what was refused for good, what is on its way, and what a person looked into before.
Source: PY-47, PY-56…PY-58, PY-73, PY-83, Appendix A rows 18, 29, 30.
"""

from collections.abc import Callable

import pytest

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.money import Money
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.processor import DisputeStatus
from instainstru_core.payments.office.remedies import Remedy
from instainstru_core.payments.refunds.plan import RefundReason
from instainstru_core.payments.use_cases.payouts.hold_payouts import (
    HoldPayouts,
    hold_payouts,
    release_payouts,
)
from instainstru_core.testing.contracts.payment_reviews import (
    empty_account,
    fall_through,
    resolve,
)
from instainstru_core.testing.contracts.tips import can_be_paid
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.endings import FEE, FULL, PAYOUT, PRICE, held
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.stories.refunds import close, disputed, give_back, moved, settled
from instainstru_core.testing.strategies.payments import Till

DISPUTE_FEE = 1500
LOST = {
    Account.PROCESSOR_BALANCE: -DISPUTE_FEE,
    Account.STUDENT_FEE_REVENUE: -FEE,
    Account.COMMISSION_REVENUE: -1350,
    Account.DISPUTE_LOSS_EXPENSE: PRICE + DISPUTE_FEE - PAYOUT,
}
"""A lost dispute whose payout was never sent, or came back."""

WON = FULL | {
    Account.PROCESSOR_BALANCE: PRICE - PAYOUT - DISPUTE_FEE,
    Account.DISPUTE_LOSS_EXPENSE: DISPUTE_FEE,
}
"""A won one, with the payout where it belongs."""


def taken(till: Till) -> Booking:
    """A lesson whose money is taken at the next tick."""
    booking = held(till)
    till.at(booking.lesson.ends_at)
    till.complete(booking)
    return booking


def refused(till: Till) -> Booking:
    """A lesson whose payout the instructor's account refused: another try waits."""
    booking = taken(till)
    can_be_paid(till, payable=False)
    return taken_at(till, booking)


def taken_at(till: Till, booking: Booking) -> Booking:
    """The day after the lesson is over."""
    till.at(booking.lesson.ends_at + 24 * HOUR)
    assert till.payment(booking).state is PaymentState.CAPTURED
    return booking


def given_up(till: Till) -> Booking:
    """A lesson whose payout was refused to the last try."""
    booking = refused(till)
    for hours in (1, 2, 3, 13, 14):
        till.after(hours=hours)
    assert till.payment(booking).review_reason == "transfer_failed"
    return booking


class DisputedPayoutsContract:
    """Inherit, and provide the `till` fixture."""

    @pytest.mark.parametrize("how", [refused, given_up])
    def test_py_57_lost_the_instructor_gets_nothing_that_waited(
        self, till: Till, how: Callable[[Till], Booking]
    ) -> None:
        """Row 30: what is owed and was not sent is recovered, refused for good or not."""
        booking = how(till)
        close(till, disputed(till, booking), DisputeStatus.LOST)
        can_be_paid(till, payable=True)
        till.after(hours=2)
        assert till.payment(booking).outcome is Outcome.DISPUTE_LOST
        assert till.balances() == LOST
        assert till.books().balanced, "a breach would stop everybody's transfers (PY-86)"
        assert moved(till) == []

    @pytest.mark.parametrize("how", [refused, given_up])
    def test_py_57_won_what_waited_is_sent(
        self, till: Till, how: Callable[[Till], Booking]
    ) -> None:
        """And the lesson is settled."""
        booking = how(till)
        dispute = disputed(till, booking)
        for account in till.processor.books.accounts.values():
            account.is_onboarded = True  # The platform has not heard of it yet.
        close(till, dispute, DisputeStatus.WON)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert till.payment(booking).state is PaymentState.SETTLED
        assert till.balances() == WON

    def test_py_58_won_what_is_refused_still_goes_back_to_who_looked(self, till: Till) -> None:
        """PY-47: then the account can be paid again, and it goes."""
        booking = given_up(till)
        close(till, disputed(till, booking), DisputeStatus.WON)
        assert till.payment(booking).review_reason == "transfer_failed"
        can_be_paid(till, payable=True)
        till.work_off()
        assert till.payment(booking).state is PaymentState.SETTLED
        assert till.balances() == WON

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE, Fault.TIMEOUT_AFTER])
    @pytest.mark.parametrize("status", [DisputeStatus.WON, DisputeStatus.LOST])
    def test_py_56_what_is_on_its_way_is_waited_for(
        self, till: Till, fault: Fault, status: DisputeStatus
    ) -> None:
        """PY-65: a transfer without an answer is neither held nor taken back before it has one."""
        booking = taken(till)
        till.processor.fail_next("transfer", fault)
        till.clock.set(booking.lesson.ends_at + 24 * HOUR)
        till.work_off()
        dispute = disputed(till, booking)
        assert moved(till) == [("transfer", PAYOUT), ("reversal", PAYOUT)]
        close(till, dispute, status)
        till.after(minutes=5)
        lost = status is DisputeStatus.LOST
        assert till.balances() == (LOST if lost else WON)
        outcome = Outcome.DISPUTE_LOST if lost else Outcome.LESSON_COMPLETED
        assert till.payment(booking).outcome is outcome
        assert till.books().balanced

    def test_py_73_a_payout_that_is_held_is_not_paid_again_yet(self, till: Till) -> None:
        """PY-57: once it is let go, it is."""
        booking = settled(till)
        dispute = disputed(till, booking)
        who = booking.instructor
        hold = HoldPayouts(instructor_id=who, operator=till.ids.new(AccountId), reason="unclear")
        with till.begin() as work:
            hold_payouts(hold, work=work, at=till.clock.now())
        close(till, dispute, DisputeStatus.WON)
        till.after(hours=5)
        assert moved(till)[-1] == ("reversal", PAYOUT)
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == -PAYOUT
        with till.begin() as work:
            release_payouts(who, work=work, at=till.clock.now())
        till.after(hours=2)
        assert moved(till)[-1] == ("transfer", PAYOUT)
        assert till.payment(booking).state is PaymentState.SETTLED
        assert till.balances() == WON

    def test_py_86_what_a_lost_dispute_leaves_to_pay_is_no_breach(self, till: Till) -> None:
        """PY-57: the bank kept a part, and the rest of the payout waits; nobody else's does."""
        booking = taken(till)
        who = booking.instructor
        hold = HoldPayouts(instructor_id=who, operator=till.ids.new(AccountId), reason="unclear")
        with till.begin() as work:
            hold_payouts(hold, work=work, at=till.clock.now())
        dispute = disputed(till, taken_at(till, booking), Money(3000))
        close(till, dispute, DisputeStatus.LOST)
        assert till.payment(booking).outcome is Outcome.DISPUTE_LOST
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == 3000 - PAYOUT
        assert till.books().balanced
        with till.begin() as work:
            release_payouts(who, work=work, at=till.clock.now())
        till.after(hours=2)
        assert moved(till) == [("transfer", PAYOUT - 3000)]
        assert Account.INSTRUCTOR_PAYABLE not in till.balances()

    def test_py_58_a_refund_that_failed_before_is_still_to_be_made(self, till: Till) -> None:
        """The dispute hides it; the end of the dispute shows it again."""
        booking = settled(till)
        fall_through(till, booking)
        close(till, disputed(till, booking), DisputeStatus.WON)
        assert till.payment(booking).review_reason == "refund_failed"
        resolve(till, booking, Remedy.GIVE_CREDIT)
        assert till.payment(booking).state is PaymentState.SETTLED

    @pytest.mark.parametrize("status", [DisputeStatus.WON, DisputeStatus.LOST])
    def test_py_58_a_reversal_that_failed_before_is_still_owed(
        self, till: Till, status: DisputeStatus
    ) -> None:
        """Unless the platform bore it."""
        booking = settled(till)
        empty_account(till, booking)
        give_back(till, booking, 2500, reason=RefundReason.DISPUTE)
        close(till, disputed(till, booking, Money(3000)), status)
        assert till.payment(booking).review_reason == "reversal_failed"
        resolve(till, booking, Remedy.BEAR_REVERSAL)
        assert till.payment(booking).state is PaymentState.SETTLED
        assert till.books().balanced
