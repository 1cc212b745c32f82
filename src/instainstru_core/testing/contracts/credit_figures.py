"""Credit goes by the pricing document that holds, on any store. Source: spec 02 §8, AD-11."""

from instainstru_core.kernel.money import Money
from instainstru_core.payments.credits.model import CreditSource
from instainstru_core.payments.use_cases.credits.adjust_credit import grant_goodwill
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.payments.use_cases.read_credits import read_credits
from instainstru_core.pricing.model.config import Milestone, PricingConfig
from instainstru_core.testing.stories.credits import DAY, give, kept, paid, taught
from instainstru_core.testing.stories.endings import call_off
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.payments import Till

OTHER_FIGURES = PricingConfig(
    version=7,
    credit_expiry_days=100,
    release_grace_days=5,
    credit_cycle_lessons=3,
    credit_milestones=(
        Milestone(offset=1, amount=Money(300)),
        Milestone(offset=0, amount=Money(700)),
    ),
)
"""Another document than the one that the platform starts with."""


class FiguresContract:
    """Inherit, and provide the `till` fixture, at which OTHER_FIGURES hold. Source: spec 02 §8."""

    def test_cr_9_issued_credit_lasts_as_long_as_the_document_says(self, till: Till) -> None:
        booking = paid(till, credit=0, hours_ahead=60)
        till.at(booking.lesson.starts_at - 18 * HOUR)
        call_off(till, booking)
        till.work_off()
        (lot,) = read_credits(till.student, read=till.read, clock=till.clock).lots
        assert lot.source is CreditSource.CANCEL_12_24
        assert lot.expires_at == lot.granted_at + 100 * DAY

    def test_cr_15_and_so_does_goodwill(self, till: Till) -> None:
        now = till.clock.now()
        with till.begin() as work:
            grant_goodwill(till.student, Money(900), work=work, ids=till.ids, now=now)
        (lot,) = read_credits(till.student, read=till.read, clock=till.clock).lots
        assert lot.expires_at == now + 100 * DAY

    def test_cr_6_the_grace_is_the_documents(self, till: Till) -> None:
        lot = give(till, 1000, expires_at=till.clock.now() + DAY)
        booking = paid(till, credit=1000)
        till.at(booking.lesson.starts_at - 36 * HOUR)
        call_off(till, booking, by_instructor=True)
        till.work_off()
        assert kept(till, lot).expires_at == till.clock.now() + 5 * DAY

    def test_cr_13_of_reinstated_credit_too(self, till: Till) -> None:
        give(till, 2000, expires_at=till.clock.now() + 5 * DAY)
        booking = paid(till, credit=2000, hours_ahead=20)
        taught(till, booking)
        till.clock.set(till.clock.now() + 9 * DAY)
        with till.begin() as work:
            credit = CreditTill(work, till.ids, till.clock.now())
            assert credit.reinstate(till.payment(booking)) == Money(2000)
            lots = work.credit_lots.open_of(till.student)
        back = [lot for lot in lots if lot.source is CreditSource.REFUND_REINSTATED]
        assert [lot.expires_at for lot in back] == [till.clock.now() + 5 * DAY]

    def test_cr_10_the_milestones_are_the_documents(self, till: Till) -> None:
        worth = []
        for _ in range(4):
            booking = paid(till, credit=0, hours_ahead=20)
            taught(till, booking)
            with till.begin() as work:
                lots = work.credit_lots.earned_by(booking.booking_id)
            worth.append([lot.amount.cents for lot in lots])
            assert all(lot.expires_at == till.clock.now() + 100 * DAY for lot in lots)
        assert worth == [[300], [], [700], [300]]
