"""Credit expires, and is told of before, on any store. Source: CR-5, CR-6, CR-14."""

from instainstru_core.kernel.money import Money
from instainstru_core.payments.credits.model import CreditPart
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.use_cases.credits.announce_expiry import announce_expiry
from instainstru_core.payments.use_cases.credits.expire_credit import expire_credit
from instainstru_core.testing.stories.credits import DAY, balance, give, kept, paid, parts, taught
from instainstru_core.testing.stories.endings import call_off
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.payments import Till


class ExpiryContract:
    """Inherit, and provide the `till` fixture. CR-5, CR-6, CR-14."""

    def expire(self, till: Till) -> int:
        """The nightly job."""
        return expire_credit(begin=till.begin, ids=till.ids, clock=till.clock)

    def test_cr_14_reads_treat_it_as_expired_before_the_job_does(self, till: Till) -> None:
        give(till, 1000, expires_at=till.clock.now() + 10 * DAY)
        give(till, 500)
        till.clock.set(till.clock.now() + 10 * DAY)
        assert balance(till).available == Money(500)
        assert parts(till) == {CreditPart.AVAILABLE: 1500}
        assert (self.expire(till), self.expire(till)) == (1, 0)
        assert parts(till) == {CreditPart.AVAILABLE: 500, CreditPart.EXPIRED: 1000}
        assert till.balances()[Account.PROMO_CREDIT_EXPENSE] == 500

    def test_cr_5_what_is_set_aside_cannot_expire(self, till: Till) -> None:
        give(till, 1000, expires_at=till.clock.now() + DAY)
        booking = paid(till, credit=1000)
        till.at(booking.lesson.starts_at - 20 * HOUR)
        assert self.expire(till) == 0
        assert taught(till, booking).settled
        assert parts(till) == {CreditPart.APPLIED: 1000}

    def test_cr_6_what_comes_back_late_by_the_students_doing_is_lost(self, till: Till) -> None:
        give(till, 1000, expires_at=till.clock.now() + DAY)
        booking = paid(till, credit=1000)
        till.at(booking.lesson.starts_at - 36 * HOUR)
        call_off(till, booking)
        till.work_off()
        assert parts(till) == {CreditPart.EXPIRED: 1000}

    def test_cr_6_by_the_instructors_it_lives_another_month(self, till: Till) -> None:
        lot = give(till, 1000, expires_at=till.clock.now() + DAY)
        booking = paid(till, credit=1000)
        till.at(booking.lesson.starts_at - 36 * HOUR)
        call_off(till, booking, by_instructor=True)
        till.work_off()
        assert parts(till) == {CreditPart.AVAILABLE: 1000}
        assert kept(till, lot).expires_at == till.clock.now() + 30 * DAY

    def test_cr_6_only_what_comes_back_lives_on(self, till: Till) -> None:
        """What lay unspent beside it ran out in its time."""
        give(till, 1500, expires_at=till.clock.now() + DAY)
        booking = paid(till, credit=1000)
        till.at(booking.lesson.starts_at - 36 * HOUR)
        call_off(till, booking, by_instructor=True)
        till.work_off()
        assert parts(till) == {CreditPart.AVAILABLE: 1000, CreditPart.EXPIRED: 500}

    def test_cr_14_a_month_and_a_week_ahead_it_is_told_once_each(self, till: Till) -> None:
        lot = give(till, 1000, expires_at=till.clock.now() + 40 * DAY)
        told = []
        for _ in range(40):
            told.append(announce_expiry(begin=till.begin, clock=till.clock))
            till.clock.set(till.clock.now() + DAY)
        assert [day for day, count in enumerate(told) if count] == [10, 33]
        assert kept(till, lot).noticed == 7
        assert announce_expiry(begin=till.begin, clock=till.clock) == 0
