"""What operators see of payments and decide about them, over any adapter.

Source: PY-58, spec 02 §5, §11.1.
"""

from datetime import timedelta

import pytest

from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.errors import Forbidden, InvalidState
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.errors import PaymentNotFound
from instainstru_core.payments.ids import OperationId, PaymentId
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.operation import TRANSFER_RETRIES
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.office.queries import PaymentSearch
from instainstru_core.payments.office.remedies import Remedy, RemedyNotLegal
from instainstru_core.payments.refunds.model import Refund, RefundState
from instainstru_core.payments.refunds.plan import RefundReason
from instainstru_core.payments.use_cases.carry_out import carry_out
from instainstru_core.payments.use_cases.office.resolve_review import (
    ResolveReview,
    resolve_review,
)
from instainstru_core.payments.use_cases.refunds.hear_refund import hear_refund
from instainstru_core.testing.contracts.tips import can_be_paid
from instainstru_core.testing.stories.debts import fund, unpaid, wait_out
from instainstru_core.testing.stories.endings import (
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
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.stories.refunds import disputed, give_back, moved, refund_of, settled
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.strategies.payments import Till


def resolve(till: Till, booking: Booking, remedy: Remedy) -> None:
    """An operator ends a review, and what follows is carried out."""
    request = ResolveReview(
        principal=operator(till),
        payment_id=till.payment(booking).payment_id,
        remedy=remedy,
    )
    with till.begin() as work:
        done = resolve_review(request, work=work, ids=till.ids, clock=till.clock)
    carry_out(
        done.followups,
        done.payment,
        begin=till.begin,
        gateway=till.gateway,
        ids=till.ids,
        clock=till.clock,
        desk=done.desk,
    )


def fall_through(till: Till, booking: Booking) -> Refund:
    """A full refund that the card's bank sent back days later."""
    refund = give_back(till, booking, reason=RefundReason.DISPUTE)
    assert refund.reference is not None
    till.processor.fail_refund(refund.reference)
    hear_refund(
        refund.reference, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
    )
    return refund


def empty_account(till: Till, booking: Booking) -> None:
    """The instructor's money went to their bank: nothing is left to take back."""
    with till.begin() as work:
        account = work.connect_accounts.find(booking.instructor)
    assert account is not None
    till.processor.pay_out(account.account)


class ReviewsContract:
    """Inherit, and provide the `till` fixture."""

    def test_a_refund_is_asked_for_again(self, till: Till) -> None:
        """PY-58: the card's part alone moves a second time."""
        booking = settled(till)
        refund = fall_through(till, booking)
        resolve(till, booking, Remedy.RETRY_REFUND)
        assert refund_of(till, refund.refund_id).state is RefundState.SUCCEEDED
        payment = till.payment(booking)
        assert (payment.state, payment.review_reason) == (PaymentState.SETTLED, None)
        assert till.balances() == {
            Account.STUDENT_FEE_REVENUE: -FEE,
            Account.COMMISSION_REVENUE: -1350,
            Account.REFUNDS_CONTRA: PRICE - PAYOUT,
        }
        assert moved(till)[-3:] == [("refund", PRICE), ("reversal", PAYOUT), ("refund", PRICE)]

    def test_credit_in_place_of_a_refund(self, till: Till) -> None:
        """PY-54, PY-58: what no card takes is goodwill credit."""
        booking = settled(till)
        refund = fall_through(till, booking)
        resolve(till, booking, Remedy.GIVE_CREDIT)
        assert refund_of(till, refund.refund_id).state is RefundState.REPLACED
        assert credit(till).balance.available == Money(PRICE)
        assert till.payment(booking).state is PaymentState.SETTLED
        with pytest.raises(RemedyNotLegal):
            resolve(till, booking, Remedy.GIVE_CREDIT)

    def refused_by_the_bank(self, till: Till) -> Booking:
        """Locked money that went back when the lesson was called off, and came back days later."""
        booking = locked(till)
        call_off(till, booking, by_instructor=True)
        till.work_off()
        assert till.balances() == {}
        till.clock.move(timedelta(days=3))
        (made,) = [each.object_id for each in till.processor.effects if each.kind == "refund"]
        till.processor.fail_refund(made)
        for _ in range(2):
            hear_refund(
                made, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
            )
        return booking

    def test_an_ending_whose_refund_fails_days_later(self, till: Till) -> None:
        """PY-38, PY-54: the money is in escrow again until the card takes it."""
        booking = self.refused_by_the_bank(till)
        payment = till.payment(booking)
        assert (payment.state, payment.review_reason) == (
            PaymentState.MANUAL_REVIEW,
            "refund_failed",
        )
        assert till.balances() == {
            Account.PROCESSOR_BALANCE: PRICE,
            Account.BOOKING_ESCROW: -PRICE,
        }
        resolve(till, booking, Remedy.RETRY_REFUND)
        payment = till.payment(booking)
        assert (payment.state, payment.outcome) == (
            PaymentState.SETTLED,
            Outcome.INSTRUCTOR_CANCELLED,
        )
        assert till.balances() == {}
        assert moved(till) == [("refund", PRICE), ("refund", PRICE)]

    def test_an_ending_whose_refund_no_card_takes(self, till: Till) -> None:
        """PY-54, PY-58, row 9: fee and all it is the student's credit, out of the escrow."""
        booking = self.refused_by_the_bank(till)
        resolve(till, booking, Remedy.GIVE_CREDIT)
        payment = till.payment(booking)
        assert (payment.state, payment.outcome) == (
            PaymentState.SETTLED,
            Outcome.INSTRUCTOR_CANCELLED,
        )
        assert credit(till).balance.available == Money(PRICE)
        assert till.balances() == {
            Account.PROCESSOR_BALANCE: PRICE,
            Account.CREDIT_AVAILABLE: -PRICE,
        }
        assert till.books().balanced

    def test_a_reversal_that_nobody_can_make(self, till: Till) -> None:
        """PY-54, PY-58: the platform bears it, and nothing is payable any more."""
        booking = settled(till)
        empty_account(till, booking)
        give_back(till, booking, reason=RefundReason.DISPUTE)
        resolve(till, booking, Remedy.RETRY_REVERSAL)
        assert till.payment(booking).review_reason == "reversal_failed", "it failed again"
        resolve(till, booking, Remedy.BEAR_REVERSAL)
        assert till.payment(booking).state is PaymentState.SETTLED
        assert Account.INSTRUCTOR_PAYABLE not in till.balances()
        assert till.balances()[Account.REFUNDS_CONTRA] == PRICE
        assert till.books().balanced

    def test_a_lesson_that_nobody_could_be_charged_for(self, till: Till) -> None:
        """PY-36, PY-58."""
        booking = till.hold(hours_ahead=72)
        till.pay(booking, till.add_card("pm_card_declines_off_session"))
        till.clock.set(booking.lesson.starts_at - 2 * HOUR)
        call_off(till, booking)
        till.work_off()
        assert till.payment(booking).review_reason == "missing_authorization"
        resolve(till, booking, Remedy.CLOSE_UNPAID)
        payment = till.payment(booking)
        assert (payment.state, payment.outcome) == (
            PaymentState.SETTLED,
            Outcome.UNAUTHORIZED_CANCELLED,
        )
        assert till.balances() == {}

    def test_a_transfer_is_asked_for_again(self, till: Till) -> None:
        """PY-47, PY-58: after the last retry an operator sends it once more."""
        booking = held(till)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        can_be_paid(till, payable=False)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        for hours in (1, 2, 3, 13, 14):
            till.after(hours=hours)
        assert till.payment(booking).review_reason == "transfer_failed"
        for account in till.processor.books.accounts.values():
            account.is_onboarded = True  # The platform has not heard of it yet.
        resolve(till, booking, Remedy.RETRY_TRANSFER)
        assert till.payment(booking).state is PaymentState.SETTLED
        assert till.balances() == FULL
        assert moved(till) == [("transfer", PAYOUT)]

    def test_a_hold_that_somebody_captured_elsewhere(self, till: Till) -> None:
        """PY-54, PY-58: it can't be let go of, so what was taken is given back."""
        booking = held(till)
        hold = till.payment(booking).hold
        assert hold is not None
        till.gateway.capture(till.ids.new(OperationId), intent=hold.intent, amount=hold.amount)
        call_off(till, booking, by_instructor=True)
        till.work_off()
        assert till.payment(booking).review_reason == "void_refused"
        resolve(till, booking, Remedy.REFUND_CARD)
        payment = till.payment(booking)
        assert (payment.state, payment.outcome) == (
            PaymentState.SETTLED,
            Outcome.INSTRUCTOR_CANCELLED,
        )
        assert moved(till) == [("refund", PRICE)]
        assert till.balances() == {}
        assert till.books().balanced

    def test_an_advance_is_asked_for_again(self, till: Till) -> None:
        """PY-25, PY-47, PY-58: the review stands with the debt, and the instructor is paid."""
        fund(till)
        booking = unpaid(till)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        can_be_paid(till, payable=False)
        wait_out(till)
        for wait in TRANSFER_RETRIES:
            till.at(till.clock.now() + wait)
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == -PAYOUT
        for account in till.processor.books.accounts.values():
            account.is_onboarded = True  # The platform has not heard of it yet.
        resolve(till, booking, Remedy.RETRY_TRANSFER)
        assert Account.INSTRUCTOR_PAYABLE not in till.balances()
        assert moved(till)[-1] == ("transfer", PAYOUT)
        assert till.payment(booking).review_reason == "capture_escalated"
        with pytest.raises(InvalidState):
            resolve(till, booking, Remedy.RETRY_TRANSFER)

    @pytest.mark.parametrize("remedy", Remedy)
    def test_what_is_not_legal_does_nothing(self, till: Till, remedy: Remedy) -> None:
        """PY-58: a disputed payment waits for the bank, whatever an operator wants."""
        booking = settled(till)
        disputed(till, booking)
        before = till.balances()
        with pytest.raises(RemedyNotLegal) as refusal:
            resolve(till, booking, remedy)
        assert refusal.value.facts() == {"legal": ["await_bank"]}
        assert till.balances() == before

    def test_only_those_who_manage_money(self, till: Till) -> None:
        """Spec 02 §5."""
        booking = settled(till)
        request = ResolveReview(
            principal=signed_in(till.student),
            payment_id=till.payment(booking).payment_id,
            remedy=Remedy.RETRY_REFUND,
        )
        with pytest.raises(Forbidden), till.begin() as work:
            resolve_review(request, work=work, ids=till.ids, clock=till.clock)

    def test_the_queue(self, till: Till) -> None:
        """PY-58: by state and reason, with the instant from which on it waits."""
        booking = settled(till)
        quiet = settled_next(till)
        disputed(till, booking)
        with till.read() as reads:
            everything = reads.office_queries.find(PaymentSearch(), PageRequest(limit=1))
            assert [each.booking_id for each in everything.items] == [quiet.booking_id]
            rest = reads.office_queries.find(
                PaymentSearch(), PageRequest(limit=1, cursor=everything.next_cursor)
            )
            assert [each.booking_id for each in rest.items] == [booking.booking_id]
            assert rest.next_cursor is None
            queue = reads.office_queries.find(
                PaymentSearch(state=PaymentState.MANUAL_REVIEW, reason="chargeback"),
                PageRequest(),
            ).items
        assert [each.review_since for each in queue] == [till.clock.now()]
        assert [each.booking_id for each in queue] == [booking.booking_id]

    def test_one_payment_whole(self, till: Till) -> None:
        """Spec 02 §11.1: its journals sum to zero, and say what it comes to."""
        booking = settled(till)
        refund = give_back(till, booking, 100)
        with till.read() as reads:
            file = reads.office_queries.file(till.payment(booking).payment_id)
        assert file.sums_to_zero
        assert [each.refund_id for each in file.refunds] == [refund.refund_id]
        assert [each.kind.value for each in file.operations] == [
            "authorise",
            "capture",
            "transfer",
            "refund",
        ]
        assert file.balances()[Account.REFUNDS_CONTRA] == 100
        assert Account.BOOKING_ESCROW not in file.balances()
        with till.read() as reads, pytest.raises(PaymentNotFound):
            reads.office_queries.file(till.ids.new(PaymentId))

    def test_the_figures(self, till: Till) -> None:
        """Spec 02 §5: counts, and sums of the last seven days."""
        booking = settled(till)
        give_back(till, booking, 2500, reason=RefundReason.DISPUTE)
        with till.read() as reads:
            now = reads.office_queries.pipeline(now=till.clock.now())
            assert (now.captured_7d, now.refunded_7d, now.reviews) == (1, 1, {})
            assert (now.captured_cents, now.refunded_cents) == (PRICE, 2500)
            assert (now.fee_cents, now.payout_cents) == (FEE, PAYOUT - 1897)
            assert now.net_cents == PRICE - 2500 - PAYOUT + 1897
            later = reads.office_queries.pipeline(now=till.clock.now() + timedelta(days=8))
            assert (later.captured_7d, later.captured_cents) == (0, 0)
            within = Interval(till.clock.now() - timedelta(hours=1), till.clock.now() + HOUR)
            revenue = reads.office_queries.revenue(within)
        assert revenue.cents == {
            Account.STUDENT_FEE_REVENUE: FEE,
            Account.COMMISSION_REVENUE: 1350,
            Account.REFUNDS_CONTRA: 1897 - 2500,
        }
        assert revenue.net_cents == FEE + 1350 + 1897 - 2500

    def test_what_waits_for_instructors(self, till: Till) -> None:
        """Spec 02 §6: what is payable and was not sent; reviews are counted by reason."""
        booking = settled(till)
        with till.read() as reads:
            assert reads.office_queries.pending_payouts() == []
        disputed(till, booking)
        with till.read() as reads:
            (owed,) = reads.office_queries.pending_payouts()
            figures = reads.office_queries.pipeline(now=till.clock.now())
        assert owed.instructor_id == booking.instructor
        assert (owed.payments, owed.amount) == (1, Money(PAYOUT))
        assert figures.reviews == {"chargeback": 1}


def settled_next(till: Till) -> Booking:
    """Another lesson after the first, paid out too."""
    booking = till.hold(hours_ahead=20)
    till.pay(booking)
    till.at(booking.lesson.ends_at)
    till.complete(booking)
    till.at(booking.lesson.ends_at + 24 * HOUR)
    assert till.payment(booking).state is PaymentState.SETTLED
    return booking
