"""Lessons earn credit, and lose what was not earned, on any store. Source: CR-10…CR-13."""

from datetime import timedelta

import pytest

from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.credits.model import CreditPart, CreditSource, Funding
from instainstru_core.payments.errors import QuoteChanged
from instainstru_core.payments.refunds.plan import RefundReason
from instainstru_core.payments.use_cases.credits.earn_milestone import earn_milestone
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.payments.use_cases.read_credits import read_credits
from instainstru_core.testing.stories.credits import DAY, balance, give, paid, parts, taught
from instainstru_core.testing.stories.endings import call_off
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.stories.refunds import give_back
from instainstru_core.testing.strategies.payments import Till


class MilestoneContract:
    """Inherit, and provide the `till` fixture. CR-10…CR-13."""

    def lesson(self, till: Till, *, credit: int = 0) -> Booking:
        """One lesson, given and settled."""
        booking = paid(till, credit=credit, hours_ahead=20)
        taught(till, booking)
        return till.booking(booking)

    def fifth(self, till: Till) -> Booking:
        """A student's fifth lesson, given and settled."""
        for _ in range(4):
            self.lesson(till)
        assert parts(till) == {}
        return self.lesson(till)

    def test_cr_10_the_fifth_lesson_earns_once_it_is_settled(self, till: Till) -> None:
        for _ in range(4):
            self.lesson(till)
        booking = paid(till, credit=0, hours_ahead=20)
        till.at(booking.lesson.ends_at)
        till.complete(till.booking(booking))
        till.work_off()
        assert parts(till) == {CreditPart.PENDING: 1000}
        assert (balance(till).available, balance(till).pending) == (NOTHING, Money(1000))
        with pytest.raises(QuoteChanged):
            till.pay(till.hold(hours_ahead=60), credit_cents=1000)
        till.after(hours=25)
        assert parts(till) == {CreditPart.AVAILABLE: 1000}
        (lot,) = read_credits(till.student, read=till.read, clock=till.clock).lots
        settled_at = till.payment(booking).settled_at
        assert settled_at is not None
        assert lot.source is CreditSource.MILESTONE_S5
        assert lot.funding is Funding.PROMO
        assert lot.expires_at == till.clock.now() + timedelta(days=365)

    def test_cr_12_a_no_show_of_the_instructors_takes_it_back_however_little_is_refunded(
        self, till: Till
    ) -> None:
        """PY-54: the booking is a no-show then, and no lesson that counts."""
        booking = self.fifth(till)
        assert parts(till) == {CreditPart.AVAILABLE: 1000}
        give_back(till, booking, 100, reason=RefundReason.INSTRUCTOR_NO_SHOW)
        till.work_off()
        assert parts(till) == {CreditPart.REVOKED: 1000}

    def test_cr_10_the_eleventh_earns_twice_as_much_and_nothing_twice(self, till: Till) -> None:
        booking = self.fifth(till)
        with till.begin() as work:
            again = earn_milestone(
                booking.booking_id,
                work=work,
                ids=till.ids,
                now=till.clock.now(),
                config=till.pricing,
            )
        assert again is None
        for _ in range(5):
            self.lesson(till)
        assert parts(till) == {CreditPart.AVAILABLE: 1000}
        self.lesson(till)
        assert parts(till) == {CreditPart.AVAILABLE: 3000}

    def test_cr_12_what_was_not_earned_is_taken_back(self, till: Till) -> None:
        """The available part at once, the reserved part as it comes back, the spent part never."""
        booking = self.fifth(till)
        spent = paid(till, credit=300, hours_ahead=20)
        later = paid(till, credit=200, hours_ahead=60)
        taught(till, spent)
        with till.begin() as work:
            credit = CreditTill(work, till.ids, till.clock.now())
            assert credit.revoke_milestone(till.payment(booking)) == Money(500)
            assert credit.revoke_milestone(till.payment(booking)) == NOTHING
        assert parts(till) == {
            CreditPart.RESERVED: 200,
            CreditPart.APPLIED: 300,
            CreditPart.REVOKED: 500,
        }
        call_off(till, later, by_instructor=True)
        till.work_off()
        assert parts(till) == {CreditPart.APPLIED: 300, CreditPart.REVOKED: 700}

    def test_property_12_the_same_ordinal_again_earns_only_what_was_not_kept(
        self, till: Till
    ) -> None:
        """CR-12: kept so far and granted anew come to one milestone."""
        booking = self.fifth(till)
        spent = paid(till, credit=300, hours_ahead=20)
        with till.begin() as work:
            credit = CreditTill(work, till.ids, till.clock.now())
            credit.apply(till.payment(spent))
            credit.revoke_milestone(till.payment(booking))
            (first,) = work.credit_lots.earned_by(booking.booking_id)
            assert (first.kept, first.withdrawn) == (Money(300), True)
            again = earn_milestone(
                booking.booking_id,
                work=work,
                ids=till.ids,
                now=till.clock.now(),
                config=till.pricing,
            )
        assert again is not None
        assert (again.amount, again.ordinal) == (Money(700), 5)
        with till.begin() as work:
            lots = work.credit_lots.of_ordinal(till.student, 5)
        assert sum((lot.kept for lot in lots), NOTHING) == Money(1000)

    def test_cr_13_a_full_refund_gives_back_what_was_used_once(self, till: Till) -> None:
        lot = give(till, 2000, expires_at=till.clock.now() + 5 * DAY)
        booking = paid(till, credit=2000, hours_ahead=20)
        taught(till, booking)
        till.clock.set(till.clock.now() + 9 * DAY)
        payment = till.payment(booking)
        with till.begin() as work:
            credit = CreditTill(work, till.ids, till.clock.now())
            assert credit.reinstate(payment) == Money(2000)
            assert credit.reinstate(payment) == NOTHING
            assert credit.issued(payment.payment_id).spent == NOTHING
        (back,) = read_credits(till.student, read=till.read, clock=till.clock).lots
        assert (back.source, back.funding, back.origin) == (
            CreditSource.REFUND_REINSTATED,
            Funding.PROMO,
            lot.lot_id,
        )
        assert back.expires_at == till.clock.now() + 30 * DAY

    def test_cr_13_what_never_expired_never_does(self, till: Till) -> None:
        give(till, 2000, never=True)
        booking = paid(till, credit=2000, hours_ahead=20)
        taught(till, booking)
        with till.begin() as work:
            CreditTill(work, till.ids, till.clock.now()).reinstate(till.payment(booking))
        (back,) = read_credits(till.student, read=till.read, clock=till.clock).lots
        assert (back.source, back.expires_at) == (CreditSource.REFUND_REINSTATED, None)

    def test_py_56_py_57_issued_credit_is_kept_from_being_spent(self, till: Till) -> None:
        booking = paid(till, credit=0)
        till.at(booking.lesson.starts_at - 18 * HOUR)
        call_off(till, booking)
        till.work_off()
        payment = till.payment(booking)
        paid(till, credit=2000)
        with till.begin() as work:
            credit = CreditTill(work, till.ids, till.clock.now())
            issued = credit.issued(payment.payment_id)
            assert (issued.unspent, issued.spent) == (Money(7000), Money(2000))
            assert credit.freeze_issued(payment, Money(6000)) == Money(6000)
        assert parts(till) == {
            CreditPart.AVAILABLE: 1000,
            CreditPart.RESERVED: 2000,
            CreditPart.FROZEN: 6000,
        }
        with till.begin() as work:
            credit = CreditTill(work, till.ids, till.clock.now())
            assert credit.unfreeze_issued(payment) == Money(6000)
        assert parts(till)[CreditPart.AVAILABLE] == 7000
        with till.begin() as work:
            CreditTill(work, till.ids, till.clock.now()).freeze_issued(payment, Money(500))
        till.clock.set(till.clock.now() + 366 * DAY)
        with till.begin() as work:
            CreditTill(work, till.ids, till.clock.now()).unfreeze_issued(payment)
        assert parts(till)[CreditPart.EXPIRED] == 7000
