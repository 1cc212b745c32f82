"""Credit is spent on lessons and comes back from them, on any store. Source: CR-3…CR-8, PR-5."""

from datetime import timedelta

import pytest

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Confirmed, Pending
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.credits.errors import CreditFixed
from instainstru_core.payments.credits.model import CreditPart
from instainstru_core.payments.errors import CardDeclined, QuoteChanged
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.planner import MoneyPolicy
from instainstru_core.payments.use_cases.add_credit import AddCredit, add_credit
from instainstru_core.payments.use_cases.cancel_lesson import CancelByAdmin, cancel_by_admin
from instainstru_core.payments.use_cases.credits.adjust_credit import revoke_credit
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.payments.use_cases.read_payment import price_booking
from instainstru_core.testing.stories.credits import (
    DAY,
    FEE,
    LESSON,
    PAYOUT,
    balance,
    give,
    kept,
    paid,
    parts,
    taught,
    used,
)
from instainstru_core.testing.stories.endings import call_off, operator
from instainstru_core.testing.stories.moves import move
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.payments import Till


class SpendingContract:
    """Inherit, and provide the `till` fixture."""

    def test_cr_4_checkout_sets_credit_aside_first_to_expire_first(self, till: Till) -> None:
        now = till.clock.now()
        late, soon = give(till, 4000, expires_at=now + 90 * DAY), give(till, 1500)
        first = give(till, 1000, expires_at=now + 30 * DAY)
        never = give(till, 9000, never=True)
        booking = paid(till, credit=5500)
        price = till.payment(booking).breakdown
        assert (price.credit, price.card_amount) == (Money(5500), Money(LESSON + FEE - 5500))
        assert used(till, booking) == {
            first.lot_id: 1000,
            late.lot_id: 4000,
            soon.lot_id: 500,
        }
        assert parts(till) == {CreditPart.AVAILABLE: 10_000, CreditPart.RESERVED: 5500}
        assert kept(till, never).reserved == NOTHING
        seen = balance(till)
        assert (seen.available, seen.reserved) == (Money(10_000), Money(5500))

    def test_pr_5_no_more_than_the_lesson_and_the_balance(self, till: Till) -> None:
        """CR-3: the fee is the card's, whatever credit there is."""
        give(till, 20_000)
        booking = till.hold()
        seen = price_booking(
            booking.booking_id,
            viewer=AccountId(booking.student.value),
            credit_cents=50_000,
            begin=till.begin,
            clock=till.clock,
            config=till.pricing,
        )
        assert (seen.credit, seen.card_amount) == (Money(LESSON), Money(FEE))
        till.pay(booking, credit_cents=9000)
        other = till.hold(hours_ahead=80)
        assert price_booking(
            other.booking_id,
            viewer=AccountId(other.student.value),
            credit_cents=9000,
            begin=till.begin,
            clock=till.clock,
            config=till.pricing,
        ).credit == Money(9000)

    def test_a_balance_that_shrank_since_the_quote_is_news(self, till: Till) -> None:
        """Spec 02 §9: 409 quote_changed, and nothing is set aside."""
        lot = give(till, 5000)
        booking = till.hold()
        with till.begin() as work:
            revoke_credit(lot.lot_id, Money(1), work=work, ids=till.ids, now=till.clock.now())
        with pytest.raises(QuoteChanged):
            till.pay(booking, credit_cents=5000)
        assert parts(till) == {CreditPart.AVAILABLE: 4999, CreditPart.REVOKED: 1}

    def test_cr_4_a_lot_for_dearer_lessons_pays_no_cheaper_one(self, till: Till) -> None:
        give(till, 5000, min_lesson_price=Money(LESSON + 1))
        with pytest.raises(QuoteChanged):
            till.pay(till.hold(), credit_cents=5000)
        give(till, 5000, min_lesson_price=Money(LESSON))
        paid(till, credit=5000, hours_ahead=80)
        assert parts(till) == {CreditPart.AVAILABLE: 5000, CreditPart.RESERVED: 5000}

    def test_cr_4_a_repeated_checkout_keeps_what_is_set_aside(self, till: Till) -> None:
        """Another card after a refusal: the same credit, not more and not twice."""
        give(till, 3000)
        booking = till.hold(hours_ahead=20)
        with pytest.raises(CardDeclined):
            till.pay(booking, till.add_card("pm_card_insufficient_funds"), credit_cents=3000)
        assert parts(till) == {CreditPart.RESERVED: 3000}
        till.pay(booking, credit_cents=3000)
        assert isinstance(till.booking(booking).state, Confirmed)
        assert parts(till) == {CreditPart.RESERVED: 3000}
        with pytest.raises(QuoteChanged):
            till.pay(till.hold(hours_ahead=40), credit_cents=1)

    def test_cr_8_a_taught_lesson_applies_it(self, till: Till) -> None:
        """Appendix B, first row: the instructor's payout never depends on credit."""
        give(till, 5000)
        booking = paid(till, credit=5000)
        payment = taught(till, booking)
        assert payment.state is PaymentState.SETTLED
        assert payment.outcome is Outcome.LESSON_COMPLETED
        assert parts(till) == {CreditPart.APPLIED: 5000}
        card = LESSON + FEE - 5000
        assert till.balances() == {
            Account.PROCESSOR_BALANCE: card - PAYOUT,
            Account.STUDENT_FEE_REVENUE: -FEE,
            Account.COMMISSION_REVENUE: -(LESSON - PAYOUT),
            Account.PROMO_CREDIT_EXPENSE: 5000,
            Account.CONNECT_BALANCE: PAYOUT,
            Account.CONNECT_OWNER: -PAYOUT,
        }
        assert till.books().balanced

    def test_pr_5_what_the_card_does_not_bring_is_a_top_up(self, till: Till) -> None:
        give(till, 9000)
        booking = paid(till, credit=9000)
        taught(till, booking)
        sent = [each.amount_cents for each in till.processor.effects if each.kind == "transfer"]
        assert sent == [FEE, PAYOUT - FEE]
        assert parts(till) == {CreditPart.APPLIED: 9000}

    @pytest.mark.parametrize("credit", [1, 4000, 4500, 5000, 9000])
    def test_py_33_less_than_half_a_day_ahead_half_is_kept(self, till: Till, credit: int) -> None:
        """PY-28, CR-7: R = min(CR, T) comes back, what is left of CR is lost."""
        give(till, 10_000)
        booking = paid(till, credit=credit)
        till.at(booking.lesson.starts_at - 6 * HOUR)
        call_off(till, booking)
        till.work_off()
        payment = till.payment(booking)
        assert payment.outcome is Outcome.STUDENT_CANCELLED_LT12
        released = min(credit, LESSON // 2)
        assert parts(till) == {
            part: cents
            for part, cents in {
                CreditPart.AVAILABLE: 10_000 - credit + LESSON // 2,
                CreditPart.FORFEITED: credit - released,
            }.items()
            if cents
        }
        books = till.balances()
        assert books[Account.STUDENT_FEE_REVENUE] == -FEE
        assert books[Account.COMMISSION_REVENUE] == -675
        assert books[Account.CONNECT_BALANCE] == 3825
        assert Account.BOOKING_ESCROW not in books
        assert till.books().balanced

    def test_cr_7_the_last_to_expire_comes_back_first(self, till: Till) -> None:
        now = till.clock.now()
        soon = give(till, 3000, expires_at=now + 40 * DAY)
        late = give(till, 3000, expires_at=now + 80 * DAY)
        booking = paid(till, credit=6000)
        till.at(booking.lesson.starts_at - 6 * HOUR)
        call_off(till, booking)
        till.work_off()
        assert (kept(till, late).available, kept(till, late).forfeited) == (Money(3000), NOTHING)
        assert (kept(till, soon).available, kept(till, soon).forfeited) == (
            Money(1500),
            Money(1500),
        )
        assert parts(till)[CreditPart.AVAILABLE] == 4500

    def test_py_32_half_a_day_ahead_all_of_it_is_credit_again(self, till: Till) -> None:
        give(till, 5000)
        booking = paid(till, credit=5000)
        till.at(booking.lesson.starts_at - 18 * HOUR)
        call_off(till, booking)
        till.work_off()
        assert parts(till) == {CreditPart.AVAILABLE: LESSON}
        with till.begin() as work:
            issued = CreditTill(work, till.ids, till.clock.now()).issued(
                till.payment(booking).payment_id
            )
        assert (issued.unspent, issued.spent) == (Money(4000), NOTHING)

    @pytest.mark.parametrize("hours", [48, 18])
    def test_py_38_py_31_no_charge_gives_all_of_it_back(self, till: Till, hours: int) -> None:
        give(till, 5000)
        booking = paid(till, credit=5000)
        till.at(booking.lesson.starts_at - hours * HOUR)
        call_off(till, booking, by_instructor=hours < 24)
        till.work_off()
        assert till.payment(booking).settled
        assert parts(till) == {CreditPart.AVAILABLE: 5000}

    def test_py_10_an_abandoned_checkout_gives_it_back(self, till: Till) -> None:
        give(till, 5000)
        booking = till.hold(hours_ahead=20)
        with pytest.raises(CardDeclined):
            till.pay(booking, till.add_card("pm_card_insufficient_funds"), credit_cents=5000)
        with till.begin() as work:
            current = work.bookings.get_for_update(booking.booking_id)
            assert isinstance(current.state, Pending)
            work.bookings.save(current.expire(at=current.state.hold_expires_at))
        till.work_off()
        assert till.payment(booking).outcome is Outcome.CHECKOUT_ABANDONED
        assert parts(till) == {CreditPart.AVAILABLE: 5000}

    def test_py_14_a_card_that_never_pays_gives_it_back(self, till: Till) -> None:
        give(till, 5000)
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_declines_off_session"), credit_cents=5000)
        for hours in (24, 20, 16, 13, 12, 11):
            till.at(booking.lesson.starts_at - hours * HOUR)
        assert till.payment(booking).outcome is Outcome.PAYMENT_FAILED
        assert parts(till) == {CreditPart.AVAILABLE: 5000}

    def test_py_20_a_locked_payment_keeps_it_set_aside(self, till: Till) -> None:
        give(till, 5000)
        booking = paid(till, credit=5000, hours_ahead=20)
        moved = move(till, booking, 2 * DAY).booking
        assert till.payment(moved).state is PaymentState.LOCKED
        assert parts(till) == {CreditPart.RESERVED: 5000}
        assert taught(till, moved).settled
        assert parts(till) == {CreditPart.APPLIED: 5000}

    def test_py_17_credit_above_the_new_price_comes_back(self, till: Till) -> None:
        give(till, 13_500)
        booking = till.hold(hours_ahead=72, minutes=90)
        till.pay(booking, credit_cents=13_500)
        moved = move(till, till.booking(booking), timedelta(), minutes=60).booking
        assert till.payment(moved).breakdown.credit == Money(LESSON)
        assert parts(till) == {CreditPart.AVAILABLE: 4500, CreditPart.RESERVED: LESSON}

    def test_py_39_an_operator_keeps_nothing_back(self, till: Till) -> None:
        give(till, 5000)
        booking = paid(till, credit=5000)
        request = CancelByAdmin(
            principal=operator(till),
            booking_id=booking.booking_id,
            policy=MoneyPolicy.NO_REFUND,
            reason="agreed",
        )
        cancel_by_admin(request, begin=till.begin, ids=till.ids, clock=till.clock)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.ADMIN_NO_REFUND
        assert parts(till) == {CreditPart.APPLIED: 5000}


class AddingContract:
    """Inherit, and provide the `till` fixture. CR-4, RF-23."""

    def add(self, till: Till, booking: Booking, cents: int) -> Payment:
        """More of the lesson is paid with credit."""
        request = AddCredit(
            student_id=till.student, booking_id=booking.booking_id, more=Money(cents)
        )
        return add_credit(
            request, begin=till.begin, ids=till.ids, clock=till.clock, config=till.pricing
        )

    def test_rf_23_a_hold_stands_and_less_of_it_is_taken(self, till: Till) -> None:
        booking = paid(till, credit=0)
        till.at(booking.lesson.starts_at - 24 * HOUR)
        give(till, 2000)
        assert self.add(till, booking, 3000).breakdown.credit == Money(2000)
        assert taught(till, booking).settled
        took = [
            (each.kind, each.amount_cents)
            for each in till.processor.effects
            if each.kind in {"authorisation", "capture"}
        ]
        assert took == [("authorisation", LESSON + FEE), ("capture", LESSON + FEE - 2000)]
        assert parts(till) == {CreditPart.APPLIED: 2000}
        assert till.books().balanced

    def test_cr_4_it_adds_to_what_is_set_aside(self, till: Till) -> None:
        lot = give(till, 5000)
        booking = paid(till, credit=2000)
        self.add(till, booking, 1000)
        assert used(till, booking) == {lot.lot_id: 3000}
        assert till.payment(booking).breakdown.card_amount == Money(LESSON + FEE - 3000)
        give(till, 9000)
        self.add(till, booking, 50_000)
        assert till.payment(booking).breakdown.credit == Money(LESSON)

    def test_cr_4_not_once_the_money_is_taken(self, till: Till) -> None:
        booking = paid(till, credit=0, hours_ahead=20)
        moved = move(till, booking, 2 * DAY).booking
        give(till, 2000)
        with pytest.raises(CreditFixed):
            self.add(till, moved, 1000)
        assert parts(till) == {CreditPart.AVAILABLE: 2000}
