"""What people are told of a lesson's money after it ended, over any adapter.

Source: PY-1, PY-30, PY-55, PY-57, PY-68, PY-71.
"""

import pytest

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.errors import PaymentNotFound
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.planner import MoneyPolicy, SettlementPlan
from instainstru_core.payments.model.processor import DisputeStatus
from instainstru_core.payments.refunds.plan import Bearer, RefundReason
from instainstru_core.payments.statements.errors import ReceiptNotFound
from instainstru_core.payments.use_cases.cancel_lesson import CancelByAdmin, cancel_by_admin
from instainstru_core.payments.use_cases.read_payment import read_payment
from instainstru_core.testing.contracts.statement_corners import line_of
from instainstru_core.testing.contracts.statements import STORIES, receipt
from instainstru_core.testing.contracts.tips import tip
from instainstru_core.testing.stories.credits import give, paid
from instainstru_core.testing.stories.endings import PAYOUT, PRICE, call_off, held, operator
from instainstru_core.testing.stories.moves import move
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.stories.refunds import close, disputed, give_back, settled, standing
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.strategies.payments import Till


def told_payout(till: Till, booking: Booking) -> Money:
    """What the instructor is told to get of the lesson, wherever it is now."""
    current = till.booking(booking).booking_id
    instructor = AccountId(booking.instructor.value)
    return read_payment(current, viewer=instructor, read=till.read).payout


def amounts(plan: SettlementPlan | None) -> tuple[object, ...]:
    """What is told of a plan, but for its steps."""
    assert plan is not None
    return (
        plan.outcome,
        plan.captured,
        plan.released_hold,
        plan.refunded,
        plan.credit_released,
        plan.credit_forfeited,
        plan.credit_issued,
        plan.student_fee_kept,
        plan.commission_kept,
        plan.payout,
    )


def _called_off(till: Till, hours: int) -> tuple[Booking, tuple[object, ...]]:
    booking = till.hold(hours_ahead=hours)
    till.pay(booking)
    first = amounts(call_off(till, booking).plan)
    till.work_off()
    return booking, first


