"""Disputed charges, from the bank's question to its verdict, over any adapter.

Source: PY-56, PY-57, Appendix A rows 14, 27…30.
"""

import pytest

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import BookingStatus, Standing
from instainstru_core.kernel.errors import InvalidState
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.chargebacks.model import ChargebackStatus
from instainstru_core.payments.errors import NothingToRefund
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.operation import Matter, OperationKind
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.processor import DisputeSeen, DisputeStatus
from instainstru_core.payments.refunds.model import RefundState
from instainstru_core.testing.contracts.tips import tip
from instainstru_core.testing.stories.debts import debts, escalated, pay
from instainstru_core.testing.stories.endings import (
    FEE,
    FULL,
    PAYOUT,
    PRICE,
    call_off,
    credit,
    held,
    locked,
)
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.stories.refunds import (
    chargeback,
    close,
    disputed,
    give_back,
    hear,
    moved,
    settled,
    standing,
)
from instainstru_core.testing.strategies.payments import Till


def spent(till: Till) -> Booking:
    """A lesson that was called off late, and whose credit pays for another one."""
    booking = held(till)
    till.at(booking.lesson.starts_at - 20 * HOUR)
    call_off(till, booking)
    till.work_off()
    till.pay(till.hold(hours_ahead=200), credit_cents=9000)
    return booking


def settled_beside(till: Till) -> Booking:
    """A lesson that was taught and paid out, whatever else there is."""
    booking = held(till)
    till.at(booking.lesson.ends_at)
    till.complete(booking)
    till.at(booking.lesson.ends_at + 24 * HOUR)
    return booking


