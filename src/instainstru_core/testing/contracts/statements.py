"""Receipts, earnings and transactions, over any adapter: out of the books, and to the cent.

Source: PY-55, PY-68, PY-70.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final

import pytest

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal, Role
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.pagination import Cursor, PageRequest
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.processor import DisputeStatus
from instainstru_core.payments.refunds.plan import Bearer, RefundReason
from instainstru_core.payments.statements.earnings import EarningLine, EarningStatus, totals_of
from instainstru_core.payments.statements.errors import ReceiptNotFound
from instainstru_core.payments.statements.periods import WHOLE, Period
from instainstru_core.payments.statements.receipts import MoveKind, Receipt
from instainstru_core.payments.statements.transactions import Transaction, TransactionStatus
from instainstru_core.payments.use_cases.statements.read_earnings import (
    all_earnings,
    read_earnings,
    sum_earnings,
    walk_earnings,
)
from instainstru_core.payments.use_cases.statements.read_receipt import read_receipt
from instainstru_core.payments.use_cases.statements.read_transactions import read_transactions
from instainstru_core.testing.contracts.cards import forget
from instainstru_core.testing.contracts.tips import settled, tip
from instainstru_core.testing.stories.debts import debts, escalated
from instainstru_core.testing.stories.debts import pay as pay_debt
from instainstru_core.testing.stories.endings import call_off, locked, operator
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.stories.refunds import close, disputed, give_back
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.strategies.payments import Till

# LP 9000 at 12 % and 15 %: SF 1080, IF 1350, P 7650, A 10080; half a lesson: Y 3825, K 675.
PRICE, FEE, PAYOUT, TIP = 10_080, 1080, 7650, 1000


def _called_off(till: Till, hours_ahead: float, *, by_instructor: bool = False) -> Booking:
    booking = till.hold(hours_ahead=hours_ahead)
    till.pay(booking)
    call_off(till, booking, by_instructor=by_instructor)
    till.work_off()
    return booking


def _tipped(till: Till) -> Booking:
    booking = settled(till)
    tip(till, booking, TIP)
    return booking


def _locked(till: Till) -> Booking:
    booking = locked(till)
    call_off(till, booking)
    till.work_off()
    return booking


def _refunded(till: Till, bearer: Bearer, cents: int | None = None) -> Booking:
    booking = settled(till)
    give_back(till, booking, cents, reason=RefundReason.GOODWILL, bearer=bearer)
    till.work_off()
    return booking


def _lost(till: Till) -> Booking:
    booking = settled(till)
    close(till, disputed(till, booking), DisputeStatus.LOST)
    till.work_off()
    return booking


def _owing(till: Till) -> Booking:
    return escalated(till)


STORIES: Final[dict[str, tuple[Callable[[Till], Booking], str, tuple[int, int, int], int]]] = {
    "taught": (settled, "paid", (1350, PAYOUT, 0), PRICE),
    "tipped": (_tipped, "paid", (1350, PAYOUT, TIP), PRICE + TIP),
    "called off early": (lambda till: _called_off(till, 72), "cancelled", (0, 0, 0), 0),
    "called off late": (lambda till: _called_off(till, 20), "cancelled", (0, 0, 0), PRICE),
    "called off too late": (lambda till: _called_off(till, 6), "partial", (675, 3825, 0), PRICE),
    "called off by the instructor": (
        lambda till: _called_off(till, 20, by_instructor=True),
        "cancelled",
        (0, 0, 0),
        0,
    ),
    "moved late and called off": (_locked, "cancelled", (0, 0, 0), PRICE),
    "refunded by the instructor": (
        lambda till: _refunded(till, Bearer.INSTRUCTOR),
        "reversed",
        (1350, 0, 0),
        0,
    ),
    "refunded by the platform": (
        lambda till: _refunded(till, Bearer.PLATFORM),
        "paid",
        (1350, PAYOUT, 0),
        0,
    ),
    "half refunded": (
        lambda till: _refunded(till, Bearer.INSTRUCTOR, 5040),
        "partial",
        (1350, 3825, 0),
        5040,
    ),
    "disputed and lost": (_lost, "reversed", (1350, 0, 0), 0),
}
"""What to do; then the status, the commission, the net and the tip, and what the student paid."""


def told(till: Till, stories: Iterable[str]) -> None:
    """Each of *stories* a week after the one before.

    The calendar is open for a move at first only, and a lost dispute ends all booking.
    """
    for story in sorted(stories, key=lambda name: ("lost" in name, "moved" not in name)):
        STORIES[story][0](till)
        till.after(days=8)


def earnings(till: Till, period: Period = WHOLE) -> list[EarningLine]:
    """What the instructor is told."""
    return all_earnings(till.classroom.instructor, period, read=till.read)


def transactions(till: Till) -> list[Transaction]:
    """What the student is told."""
    return list(read_transactions(till.student, PageRequest(limit=100), read=till.read).items)


def receipt(till: Till, booking: Booking, viewer: Principal | None = None) -> Receipt:
    """The receipt that the student, or *viewer*, is shown."""
    who = viewer or signed_in(till.student)
    current = till.booking(booking).booking_id
    return read_receipt(current, viewer=who, read=till.read)


def transferred(till: Till) -> int:
    """What reached the instructor by the books, less what was taken back."""
    with till.read() as reads:
        page = reads.ledger_queries.journals(PageRequest(limit=100)).items
    return -sum(
        line.cents
        for journal in page
        for line in journal.lines
        if line.account is Account.CONNECT_OWNER and line.instructor_id == till.classroom.instructor
    )


class StatementsContract:
    """Inherit, and provide the `till` fixture."""

    @pytest.mark.parametrize("story", STORIES)
    def test_py_68_what_each_ending_brought(self, till: Till, story: str) -> None:
        """PY-68: the line says what was really paid, and so do the totals and the transfers."""
        act, status, amounts, _ = STORIES[story]
        act(till)
        (line,) = earnings(till)
        assert line.status == status
        assert (line.commission.cents, line.net.cents, line.tip.cents) == amounts
        assert (line.lesson_price, line.commission_bps) == (Money(9000), 1500)
        totals = sum_earnings(till.classroom.instructor, WHOLE, read=till.read)
        assert totals == totals_of([line])
        assert totals.net.cents + totals.tips.cents == transferred(till)
        counts = status in {"paid", "partial"}
        assert totals.lesson_value == (Money(9000) if counts else NOTHING)
        assert totals.lessons == counts

    @pytest.mark.parametrize("story", STORIES)
    def test_py_70_what_each_ending_cost(self, till: Till, story: str) -> None:
        """PY-55, PY-70: one row per lesson; its total is what the card paid, and the receipt's."""
        act, _, _, cost = STORIES[story]
        booking = act(till)
        (row,) = transactions(till)
        assert row.total_paid.cents == cost
        assert sum(event.cents for event in row.events) == cost
        if row.receipt is None:
            with pytest.raises(ReceiptNotFound):
                receipt(till, booking)
            return
        shown = receipt(till, booking)
        assert shown.number == row.receipt
        assert shown.net_paid.cents == cost
        assert (
            shown.lesson_price.cents
            + shown.student_fee.cents
            - shown.credit.cents
            - shown.uncharged.cents
            + shown.tip.cents
            - shown.refunds.cents
        ) == cost
        assert shown.card is not None
        assert shown.card.last4 == "4242"

    def test_py_68_before_the_settlement_it_is_pending(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        assert earnings(till) == []
        till.at(booking.lesson.starts_at - 24 * HOUR)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.work_off()
        (line,) = earnings(till)
        assert (line.status, line.net, line.payout_reference) == ("pending", NOTHING, None)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        (line,) = earnings(till)
        assert (line.status, line.net) == (EarningStatus.PAID, Money(PAYOUT))
        assert line.payout_reference is not None

    def test_py_70_before_the_charge_there_is_a_row_and_no_receipt(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        assert transactions(till) == []
        till.pay(booking)
        (row,) = transactions(till)
        assert (row.status, row.total_paid, row.events) == (
            TransactionStatus.UPCOMING,
            NOTHING,
            (),
        )
        with pytest.raises(ReceiptNotFound):
            receipt(till, booking)

    def test_py_70_what_happened_stands_inside(self, till: Till) -> None:
        """PY-70: LOCK, cancellation and tip events."""
        _locked(till)
        (row,) = transactions(till)
        assert [event.kind.value for event in row.events] == ["locked", "cancelled"]
        assert (row.status, row.credit_given) == ("paid", Money(9000))
        booking = _tipped(till)
        row = next(each for each in transactions(till) if each.booking_id == booking.booking_id)
        assert [event.kind.value for event in row.events] == ["charged", "tipped"]

    def test_py_70_locked_money_is_no_lesson_yet(self, till: Till) -> None:
        booking = locked(till)
        (row,) = transactions(till)
        assert (row.status, row.total_paid.cents) == (TransactionStatus.LOCKED, PRICE)
        assert receipt(till, booking).net_paid == Money(PRICE)

    def test_py_26_a_debt_is_owed_and_then_on_the_receipt(self, till: Till) -> None:
        """PY-25: the instructor is paid; what the card didn't give is owed, and charged later."""
        booking = _owing(till)
        row = next(each for each in transactions(till) if each.booking_id == booking.booking_id)
        assert (row.status, row.total_paid) == (TransactionStatus.OWED, NOTHING)
        line = next(each for each in earnings(till) if each.booking_id == booking.booking_id)
        assert (line.status, line.net) == (EarningStatus.PAID, Money(PAYOUT))
        (debt,) = debts(till)
        pay_debt(till, debt)
        shown = receipt(till, booking)
        assert [move.kind for move in shown.moves] == [MoveKind.DEBT]
        assert (shown.net_paid, shown.uncharged) == (Money(PRICE), NOTHING)

    def test_py_55_only_its_student_and_operators(self, till: Till) -> None:
        """PY-55, AC-41: to anybody else there is no receipt, its instructor included."""
        booking = settled(till)
        assert receipt(till, booking, operator(till)) == receipt(till, booking)
        teacher = signed_in(booking.instructor, Role.INSTRUCTOR)
        for who in (teacher, signed_in(till.ids.new(StudentId))):
            with pytest.raises(ReceiptNotFound):
                receipt(till, booking, who)
        nothing = till.ids.new(BookingId)
        with pytest.raises(ReceiptNotFound):
            read_receipt(nothing, viewer=signed_in(till.student), read=till.read)

    def test_py_55_a_card_that_is_gone_stands_on_the_receipt(self, till: Till) -> None:
        """PY-67: brand and last digits outlive the card itself."""
        booking = settled(till)
        before = receipt(till, booking)
        till.add_card("pm_card_mastercard")
        forget(till, till.card)
        assert receipt(till, booking) == before

    def test_py_68_pages_go_on_where_they_ended(self, till: Till) -> None:
        """PY-68, PY-70: newest first, each row once, whatever the size of a page."""
        for hours in (72, 20, 6):
            _called_off(till, hours)
        whole = earnings(till)
        assert len(whole) == 3
        starts = [line.lesson_starts_at for line in whole]
        assert starts == sorted(starts, reverse=True)
        found: list[EarningLine] = []
        rows: list[Transaction] = []
        page: PageRequest | None = PageRequest(limit=1)
        while page is not None:
            got = read_earnings(till.classroom.instructor, page, read=till.read)
            found += got.items
            rows += read_transactions(till.student, page, read=till.read).items
            more = got.next_cursor
            page = None if more is None else PageRequest(limit=1, cursor=more)
        assert found == whole
        assert rows == transactions(till)
        assert list(walk_earnings(till.classroom.instructor, WHOLE, read=till.read)) == whole
        with pytest.raises(Malformed):
            strange = PageRequest(cursor=Cursor(("x",)))
            read_earnings(till.classroom.instructor, strange, read=till.read)

    def test_py_69_days_are_those_of_the_lesson(self, till: Till) -> None:
        """PY-69: both ends belong to the period, by the calendar where the lesson is given."""
        _called_off(till, 6)
        (line,) = earnings(till)
        day, next_to = line.zone.today(line.lesson_starts_at), timedelta(days=1)
        assert earnings(till, Period(day, day)) == [line]
        assert earnings(till, Period(day, None)) == earnings(till, Period(None, day)) == [line]
        for period in (
            Period(day + next_to, None),
            Period(None, day - next_to),
            Period(day - next_to, day - next_to),
        ):
            assert earnings(till, period) == []
        assert all_earnings(till.ids.new(InstructorId), WHOLE, read=till.read) == []
