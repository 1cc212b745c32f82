"""What a card never paid for three days: who taught is paid, the student owes it.

Stories over any adapter and the simulated processor. Source: PY-24, PY-25, PY-47, Appendix B.
"""

from datetime import timedelta

import pytest

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import Party, PolicyCase, Standing
from instainstru_core.payments.debts.model import DebtCause
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.use_cases.check_out import CheckOut
from instainstru_core.payments.use_cases.open_payout_account import refresh_payout_account
from instainstru_core.payments.use_cases.settle_payment import retry_capture
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.debts import (
    BROKE,
    COMMISSION,
    FEE,
    LESSON,
    PAYOUT,
    PRICE,
    debts,
    effects,
    escalated,
    fund,
    funded,
    pay,
    standing,
    unpaid,
    wait_out,
)
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.payments import Till


class EscalationContract:
    """Inherit, and provide the `till` fixture. PY-25 and Appendix B."""

    def test_py_25_a_taught_lesson_is_paid_and_owed(self, till: Till) -> None:
        booking = escalated(till)
        payment = till.payment(booking)
        assert (payment.state, payment.review_reason, payment.outcome) == (
            PaymentState.MANUAL_REVIEW,
            "capture_escalated",
            Outcome.CAPTURE_FAILURE_PAID,
        )
        (debt,) = debts(till)
        assert (debt.amount.cents, debt.cause) == (PRICE, DebtCause.ESCALATED)
        assert standing(till) is Standing.LOCKED
        assert effects(till)[-1] == ("transfer", PAYOUT)
        assert funded(till) == {
            Account.PROCESSOR_BALANCE: -PAYOUT,
            Account.STUDENT_FEE_REVENUE: -FEE,
            Account.COMMISSION_REVENUE: -COMMISSION,
            Account.STUDENT_RECEIVABLE: PRICE,
            Account.CONNECT_BALANCE: PAYOUT,
            Account.CONNECT_OWNER: -PAYOUT,
        }
        assert till.books().balanced

    def test_py_24_a_minute_before_three_days_it_is_only_tried(self, till: Till) -> None:
        booking = unpaid(till)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        failure = till.payment(booking).failure
        assert failure is not None
        till.clock.set(failure.first_at + 72 * HOUR - timedelta(minutes=1))
        self.look(till, booking)
        assert till.payment(booking).state is PaymentState.PAYMENT_METHOD_REQUIRED
        till.clock.set(failure.first_at + 72 * HOUR)
        self.look(till, booking)
        assert till.payment(booking).outcome is Outcome.CAPTURE_FAILURE_PAID

    def look(self, till: Till, booking: Booking) -> None:
        """Do what the timer does."""
        retry_capture(
            till.payment(booking).payment_id,
            begin=till.begin,
            gateway=till.gateway,
            ids=till.ids,
            clock=till.clock,
        )

    def test_py_25_again_changes_nothing(self, till: Till) -> None:
        booking = escalated(till)
        before = (effects(till), till.balances(), till.payment(booking).version)
        self.look(till, booking)
        wait_out(till)
        assert (effects(till), till.balances(), till.payment(booking).version) == before

    def test_py_47_an_advance_that_nobody_takes_stays_owed(self, till: Till) -> None:
        booking = unpaid(till)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        with till.begin() as work:
            account = work.connect_accounts.find(till.classroom.instructor)
        assert account is not None
        till.processor.change_account(account.account, charges_enabled=False)
        refresh_payout_account(
            till.classroom.instructor, begin=till.begin, gateway=till.gateway, clock=till.clock
        )
        wait_out(till)
        assert till.payment(booking).outcome is Outcome.CAPTURE_FAILURE_PAID
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == -PAYOUT
        (debt,) = debts(till)
        assert not pay(till, debt).debt.owed
        assert not till.payment(booking).settled
        till.processor.change_account(account.account, charges_enabled=True)
        refresh_payout_account(
            till.classroom.instructor, begin=till.begin, gateway=till.gateway, clock=till.clock
        )
        till.work_off()
        assert till.payment(booking).settled
        assert effects(till).count(("transfer", PAYOUT)) == 1
        assert till.books().balanced

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE, Fault.TIMEOUT_AFTER, Fault.ERROR_500])
    def test_property_8_an_advance_without_an_answer_is_repeated(
        self, till: Till, fault: Fault
    ) -> None:
        fund(till)
        booking = unpaid(till)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        till.processor.fail_next("transfer", fault)
        wait_out(till)
        assert effects(till).count(("transfer", PAYOUT)) == 1
        assert till.payment(booking).outcome is Outcome.CAPTURE_FAILURE_PAID
        assert till.books().balanced

    @pytest.mark.parametrize(
        ("case", "outcome", "owed", "payout", "commission", "hours"),
        [
            (
                PolicyCase.STUDENT_12_24,
                Outcome.CAPTURE_FAILURE_ESCALATED,
                FEE,
                0,
                0,
                18,
            ),
            # Half of 9000 is withheld; half the payout is paid.
            (PolicyCase.STUDENT_LT12, Outcome.CAPTURE_FAILURE_PAID, PRICE - 4500, 3825, 675, 10),
        ],
    )
    def test_py_25_a_lesson_called_off_late(
        self,
        till: Till,
        case: PolicyCase,
        outcome: Outcome,
        owed: int,
        payout: int,
        commission: int,
        hours: int,
    ) -> None:
        fund(till)
        booking = till.hold(hours_ahead=20)
        till.pay(booking, till.default_card(BROKE))
        till.at(booking.lesson.starts_at - hours * HOUR)
        till.cancel(booking, Party.STUDENT, case)
        till.work_off()
        wait_out(till)
        payment = till.payment(booking)
        assert payment.outcome is outcome
        (debt,) = debts(till)
        assert debt.amount.cents == owed
        expected = {
            Account.PROCESSOR_BALANCE: -payout,
            Account.STUDENT_FEE_REVENUE: -FEE,
            Account.COMMISSION_REVENUE: -commission,
            Account.STUDENT_RECEIVABLE: owed,
            Account.CONNECT_BALANCE: payout,
            Account.CONNECT_OWNER: -payout,
        }
        assert funded(till) == {each: cents for each, cents in expected.items() if cents}
        assert not pay(till, debt).debt.owed
        assert till.payment(booking).settled
        assert till.payment(booking).outcome is outcome

    def test_py_25_credit_of_a_taught_lesson_is_spent(self, till: Till) -> None:
        booking = self.paid_with_credit(till)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        wait_out(till)
        (debt,) = debts(till)
        assert debt.amount.cents == PRICE - 5000
        balances = till.balances()
        assert Account.CREDIT_RESERVED not in balances
        assert Account.BOOKING_ESCROW not in balances
        assert balances[Account.CREDIT_AVAILABLE] == -(LESSON - 5000)
        assert till.books().balanced

    def test_py_25_credit_of_a_lesson_called_off_is_given_back(self, till: Till) -> None:
        booking = self.paid_with_credit(till)
        till.at(booking.lesson.starts_at - 18 * HOUR)
        till.cancel(booking, Party.STUDENT, PolicyCase.STUDENT_12_24)
        till.work_off()
        wait_out(till)
        (debt,) = debts(till)
        assert debt.amount.cents == FEE
        balances = till.balances()
        assert Account.CREDIT_RESERVED not in balances
        assert Account.BOOKING_ESCROW not in balances
        assert balances[Account.CREDIT_AVAILABLE] == -LESSON

    def paid_with_credit(self, till: Till) -> Booking:
        """A lesson paid for with $50 of credit and a card that gives nothing."""
        first = till.hold(hours_ahead=20)
        till.pay(first)
        till.cancel(first, Party.STUDENT, PolicyCase.STUDENT_12_24)
        till.work_off()
        card = till.default_card(BROKE)
        booking = till.hold(hours_ahead=20)
        till.check_out(
            CheckOut(
                student_id=till.student,
                booking_id=booking.booking_id,
                fingerprint=till.price(booking, credit_cents=5000).fingerprint,
                card_id=card.card_id,
                credit_cents=5000,
            )
        )
        return booking
