"""What statements tell after credit, disputes and debts, over any adapter: out of the books.

Source: PY-55, PY-68, PY-70.
"""

from datetime import timedelta
from typing import Final

import pytest

from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.pagination import Cursor, PageRequest
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.processor import DisputeStatus
from instainstru_core.payments.refunds.plan import Bearer, RefundReason
from instainstru_core.payments.statements.earnings import EarningLine, EarningStatus
from instainstru_core.payments.statements.receipts import Receipt
from instainstru_core.payments.statements.transactions import Transaction, TransactionStatus
from instainstru_core.payments.use_cases.statements.read_transactions import read_transactions
from instainstru_core.testing.contracts.chargebacks import spent
from instainstru_core.testing.contracts.statements import earnings, receipt, transactions
from instainstru_core.testing.contracts.tip_refunds import act as take_tip_back
from instainstru_core.testing.contracts.tips import tip
from instainstru_core.testing.stories.credits import balance, give, paid
from instainstru_core.testing.stories.debts import BROKE, debts
from instainstru_core.testing.stories.debts import pay as pay_debt
from instainstru_core.testing.stories.endings import call_off
from instainstru_core.testing.stories.moves import move
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.stories.refunds import close, disputed, give_back, settled
from instainstru_core.testing.strategies.payments import Till

PRICE, FEE, LESSON = 10_080, 1080, 9000
DAYS: Final = timedelta(days=1)


def row_of(till: Till, booking: Booking) -> Transaction:
    """The lesson's one row in its student's history."""
    current = till.booking(booking).booking_id
    (row,) = (each for each in transactions(till) if each.booking_id == current)
    return row


def line_of(till: Till, booking: Booking) -> EarningLine:
    """The lesson's one line in its instructor's earnings."""
    current = till.booking(booking).booking_id
    (line,) = (each for each in earnings(till) if each.booking_id == current)
    return line


def summed(shown: Receipt) -> int:
    """What the amounts of a receipt come to."""
    due = shown.lesson_price.cents + shown.student_fee.cents - shown.credit.cents
    charged = due - shown.uncharged.cents + shown.recovered.cents
    return charged + shown.tip.cents - shown.refunds.cents


class StatementCornersContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_57_a_debt_after_a_dispute_is_on_the_receipt(self, till: Till) -> None:
        """PY-55: what the student paid for credit they had spent is one of the amounts."""
        booking = spent(till)
        close(till, disputed(till, booking), DisputeStatus.LOST)
        (debt,) = debts(till)
        assert debt.owed == Money(LESSON)
        pay_debt(till, debt)
        shown = receipt(till, booking)
        assert (shown.net_paid, shown.recovered) == (Money(LESSON), Money(LESSON))
        assert summed(shown) == LESSON
        assert row_of(till, booking).total_paid == Money(LESSON)

    def test_py_57_credit_that_a_dispute_took_is_given_to_nobody(self, till: Till) -> None:
        """PY-57: frozen credit is revoked with the verdict."""
        booking = paid(till, credit=0, hours_ahead=20)
        call_off(till, booking)
        till.work_off()
        assert row_of(till, booking).credit_given == Money(LESSON)
        close(till, disputed(till, booking), DisputeStatus.LOST)
        assert balance(till).available == NOTHING
        assert row_of(till, booking).credit_given == NOTHING
        assert receipt(till, booking).credit_given == NOTHING

    def test_cr_6_credit_that_ran_out_meanwhile_is_not_given(self, till: Till) -> None:
        """CR-6: what comes back after its time, by the student's own doing, is lost."""
        give(till, 2000, expires_at=till.clock.now() + DAYS)
        give(till, 1000)
        booking = paid(till, credit=3000)
        till.after(hours=47)
        call_off(till, booking)
        till.work_off()
        assert balance(till).available == Money(1000)
        assert row_of(till, booking).credit_given == Money(1000)

    def test_pr_5_with_credit_the_rows_still_sum(self, till: Till) -> None:
        """PY-55, PY-68: 50.01 of credit; the payout is whole, and half of it when called off."""
        give(till, 5001)
        booking = paid(till, credit=5001, hours_ahead=6)
        call_off(till, booking)
        till.work_off()
        shown, row, line = receipt(till, booking), row_of(till, booking), line_of(till, booking)
        assert summed(shown) == shown.net_paid.cents == row.total_paid.cents == PRICE - 5001
        assert (row.credit, row.credit_given) == (Money(501), Money(4500))
        assert balance(till).available == Money(4500)
        assert (line.net, line.commission) == (Money(3825), Money(675))

    def test_cr_13_a_full_refund_gives_the_credit_again(self, till: Till) -> None:
        give(till, 5001)
        booking = paid(till, credit=5001, hours_ahead=20)
        till.at(booking.lesson.ends_at)
        till.complete(till.booking(booking))
        till.after(hours=25)
        give_back(till, booking, reason=RefundReason.GOODWILL, bearer=Bearer.PLATFORM)
        till.work_off()
        row, shown = row_of(till, booking), receipt(till, booking)
        assert (row.status, row.total_paid) == (TransactionStatus.REFUNDED, NOTHING)
        assert row.credit_given == shown.credit_given == balance(till).available == Money(5001)
        assert summed(shown) == 0
        assert line_of(till, booking).status is EarningStatus.PAID

    def test_py_51_a_tip_that_came_back_is_no_refund_of_the_lesson(self, till: Till) -> None:
        """PY-51, PY-70: 10.00 of the tip and 95.00 of the lesson leave 5.80 of it paid."""
        booking = settled(till)
        take_tip_back(till, tip(till, booking, 1000).tip.tip_id)
        assert (line_of(till, booking).tip, line_of(till, booking).net) == (NOTHING, Money(7650))
        assert summed(receipt(till, booking)) == PRICE
        assert row_of(till, booking).status is TransactionStatus.PARTIALLY_REFUNDED
        give_back(till, booking, 9500, reason=RefundReason.GOODWILL)
        till.work_off()
        row = row_of(till, booking)
        assert (row.status, row.total_paid) == (
            TransactionStatus.PARTIALLY_REFUNDED,
            Money(PRICE - 9500),
        )
        give_back(till, booking, reason=RefundReason.GOODWILL)
        till.work_off()
        assert row_of(till, booking).status is TransactionStatus.REFUNDED

    def test_py_70_a_made_up_cursor(self, till: Till) -> None:
        """PY-70: whatever a caller writes into one, it is refused, or some page."""
        settled(till)
        made_up = str(till.ids.new(PaymentId))
        for since in (-1, -(10**17) + 1, 10**17):
            page = PageRequest(cursor=Cursor((since, made_up)))
            with pytest.raises(Malformed):
                read_transactions(till.student, page, read=till.read)
        page = PageRequest(cursor=Cursor((10**17 - 1, made_up)))
        assert len(read_transactions(till.student, page, read=till.read).items) == 1

    def test_py_1_a_moved_lesson_is_one_row(self, till: Till) -> None:
        """PY-70: the row, and its money, follow the lesson."""
        booking = paid(till, credit=0, hours_ahead=20)
        moved = move(till, booking, DAYS)
        assert moved.booking.booking_id != booking.booking_id
        (row,) = transactions(till)
        assert (row.booking_id, row.status) == (moved.booking.booking_id, TransactionStatus.LOCKED)
        assert earnings(till) == []

    def test_py_23_what_a_late_cancellation_owes_is_pending(self, till: Till) -> None:
        """PY-25, PY-68: the card gives nothing yet, and half of it is due all the same."""
        booking = till.hold(hours_ahead=6)
        till.pay(booking, till.default_card(BROKE))
        call_off(till, booking)
        till.work_off()
        assert till.payment(booking).outcome is None
        assert line_of(till, booking).status is EarningStatus.PENDING

    @pytest.mark.parametrize("hours", [20, 72])
    def test_where_nothing_is_due_it_is_cancelled(self, till: Till, hours: int) -> None:
        """PY-31, PY-32: the instructor gets nothing."""
        booking = paid(till, credit=0, hours_ahead=hours)
        till.at(booking.lesson.starts_at - hours * HOUR)
        call_off(till, booking)
        till.work_off()
        assert line_of(till, booking).status is EarningStatus.CANCELLED
