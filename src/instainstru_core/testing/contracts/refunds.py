"""Refunds and chargebacks after a lesson was settled, with the books balanced, over any adapter.

Stories with the simulated processor. Source: PY-52…PY-57, Appendix A rows 19, 22, 23, 27…30.
"""

from datetime import datetime, timedelta

import pytest

from instainstru_core.accounts.model import Principal, Role
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import BookingStatus, Standing
from instainstru_core.kernel.errors import Forbidden, InvalidState
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.chargebacks.model import Chargeback, ChargebackStatus
from instainstru_core.payments.errors import NothingToRefund, OutcomeUnknown, PaymentNotFound
from instainstru_core.payments.ids import PaymentId, RefundId
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.processor import DisputeSeen, DisputeStatus
from instainstru_core.payments.office.queries import PaymentSearch
from instainstru_core.payments.office.remedies import Remedy, RemedyNotLegal
from instainstru_core.payments.refunds.errors import (
    AlreadyRefunded,
    AmountExceedsRemaining,
    RefundNotFound,
    RefundWindowClosed,
)
from instainstru_core.payments.refunds.model import Refund, RefundState
from instainstru_core.payments.refunds.plan import Bearer, RefundReason
from instainstru_core.payments.use_cases.carry_out import carry_out
from instainstru_core.payments.use_cases.chargebacks.hear_dispute import hear_dispute
from instainstru_core.payments.use_cases.office.resolve_review import (
    ResolveReview,
    resolve_review,
)
from instainstru_core.payments.use_cases.refunds.hear_refund import hear_refund
from instainstru_core.payments.use_cases.refunds.order_refund import OrderRefund, order_refund
from instainstru_core.payments.use_cases.refunds.record_refund import RefundDesk
from instainstru_core.testing.contracts.payment_endings import (
    ALL_CREDIT,
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
from instainstru_core.testing.contracts.payments import HOUR, effects
from instainstru_core.testing.contracts.tips import can_be_paid, tip
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.strategies.payments import Till


def moved(till: Till) -> list[tuple[str, int]]:
    """What was refunded, transferred and reversed at the processor, in order."""
    kinds = {"refund", "transfer", "reversal"}
    return [(each.kind, each.amount_cents) for each in till.processor.effects if each.kind in kinds]


def settled(till: Till) -> Booking:
    """A lesson that was taught, paid and paid out."""
    booking = held(till)
    till.at(booking.lesson.ends_at)
    till.complete(booking)
    till.at(booking.lesson.ends_at + 24 * HOUR)
    assert till.balances() == FULL
    return booking


def give_back(
    till: Till,
    booking: Booking,
    cents: int | None = None,
    *,
    reason: RefundReason = RefundReason.GOODWILL,
    bearer: Bearer | None = None,
    who: Principal | None = None,
) -> Refund:
    """An operator orders a refund, and it is carried out."""
    order = OrderRefund(
        principal=who or operator(till),
        payment_id=till.payment(booking).payment_id,
        cents=cents,
        reason=reason,
        bearer=bearer,
    )
    with till.begin() as work:
        ordered = order_refund(order, work=work, ids=till.ids, clock=till.clock)
    carry_out(
        ordered.followups,
        ordered.payment,
        begin=till.begin,
        gateway=till.gateway,
        ids=till.ids,
        clock=till.clock,
        desk=RefundDesk,
    )
    return refund_of(till, ordered.refund.refund_id)


def refund_of(till: Till, refund_id: RefundId) -> Refund:
    """The refund as it stands."""
    with till.begin() as work:
        return work.refunds.get(refund_id)


def hear(till: Till, dispute: str) -> None:
    """The processor tells of a dispute."""
    hear_dispute(dispute, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock)
    till.work_off()


def disputed(
    till: Till, booking: Booking, amount: Money | None = None, *, inquiry: bool = False
) -> str:
    """The student's bank disputes the charge, and the platform hears of it."""
    hold = till.payment(booking).hold
    assert hold is not None
    seen = till.processor.open_dispute(hold.intent, amount=amount, inquiry=inquiry)
    assert isinstance(seen, DisputeSeen)
    hear(till, seen.dispute)
    return seen.dispute


def close(till: Till, dispute: str, status: DisputeStatus) -> None:
    """The bank decides, and the platform hears of it twice."""
    till.processor.close_dispute(dispute, status)
    hear(till, dispute)
    hear(till, dispute)


def chargeback(till: Till, dispute: str) -> Chargeback:
    """The chargeback as it stands."""
    with till.begin() as work:
        found = work.chargebacks.find(dispute)
    assert found is not None
    return found


def standing(till: Till) -> Standing:
    """The student's."""
    with till.begin() as work:
        return work.standings.of(till.student)


class RefundsContract:
    """Inherit, and provide the `till` fixture."""

    def test_a_full_refund_by_the_instructor(self, till: Till) -> None:
        """PY-53, PY-54, rows 19 and 23: r = A, v = P, the platform absorbs r - v."""
        booking = settled(till)
        refund = give_back(till, booking, reason=RefundReason.DISPUTE)
        assert refund.state is RefundState.SUCCEEDED
        assert refund.plan.full
        payment = till.payment(booking)
        assert payment.state is PaymentState.SETTLED
        assert payment.outcome is Outcome.DISPUTE_REFUND
        assert till.booking(booking).status is BookingStatus.COMPLETED
        assert till.balances() == {
            Account.STUDENT_FEE_REVENUE: -FEE,
            Account.COMMISSION_REVENUE: -1350,
            Account.REFUNDS_CONTRA: PRICE - PAYOUT,
        }
        assert moved(till)[-2:] == [("refund", PRICE), ("reversal", PAYOUT)]
        assert till.books().balanced

    def test_a_full_refund_by_the_platform_leaves_the_payout(self, till: Till) -> None:
        """PY-52: goodwill is the platform's."""
        booking = settled(till)
        refund = give_back(till, booking)
        assert refund.plan.bearer is Bearer.PLATFORM
        assert till.payment(booking).outcome is Outcome.ADMIN_REFUND
        assert till.balances()[Account.REFUNDS_CONTRA] == PRICE
        assert till.balances()[Account.CONNECT_BALANCE] == PAYOUT
        assert till.books().balanced

    def test_a_partial_refund_changes_no_outcome(self, till: Till) -> None:
        """PY-53: v = half_up(r x P / (LP + SF)) = half_up(2500 x 7650 / 10080) = 1897."""
        booking = settled(till)
        refund = give_back(till, booking, 2500, reason=RefundReason.DISPUTE)
        assert refund.plan.reversed == Money(1897)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert till.balances()[Account.REFUNDS_CONTRA] == 2500 - 1897
        rest = give_back(till, booking, reason=RefundReason.DISPUTE)
        assert rest.plan.card == Money(PRICE - 2500)
        assert rest.plan.full
        assert rest.plan.reversed == Money(PAYOUT - 1897)
        assert till.balances()[Account.REFUNDS_CONTRA] == PRICE - PAYOUT
        assert till.books().balanced

    def test_no_more_than_is_left(self, till: Till) -> None:
        """PY-53, AD-6."""
        booking = settled(till)
        with pytest.raises(AmountExceedsRemaining) as refusal:
            give_back(till, booking, PRICE + 1)
        assert refusal.value.facts() == {"refundable_cents": PRICE}
        give_back(till, booking)
        with pytest.raises(AlreadyRefunded):
            give_back(till, booking, 1)
        assert [each for each in effects(till) if each[0] == "refund"] == [("refund", PRICE)]

    def test_only_those_who_manage_money(self, till: Till) -> None:
        """PY-52."""
        booking = settled(till)
        with pytest.raises(Forbidden):
            give_back(till, booking, who=signed_in(till.student, Role.STUDENT))

    def test_the_card_takes_refunds_for_180_days(self, till: Till) -> None:
        """PY-54: exactly 180 days after the capture it still does."""
        booking = settled(till)
        till.clock.move(timedelta(days=180))
        assert give_back(till, booking, 100).state is RefundState.SUCCEEDED
        till.clock.move(timedelta(seconds=1))
        with pytest.raises(RefundWindowClosed):
            give_back(till, booking, 100)

    def test_issued_credit_is_revoked_with_a_full_refund(self, till: Till) -> None:
        """PY-53: u = 9000 is unspent, so nothing of it stays with the student."""
        booking = held(till)
        till.at(booking.lesson.starts_at - 20 * HOUR)
        call_off(till, booking)
        till.work_off()
        assert till.balances() == ALL_CREDIT
        refund = give_back(till, booking)
        assert (refund.plan.card, refund.plan.revoked) == (Money(PRICE), Money(9000))
        assert credit(till).balance.available == NOTHING
        assert till.balances() == {
            Account.STUDENT_FEE_REVENUE: -FEE,
            Account.REFUNDS_CONTRA: FEE,
        }

    @pytest.mark.parametrize(
        ("reason", "counted"), [(RefundReason.DISPUTE, 0), (RefundReason.GOODWILL, 1)]
    )
    def test_a_blamed_lesson_counts_for_no_level(
        self, till: Till, reason: RefundReason, counted: int
    ) -> None:
        """PR-17: once it is fully refunded with the instructor at fault."""
        booking = settled(till)
        since = till.clock.now() - timedelta(days=30)
        give_back(till, booking, 100, reason=reason)
        assert _completed(till, booking, since) == 1
        give_back(till, booking, reason=reason)
        assert _completed(till, booking, since) == counted

    def test_an_instructor_who_never_came(self, till: Till) -> None:
        """PY-54: the booking becomes a no-show."""
        booking = settled(till)
        give_back(till, booking, reason=RefundReason.INSTRUCTOR_NO_SHOW)
        till.work_off()
        assert till.booking(booking).status is BookingStatus.NO_SHOW
        assert till.payment(booking).outcome is Outcome.INSTRUCTOR_NO_SHOW
        assert till.books().balanced

    def test_a_hold_is_let_go_instead(self, till: Till) -> None:
        """PY-54: nothing was captured, so nothing is refunded; the lesson is off."""
        booking = held(till)
        refund = give_back(till, booking)
        till.work_off()
        assert refund.state is RefundState.CLOSED
        assert till.booking(booking).status is BookingStatus.CANCELLED
        assert till.payment(booking).outcome is Outcome.ADMIN_REFUND
        assert till.balances() == {}
        assert effects(till)[-1] == ("void", PRICE)

    def test_a_taught_lesson_not_captured_yet(self, till: Till) -> None:
        """PY-54: the booking stays completed, and its hold is let go."""
        booking = held(till)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.work_off()
        give_back(till, booking, reason=RefundReason.DISPUTE)
        till.work_off()
        assert till.booking(booking).status is BookingStatus.COMPLETED
        assert till.payment(booking).outcome is Outcome.DISPUTE_REFUND
        assert till.balances() == {}

    def test_locked_money_goes_back_out_of_escrow(self, till: Till) -> None:
        """PY-54, row 22."""
        booking = locked(till)
        with pytest.raises(InvalidState):
            give_back(till, booking, 100)
        give_back(till, booking)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.ADMIN_REFUND
        assert till.balances() == {}

    def test_nothing_was_taken(self, till: Till) -> None:
        """AD-6: a lesson called off in time cost nothing."""
        booking = till.hold()
        till.pay(booking)
        call_off(till, booking)
        till.work_off()
        with pytest.raises(NothingToRefund):
            give_back(till, booking)

    def test_a_refused_refund_is_looked_into(self, till: Till) -> None:
        """PY-54: nothing moved, and the credit that waited is the student's again."""
        booking = settled(till)
        before, hold = till.balances(), till.payment(booking).hold
        assert hold is not None
        till.processor.open_dispute(hold.intent)  # The platform has not heard of it yet.
        refund = give_back(till, booking, reason=RefundReason.DISPUTE)
        assert refund.state is RefundState.FAILED
        payment = till.payment(booking)
        assert (payment.state, payment.review_reason) == (
            PaymentState.MANUAL_REVIEW,
            "refund_failed",
        )
        assert till.balances() == before

    def test_a_refund_that_fails_days_later(self, till: Till) -> None:
        """PY-54: the money is the platform's again, and somebody must look."""
        booking = settled(till)
        refund = give_back(till, booking)
        assert refund.reference is not None
        till.clock.move(timedelta(days=3))
        till.processor.fail_refund(refund.reference)
        for _ in range(2):
            hear_refund(
                refund.reference,
                begin=till.begin,
                gateway=till.gateway,
                ids=till.ids,
                clock=till.clock,
            )
        assert refund_of(till, refund.refund_id).state is RefundState.FAILED
        assert till.payment(booking).review_reason == "refund_failed"
        assert till.balances() == FULL

    def test_a_failed_reversal_never_stops_a_refund(self, till: Till) -> None:
        """PY-54: what the instructor owes shows as a negative payable."""
        booking = settled(till)
        with till.begin() as work:
            account = work.connect_accounts.find(booking.instructor)
        assert account is not None
        till.processor.pay_out(account.account)  # There is nothing left to take back.
        refund = give_back(till, booking, reason=RefundReason.DISPUTE)
        assert refund.state is RefundState.SUCCEEDED
        assert till.payment(booking).review_reason == "reversal_failed"
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == PAYOUT
        assert till.balances()[Account.REFUNDS_CONTRA] == PRICE - PAYOUT

    def test_a_lost_answer_is_swept_up(self, till: Till) -> None:
        """PY-62: one refund, whatever happens to its answer."""
        booking = settled(till)
        till.processor.fail_next("refund", Fault.TIMEOUT_AFTER)
        with pytest.raises(OutcomeUnknown):
            give_back(till, booking, reason=RefundReason.DISPUTE)
        till.after(minutes=2)
        assert till.payment(booking).outcome is Outcome.DISPUTE_REFUND
        assert [each for each in effects(till) if each[0] == "refund"] == [("refund", PRICE)]
        assert till.balances()[Account.REFUNDS_CONTRA] == PRICE - PAYOUT

    def test_there_is_no_such_payment(self, till: Till) -> None:
        order = OrderRefund(
            principal=operator(till),
            payment_id=till.ids.new(PaymentId),
            cents=None,
            reason=RefundReason.OTHER,
        )
        with pytest.raises(PaymentNotFound), till.begin() as work:
            order_refund(order, work=work, ids=till.ids, clock=till.clock)
        with pytest.raises(RefundNotFound):
            refund_of(till, till.ids.new(RefundId))

    def test_what_is_undone_was_never_ordered(self, till: Till) -> None:
        """AD-7: a preview does it and undoes it."""
        booking = settled(till)
        order = OrderRefund(
            principal=operator(till),
            payment_id=till.payment(booking).payment_id,
            cents=None,
            reason=RefundReason.OTHER,
        )
        with pytest.raises(_UndoneError), till.begin() as work:
            order_refund(order, work=work, ids=till.ids, clock=till.clock)
            raise _UndoneError
        with till.begin() as work:
            assert work.refunds.of(order.payment_id) == []


def _completed(till: Till, booking: Booking, since: datetime) -> int:
    with till.begin() as work:
        return work.instructor_tiers.facts(booking.instructor, since=since).completed


class _UndoneError(Exception):
    """Leaves a unit undone."""


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
