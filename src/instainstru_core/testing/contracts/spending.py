"""Credit is spent, comes back, is lost, earned and taken away, on any store.

A lesson costs $90.00, its fee is $10.80, and the instructor gets $76.50 of it.
"""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Confirmed, Pending
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.payments.credits.errors import (
    CreditFixed,
    CreditNotFound,
    CreditOutOfRange,
    NothingToRevoke,
)
from instainstru_core.payments.credits.model import (
    CreditBalance,
    CreditLot,
    CreditPart,
    CreditSource,
    Funding,
)
from instainstru_core.payments.credits.statement import StatementLine
from instainstru_core.payments.errors import CardDeclined, QuoteChanged
from instainstru_core.payments.ids import CreditLotId
from instainstru_core.payments.ledger.credit_postings import STANDING
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.planner import MoneyPolicy
from instainstru_core.payments.refunds.plan import RefundReason
from instainstru_core.payments.use_cases.add_credit import AddCredit, add_credit
from instainstru_core.payments.use_cases.cancel_lesson import CancelByAdmin, cancel_by_admin
from instainstru_core.payments.use_cases.credits.adjust_credit import (
    Adjustment,
    adjust_credit,
    grant_goodwill,
    revoke_credit,
)
from instainstru_core.payments.use_cases.credits.announce_expiry import announce_expiry
from instainstru_core.payments.use_cases.credits.earn_milestone import earn_milestone
from instainstru_core.payments.use_cases.credits.expire_credit import expire_credit
from instainstru_core.payments.use_cases.credits.read_credit_history import read_credit_history
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.payments.use_cases.read_credits import read_credits
from instainstru_core.payments.use_cases.read_payment import price_booking
from instainstru_core.testing.contracts.payment_endings import call_off, operator
from instainstru_core.testing.contracts.payments import HOUR
from instainstru_core.testing.contracts.refunds import give_back
from instainstru_core.testing.contracts.rescheduling import move
from instainstru_core.testing.strategies.payments import Till

LESSON, FEE, PAYOUT = 9000, 1080, 7650
DAY = timedelta(days=1)


def give(
    till: Till,
    cents: int,
    *,
    expires_at: datetime | None = None,
    never: bool = False,
    min_lesson_price: Money = NOTHING,
) -> CreditLot:
    """Goodwill for the student."""
    with till.begin() as work:
        lot = CreditLot.granted(
            till.ids.new(CreditLotId),
            student_id=till.student,
            source=CreditSource.GOODWILL,
            amount=Money(cents),
            at=till.clock.now(),
            expires_at=None if never else expires_at or till.clock.now() + 365 * DAY,
            min_lesson_price=min_lesson_price,
        )
        assert CreditTill(work, till.ids, till.clock.now()).grant(lot)
    return kept(till, lot)


def kept(till: Till, lot: CreditLot) -> CreditLot:
    """The lot as it is now."""
    with till.begin() as work:
        return work.credit_lots.get_for_update(lot.lot_id)


def balance(till: Till) -> CreditBalance:
    """What the student can spend now."""
    return read_credits(till.student, read=till.read, clock=till.clock).balance


def parts(till: Till) -> dict[CreditPart, int]:
    """Where the student's credit is; checked against the books, account by account (PY-84)."""
    with till.read() as reads:
        found = reads.credit_queries.parts_of(till.student)
    books = till.balances()
    for part, account in STANDING.items():
        assert -books.get(account, 0) == found[part].cents, (part, books)
    return {part: amount.cents for part, amount in found.items() if amount}


def paid(till: Till, *, credit: int, hours_ahead: float = 72) -> Booking:
    """A lesson paid with so much credit, and its card asked when that is due."""
    booking = till.hold(hours_ahead=hours_ahead)
    till.pay(booking, credit_cents=credit)
    return till.booking(booking)


def used(till: Till, booking: Booking) -> dict[CreditLotId, int]:
    """What the booking's payment has set aside, by lot."""
    with till.begin() as work:
        uses = work.credit_lots.used_by(till.payment(booking).payment_id)
    return {
        use.lot.lot_id: use.allocation.reserved.cents for use in uses if use.allocation.reserved
    }


def taught(till: Till, booking: Booking) -> Payment:
    """The lesson is given, and its money settled."""
    till.at(booking.lesson.ends_at)
    till.complete(till.booking(booking))
    till.after(hours=25)
    return till.payment(booking)


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


class StaffContract:
    """Inherit, and provide the `till` fixture. CR-15."""

    def test_cr_15_goodwill_is_within_bounds(self, till: Till) -> None:
        for cents in (0, 50_001):
            with pytest.raises(CreditOutOfRange), till.begin() as work:
                grant_goodwill(
                    till.student,
                    Money(cents),
                    work=work,
                    ids=till.ids,
                    now=till.clock.now(),
                )
        assert parts(till) == {}

    def test_cr_15_a_balance_is_set_from_the_latest_expiry_on(self, till: Till) -> None:
        now = till.clock.now()
        soon = give(till, 1000, expires_at=now + 30 * DAY)
        late = give(till, 1000, expires_at=now + 60 * DAY)
        for wanted, expected in (
            (500, Adjustment.REVOKED),
            (500, Adjustment.UNCHANGED),
            (2500, Adjustment.GRANTED),
        ):
            with till.begin() as work:
                done = adjust_credit(till.student, Money(wanted), work=work, ids=till.ids, now=now)
            assert (done.adjustment, done.after) == (expected, Money(wanted))
            assert balance(till).available == Money(wanted)
        assert (kept(till, late).revoked, kept(till, soon).revoked) == (Money(1000), Money(500))
        assert parts(till) == {CreditPart.AVAILABLE: 2500, CreditPart.REVOKED: 1500}

    def test_cr_15_only_what_is_unspent_is_taken_back(self, till: Till) -> None:
        lot = give(till, 2000)
        paid(till, credit=1500)
        with pytest.raises(NothingToRevoke), till.begin() as work:
            revoke_credit(lot.lot_id, Money(501), work=work, ids=till.ids, now=till.clock.now())
        with till.begin() as work:
            revoke_credit(lot.lot_id, work=work, ids=till.ids, now=till.clock.now())
        assert parts(till) == {CreditPart.RESERVED: 1500, CreditPart.REVOKED: 500}
        with pytest.raises(CreditNotFound), till.begin() as work:
            work.credit_lots.get_for_update(till.ids.new(CreditLotId))

    def test_the_statement_sums_to_the_balance(self, till: Till) -> None:
        give(till, 2000)
        booking = paid(till, credit=1500)
        till.at(booking.lesson.starts_at - 6 * HOUR)
        call_off(till, booking)
        till.work_off()
        lines: list[StatementLine] = []
        cursor = None
        while True:
            page = read_credit_history(
                till.student, PageRequest(limit=2, cursor=cursor), read=till.read
            )
            lines.extend(page.items)
            if (cursor := page.next_cursor) is None:
                break
        assert sum(line.cents for line in lines) == balance(till).available.cents == 5000
        assert [line.kind for line in lines] == [
            "credit_issue",
            "credit_release",
            "credit_reserve",
            "credit_issue_promo",
        ]
        assert all(later.line_id > line.line_id for later, line in pairwise(lines))
        stranger = read_credit_history(
            type(till.student)(till.classroom.instructor.value), PageRequest(), read=till.read
        )
        assert list(stranger.items) == []


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