class ToldAfterwardsContract:
    """Inherit, and provide the `till` fixture."""

    @pytest.mark.parametrize("hours", [6, 20])
    def test_py_30_a_refund_does_not_change_what_cancelling_did(
        self, till: Till, hours: int
    ) -> None:
        """PY-30, PY-54: the outcome is the refund's; cancelling again tells the cancellation's."""
        booking, first = _called_off(till, hours)
        give_back(till, booking, reason=RefundReason.PLATFORM_ERROR, bearer=Bearer.PLATFORM)
        till.work_off()
        payment = till.payment(booking)
        assert (payment.state, payment.outcome) == (PaymentState.SETTLED, Outcome.ADMIN_REFUND)
        assert amounts(call_off(till, booking).plan) == first
        assert till.payment(booking) == payment, "it only tells"

    def test_py_30_a_part_given_back_changes_nothing(self, till: Till) -> None:
        booking, first = _called_off(till, 6)
        give_back(till, booking, 100)
        assert amounts(call_off(till, booking).plan) == first

    def test_py_30_nor_does_a_dispute(self, till: Till) -> None:
        """PY-30, PY-57: while the bank decides, and after it kept the money."""
        booking, first = _called_off(till, 6)
        dispute = disputed(till, booking)
        assert amounts(call_off(till, booking).plan) == first
        close(till, dispute, DisputeStatus.LOST)
        assert till.payment(booking).outcome is Outcome.DISPUTE_LOST
        assert amounts(call_off(till, booking).plan) == first
        assert till.books().balanced

    @pytest.mark.parametrize("policy", [MoneyPolicy.FULL_CREDIT, MoneyPolicy.NO_REFUND])
    def test_py_39_nor_what_an_operator_decided(self, till: Till, policy: MoneyPolicy) -> None:
        """PY-30, PY-39: the policy first asked for stands, whatever is asked for again."""
        booking = held(till)
        first = self._by_operator(till, booking, policy)
        till.work_off()
        give_back(till, booking, bearer=Bearer.INSTRUCTOR)
        till.work_off()
        assert till.payment(booking).outcome is Outcome.ADMIN_REFUND
        again = self._by_operator(till, booking, MoneyPolicy.STUDENT_POLICY)
        assert amounts(again) == amounts(first)

    def _by_operator(
        self, till: Till, booking: Booking, policy: MoneyPolicy
    ) -> SettlementPlan | None:
        asked = CancelByAdmin(
            principal=operator(till),
            booking_id=booking.booking_id,
            policy=policy,
            reason="the studio burnt down",
        )
        return cancel_by_admin(asked, begin=till.begin, ids=till.ids, clock=till.clock).plan

    @pytest.mark.parametrize("story", STORIES)
    def test_py_68_an_instructor_is_told_what_the_books_say(self, till: Till, story: str) -> None:
        """PY-52, PY-57, PY-68: whoever bore a refund; tips are told apart."""
        act, _, (_, net, _), _ = STORIES[story]
        booking = act(till)
        line = line_of(till, booking)
        assert told_payout(till, booking).cents == net == line.net.cents + line.owed.cents

    def test_py_68_before_the_end_it_is_what_was_agreed(self, till: Till) -> None:
        booking = held(till)
        assert told_payout(till, booking) == Money(PAYOUT)
        till.at(booking.lesson.starts_at - 6 * HOUR)
        call_off(till, booking)
        assert told_payout(till, booking) == Money(3825), "decided, and not carried out"

    def test_py_5_a_top_up_counts(self, till: Till) -> None:
        """PY-2, PY-5: the card paid less than the payout; the platform added the rest."""
        give(till, 9000)
        booking = paid(till, credit=9000, hours_ahead=20)
        till.at(booking.lesson.ends_at)
        till.complete(till.booking(booking))
        till.at(booking.lesson.ends_at + 24 * HOUR)
        legs = [each for each in till.processor.effects if each.kind == "transfer"]
        assert [each.amount_cents for each in legs] == [1080, PAYOUT - 1080]
        tip(till, booking, 700)
        assert told_payout(till, booking) == Money(PAYOUT)

    @pytest.mark.parametrize(
        ("verdict", "left"), [(DisputeStatus.WON, PAYOUT), (DisputeStatus.LOST, 0)]
    )
    def test_py_57_while_the_bank_decides_it_is_owed(
        self, till: Till, verdict: DisputeStatus, left: int
    ) -> None:
        """PY-56, PY-57: what was taken back is held for whom the bank decides."""
        booking = settled(till)
        dispute = disputed(till, booking)
        assert line_of(till, booking).net == NOTHING
        assert told_payout(till, booking) == Money(PAYOUT) == line_of(till, booking).owed
        close(till, dispute, verdict)
        till.work_off()
        assert told_payout(till, booking) == Money(left)

    @pytest.mark.parametrize("first", [DisputeStatus.WON, DisputeStatus.LOST])
    def test_py_71_of_two_disputes_both_must_end_well(
        self, till: Till, first: DisputeStatus
    ) -> None:
        """PY-56, PY-57: one won and one lost, in either order, leave the student restricted."""
        booked = [self._spent_later(till) for _ in range(2)]
        till.pay(till.hold(hours_ahead=400), credit_cents=9000)
        till.pay(till.hold(hours_ahead=500), credit_cents=9000)
        disputes = [disputed(till, each) for each in booked]
        assert standing(till) is Standing.RESTRICTED
        other = {DisputeStatus.WON: DisputeStatus.LOST, DisputeStatus.LOST: DisputeStatus.WON}
        close(till, disputes[0], first)
        assert standing(till) is Standing.RESTRICTED, "the other one is open"
        close(till, disputes[1], other[first])
        assert standing(till) is Standing.RESTRICTED, "one was lost"
        assert till.books().balanced

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_py_71_two_disputes_won_set_the_student_free(
        self, till: Till, order: tuple[int, int]
    ) -> None:
        """PY-57: only the second one, whichever it is."""
        booked = [self._spent_later(till) for _ in range(2)]
        till.pay(till.hold(hours_ahead=400), credit_cents=9000)
        till.pay(till.hold(hours_ahead=500), credit_cents=9000)
        disputes = [disputed(till, each) for each in booked]
        close(till, disputes[order[0]], DisputeStatus.WON)
        assert standing(till) is Standing.RESTRICTED
        close(till, disputes[order[1]], DisputeStatus.WON)
        assert standing(till) is Standing.OK

    def _spent_later(self, till: Till) -> Booking:
        """A lesson called off late, which gave credit that is still to be spent."""
        booking = till.hold(hours_ahead=20)
        till.pay(booking)
        call_off(till, booking)
        till.work_off()
        return booking

    def test_py_1_an_old_booking_shows_the_payment_of_its_lesson(self, till: Till) -> None:
        """PY-1: wherever the lesson went, its money is found from where it was, not by others."""
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        first = move(till, booking, 24 * HOUR).booking
        second = move(till, first, 24 * HOUR).booking
        viewer = AccountId(booking.student.value)
        shown = read_payment(second.booking_id, viewer=viewer, read=till.read)
        assert shown.payment.booking_id == second.booking_id
        stranger = AccountId(till.ids.new(StudentId).value)
        for old in (booking, first):
            assert read_payment(old.booking_id, viewer=viewer, read=till.read) == shown
            with pytest.raises(PaymentNotFound):
                read_payment(old.booking_id, viewer=stranger, read=till.read)

    def test_py_1_an_old_booking_shows_the_receipt_of_its_lesson(self, till: Till) -> None:
        """PY-1, PY-55: moved twice, its money went along; to others there is none, as ever."""
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        first = move(till, booking, 24 * HOUR).booking
        second = move(till, first, 24 * HOUR).booking
        for each in (booking, first, second):
            with pytest.raises(ReceiptNotFound):
                receipt(till, each)  # Nothing was charged yet.
        till.at(second.lesson.starts_at - 24 * HOUR)
        till.at(second.lesson.ends_at)
        till.complete(till.booking(second))
        till.at(second.lesson.ends_at + 24 * HOUR)
        shown = receipt(till, second)
        assert shown.net_paid == Money(PRICE)
        for old in (booking, first):
            assert receipt(till, old) == shown
            assert receipt(till, old, operator(till)) == shown
            with pytest.raises(ReceiptNotFound):
                receipt(till, old, signed_in(till.ids.new(StudentId)))
