"""What a settled lesson brings its instructor, also when the account refuses it.

Stories over any adapter and the simulated processor. Source: PY-47.
"""

from datetime import timedelta

from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.money import Money
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.use_cases.open_payout_account import refresh_payout_account
from instainstru_core.payments.use_cases.payouts.hear_account import hear_account
from instainstru_core.testing.stories.payments import HOUR, effects
from instainstru_core.testing.strategies.payments import Till


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