class ChargebacksContract:
    """Inherit, and provide the `till` fixture."""

    def test_lost(self, till: Till) -> None:
        """PY-56, PY-57, rows 27, 29 and 30: the instructor's part is recovered."""
        booking = settled(till)
        fee = 1500
        dispute = disputed(till, booking)
        payment = till.payment(booking)
        assert (payment.state, payment.review_reason) == (PaymentState.MANUAL_REVIEW, "chargeback")
        assert till.balances() == {
            Account.PROCESSOR_BALANCE: -fee,
            Account.STUDENT_FEE_REVENUE: -FEE,
            Account.COMMISSION_REVENUE: -1350,
            Account.DISPUTE_HOLD: PRICE,
            Account.DISPUTE_LOSS_EXPENSE: fee,
            Account.INSTRUCTOR_PAYABLE: -PAYOUT,
        }
        assert standing(till) is Standing.OK, "no credit was spent"
        close(till, dispute, DisputeStatus.LOST)
        payment = till.payment(booking)
        assert (payment.state, payment.outcome) == (PaymentState.SETTLED, Outcome.DISPUTE_LOST)
        assert till.balances() == {
            Account.PROCESSOR_BALANCE: -fee,
            Account.STUDENT_FEE_REVENUE: -FEE,
            Account.COMMISSION_REVENUE: -1350,
            Account.DISPUTE_LOSS_EXPENSE: PRICE + fee - PAYOUT,
        }
        assert standing(till) is Standing.RESTRICTED
        assert till.books().balanced
        with pytest.raises(NothingToRefund):
            give_back(till, booking)

    def test_won(self, till: Till) -> None:
        """PY-57, row 28: everything is as before, but for the fee."""
        booking = settled(till)
        dispute = disputed(till, booking)
        close(till, dispute, DisputeStatus.WON)
        payment = till.payment(booking)
        assert (payment.state, payment.outcome) == (
            PaymentState.SETTLED,
            Outcome.LESSON_COMPLETED,
        )
        assert till.balances() == {
            **FULL,
            Account.PROCESSOR_BALANCE: PRICE - PAYOUT - 1500,
            Account.DISPUTE_LOSS_EXPENSE: 1500,
        }
        assert moved(till)[-2:] == [("reversal", PAYOUT), ("transfer", PAYOUT)]
        assert standing(till) is Standing.OK
        assert till.books().balanced

    def test_an_inquiry_only_alerts(self, till: Till) -> None:
        """PY-56, PY-57: nothing was withdrawn, and nothing is kept from anybody."""
        booking = settled(till)
        dispute = disputed(till, booking, inquiry=True)
        assert till.payment(booking).state is PaymentState.SETTLED
        assert till.balances() == FULL
        close(till, dispute, DisputeStatus.INQUIRY_CLOSED)
        assert chargeback(till, dispute).status is ChargebackStatus.CLOSED
        assert till.balances() == FULL

    def test_an_inquiry_becomes_a_chargeback(self, till: Till) -> None:
        """Spec 02 §3.2."""
        booking = settled(till)
        dispute = disputed(till, booking, inquiry=True)
        till.processor.escalate_dispute(dispute)
        hear(till, dispute)
        assert chargeback(till, dispute).is_open
        assert till.payment(booking).review_reason == "chargeback"

    def test_never_more_than_is_disputed(self, till: Till) -> None:
        """PY-56: u, s and v are limited to the disputed amount."""
        booking = settled(till)
        dispute = disputed(till, booking, Money(3000))
        assert chargeback(till, dispute).recovery.payout == Money(3000)
        close(till, dispute, DisputeStatus.LOST)
        assert till.balances()[Account.CONNECT_BALANCE] == PAYOUT - 3000
        assert till.balances()[Account.DISPUTE_LOSS_EXPENSE] == 1500
        assert till.books().balanced

    def test_issued_credit_is_frozen_then_revoked(self, till: Till) -> None:
        """PY-56, PY-57, rows 14 and 30."""
        booking = held(till)
        till.at(booking.lesson.starts_at - 20 * HOUR)
        call_off(till, booking)
        till.work_off()
        dispute = disputed(till, booking)
        assert credit(till).balance.available == NOTHING
        assert till.balances()[Account.CREDIT_FROZEN] == -9000
        close(till, dispute, DisputeStatus.LOST)
        assert till.balances() == {
            Account.PROCESSOR_BALANCE: -1500,
            Account.STUDENT_FEE_REVENUE: -FEE,
            Account.DISPUTE_LOSS_EXPENSE: PRICE + 1500 - 9000,
        }

    def test_issued_credit_is_spendable_again_once_won(self, till: Till) -> None:
        """PY-57."""
        booking = held(till)
        till.at(booking.lesson.starts_at - 20 * HOUR)
        call_off(till, booking)
        till.work_off()
        dispute = disputed(till, booking)
        close(till, dispute, DisputeStatus.WON)
        assert credit(till).balance.available == Money(9000)
        assert till.payment(booking).outcome is Outcome.STUDENT_CANCELLED_12_24

    def test_py_56_nobody_books_before_the_last_such_dispute_closes(self, till: Till) -> None:
        """Two lessons whose credit was spent are disputed."""
        lessons = [spent(till), spent(till)]
        first, second = (disputed(till, lesson) for lesson in lessons)
        assert standing(till) is Standing.RESTRICTED
        close(till, first, DisputeStatus.WON)
        assert standing(till) is Standing.RESTRICTED, "the other is still open"
        close(till, second, DisputeStatus.WON)
        assert standing(till) is Standing.OK

    @pytest.mark.parametrize("which", ["opened first", "opened last"])
    def test_py_57_one_that_is_lost_meanwhile_is_an_operators_to_forgive(
        self, till: Till, which: str
    ) -> None:
        """However another one ends."""
        barring, taught = spent(till), settled_beside(till)
        if which == "opened first":
            won, lost = disputed(till, barring), disputed(till, taught)
        else:
            lost, won = disputed(till, taught), disputed(till, barring)
        till.clock.set(till.clock.now() + HOUR)
        close(till, lost, DisputeStatus.LOST)
        close(till, won, DisputeStatus.WON)
        assert standing(till) is Standing.RESTRICTED

    def test_lost_while_the_money_is_locked(self, till: Till) -> None:
        """PY-57: the escrow covers it, nobody is paid, and the lesson is off."""
        booking = locked(till)
        dispute = disputed(till, booking)
        close(till, dispute, DisputeStatus.LOST)
        assert till.booking(booking).status is BookingStatus.CANCELLED
        assert till.payment(booking).outcome is Outcome.DISPUTE_LOST
        assert till.balances() == {
            Account.PROCESSOR_BALANCE: -1500,
            Account.DISPUTE_LOSS_EXPENSE: 1500,
        }
        assert till.books().balanced

    def test_won_while_the_money_is_locked(self, till: Till) -> None:
        """PY-57: the lesson is taught and paid as if nothing had been."""
        booking = locked(till)
        dispute = disputed(till, booking)
        close(till, dispute, DisputeStatus.WON)
        assert till.payment(booking).state is PaymentState.LOCKED
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert till.balances()[Account.CONNECT_BALANCE] == PAYOUT

    def test_a_verdict_that_is_heard_first(self, till: Till) -> None:
        """PY-65: whatever was missed is made up for, in order."""
        booking = settled(till)
        hold = till.payment(booking).hold
        assert hold is not None
        seen = till.processor.open_dispute(hold.intent)
        assert isinstance(seen, DisputeSeen)
        till.processor.close_dispute(seen.dispute, DisputeStatus.LOST)
        hear(till, seen.dispute)
        assert till.payment(booking).outcome is Outcome.DISPUTE_LOST
        assert till.balances()[Account.DISPUTE_LOSS_EXPENSE] == PRICE + 1500 - PAYOUT
        assert till.books().balanced

    @pytest.mark.parametrize("status", [DisputeStatus.WON, DisputeStatus.LOST])
    def test_a_disputed_payment_of_a_debt_leaves_the_lesson_alone(
        self, till: Till, status: DisputeStatus
    ) -> None:
        """PY-26, PY-56: what the bank takes of it is the platform's loss; the lesson is settled."""
        booking = escalated(till)
        (debt,) = debts(till)
        pay(till, debt)
        assert till.payment(booking).state is PaymentState.SETTLED
        before = till.balances()
        with till.begin() as work:
            every = work.payment_operations.of(till.payment(booking).payment_id, Matter.DEBT)
        (intent,) = [each.processor_ref for each in every if each.kind is OperationKind.CHARGE]
        seen = till.processor.open_dispute(intent or "")
        assert isinstance(seen, DisputeSeen)
        hear(till, seen.dispute)
        close(till, seen.dispute, status)
        lost = debt.amount.cents if status is DisputeStatus.LOST else 0
        assert till.payment(booking).outcome is Outcome.CAPTURE_FAILURE_PAID
        assert till.balances() == {
            **before,
            Account.PROCESSOR_BALANCE: before[Account.PROCESSOR_BALANCE] - 1500 - lost,
            Account.DISPUTE_LOSS_EXPENSE: 1500 + lost,
        }
        assert till.books().balanced

    @pytest.mark.parametrize("status", [DisputeStatus.WON, DisputeStatus.LOST])
    def test_a_disputed_tip_leaves_the_lesson_alone(
        self, till: Till, status: DisputeStatus
    ) -> None:
        """PY-56: what the bank takes of a tip is the platform's loss; the lesson is settled."""
        booking = settled(till)
        intent = tip(till, booking).tip.intent
        assert intent is not None
        before = till.balances()
        seen = till.processor.open_dispute(intent)
        assert isinstance(seen, DisputeSeen)
        hear(till, seen.dispute)
        assert till.payment(booking).state is PaymentState.SETTLED
        assert till.balances()[Account.DISPUTE_HOLD] == 1000
        close(till, seen.dispute, status)
        lost = 1000 if status is DisputeStatus.LOST else 0
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert till.balances() == {
            **before,
            Account.PROCESSOR_BALANCE: before[Account.PROCESSOR_BALANCE] - 1500 - lost,
            Account.DISPUTE_LOSS_EXPENSE: 1500 + lost,
        }
        assert standing(till) is Standing.OK
        assert give_back(till, booking).state is RefundState.SUCCEEDED

    def test_a_refund_waits_for_the_bank(self, till: Till) -> None:
        """PY-58: a disputed payment is nobody's to touch."""
        booking = settled(till)
        disputed(till, booking)
        with pytest.raises(InvalidState):
            give_back(till, booking)
