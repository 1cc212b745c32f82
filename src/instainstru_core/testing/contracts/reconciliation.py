"""What every comparison with the processor must do. Source: PY-84, PY-85."""

from datetime import date, datetime, timedelta
from typing import Final

import pytest

from instainstru_core.accounts.ids import AccountId
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.payments.ids import JournalId, PaymentId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.model.processor import BalanceKind
from instainstru_core.payments.reconciliation.errors import (
    DayNotOver,
    DifferenceNotFound,
    DifferenceNotOpen,
)
from instainstru_core.payments.reconciliation.model import (
    Explained,
    Item,
    ItemClass,
    ResolutionKind,
    Run,
)
from instainstru_core.payments.use_cases.reconciliation.reconcile_day import reconcile_day
from instainstru_core.payments.use_cases.reconciliation.reconcile_due import reconcile_due
from instainstru_core.testing.fakes.books import FakeBooks
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import Till

DAY: Final = NOON.date()
MORNING: Final = NOON.replace(hour=1)
"""An hour after midnight: by the night's run it is more than a day ago."""
FOUR: Final = timedelta(hours=4)
HOUR: Final = timedelta(hours=1)


def take(
    till: Till,
    reference: str | None,
    cents: int,
    *,
    at: datetime = MORNING,
    payment_id: PaymentId | None = None,
) -> Journal:
    """Our books say that so much came to the processor, or went."""
    journal_id = till.ids.new(JournalId)
    lines = tuple(
        Line(account=account, cents=amount, payment_id=payment_id, processor_ref=reference)
        for account, amount in (
            (Account.PROCESSOR_BALANCE, cents),
            (Account.BOOKING_ESCROW, -cents),
        )
    )
    journal = Journal(
        journal_id=journal_id,
        journal_type=JournalType.CAPTURE,
        source_id=str(journal_id),
        occurred_at=at,
        lines=lines,
    )
    with till.begin() as work:
        work.ledger.post([journal])
    return journal


def night(till: Till, books: FakeBooks, day: date = DAY) -> Run:
    """The run at four in the morning after *day*, or again later."""
    after = datetime.combine(day, NOON.timetz().replace(hour=0)) + timedelta(days=1) + FOUR
    till.clock.set(max(after, till.clock.now()))
    return reconcile_day(day, begin=till.begin, gateway=books, ids=till.ids, clock=till.clock)


def items(till: Till, day: date = DAY, item_class: ItemClass | None = None) -> list[Item]:
    """What the run of a day found."""
    with till.read() as reads:
        page = PageRequest(limit=100)
        return list(reads.reconciliation_queries.items(day, page, item_class=item_class).items)


def classes(till: Till, day: date = DAY) -> dict[str, ItemClass]:
    """The class of each reference."""
    return {item.reference: item.item_class for item in items(till, day)}


class ReconciliationContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_85_every_class(self, till: Till) -> None:
        books = FakeBooks()
        take(till, "ch_1", 1000)
        books.move(BalanceKind.CHARGE, "ch_1", 1000, at=MORNING)
        take(till, "ch_2", 2000)
        books.move(BalanceKind.CHARGE, "ch_2", 1999, at=MORNING)
        take(till, "ch_3", 3000)
        books.move(BalanceKind.CHARGE, "ch_4", 4000, at=MORNING)
        take(till, "ch_5", 5000, at=NOON)
        books.move(BalanceKind.CHARGE, "ch_6", 6000, at=NOON)
        run = night(till, books)
        assert classes(till) == {
            "ch_1": ItemClass.MATCHED,
            "ch_2": ItemClass.AMOUNT_MISMATCH,
            "ch_3": ItemClass.MISSING_AT_PROCESSOR,
            "ch_4": ItemClass.MISSING_IN_LEDGER,
            "ch_5": ItemClass.PENDING,
            "ch_6": ItemClass.PENDING,
        }
        assert (run.transactions, run.open_items, run.overdue_items) == (4, 3, 0)
        totals = {each.item_class: each for each in run.totals}
        assert totals[ItemClass.PENDING].count == 2
        assert totals[ItemClass.PENDING].ledger_cents == 5000
        assert totals[ItemClass.PENDING].processor_cents == 6000
        assert not run.agrees
        assert run.balances.ledger_cents == 11000
        assert run.balances.imported_cents == 12999

    def test_a_reference_is_compared_by_all_that_was_ever_said_of_it(self, till: Till) -> None:
        """A refund that failed after days came back: both say nothing moved in the end."""
        books = FakeBooks()
        take(till, "re_1", -500)
        books.move(BalanceKind.REFUND, "re_1", -500, at=MORNING)
        assert night(till, books).agrees
        later = MORNING + timedelta(days=3)
        take(till, "re_1", 500, at=later)
        books.move(BalanceKind.REFUND_FAILURE, "re_1", 500, at=later)
        run = night(till, books, DAY + timedelta(days=3))
        assert run.agrees
        (item,) = items(till, DAY + timedelta(days=3))
        assert (item.ledger_cents, item.processor_cents) == (0, 0)
        assert item.kinds == (BalanceKind.REFUND, BalanceKind.REFUND_FAILURE)

    def test_midnight_between_the_two_is_no_difference(self, till: Till) -> None:
        books = FakeBooks()
        midnight = MORNING - HOUR
        take(till, "ch_1", 700, at=midnight - timedelta(seconds=1))
        books.move(BalanceKind.CHARGE, "ch_1", 700, at=midnight)
        till.clock.set(NOON)
        assert night(till, books, DAY - timedelta(days=1)).agrees
        assert night(till, books).agrees

    def test_py_85_actual_fees_are_posted_once(self, till: Till) -> None:
        books, payment_id = FakeBooks(), till.ids.new(PaymentId)
        take(till, "ch_1", 1000, payment_id=payment_id)
        books.move(BalanceKind.CHARGE, "ch_1", 1000, at=MORNING, fee_cents=59)
        books.move(BalanceKind.FEE, "acct", -200, at=MORNING)
        for _ in range(2):
            run = night(till, books)
            assert run.agrees
            assert run.fees_cents == 259
            assert till.balances()[Account.PROCESSING_FEE_EXPENSE] == 259
            assert till.balances()[Account.PROCESSOR_BALANCE] == 741 == books.balance()
        with till.read() as reads:
            found = reads.ledger_queries.of_payment(payment_id)
        fees = [each for each in found if each.journal_type is JournalType.PROCESSING_FEE]
        assert [each.source_id for each in fees] == ["txn_1"]
        assert [line.cents for line in fees[0].lines] == [59, -59]

    def test_py_85_a_fee_waits_for_its_own_night(self, till: Till) -> None:
        """What the processor moved a moment ago may not be in our books yet, nor whose it is."""
        books, payment_id = FakeBooks(), till.ids.new(PaymentId)
        today = DAY + timedelta(days=1)
        at = MORNING + timedelta(days=1)
        books.move(BalanceKind.CHARGE, "ch_1", 1000, at=at, fee_cents=59)
        night(till, books)
        assert Account.PROCESSING_FEE_EXPENSE not in till.balances()
        take(till, "ch_1", 1000, at=at, payment_id=payment_id)
        assert night(till, books, today).agrees
        with till.read() as reads:
            _, fee = reads.ledger_queries.of_payment(payment_id)
        assert fee.journal_type is JournalType.PROCESSING_FEE

    def test_a_fee_given_back_goes_the_other_way(self, till: Till) -> None:
        books = FakeBooks()
        take(till, "re_1", -1000)
        books.move(BalanceKind.REFUND, "re_1", -1000, at=MORNING, fee_cents=-30)
        assert night(till, books).fees_cents == -30
        assert till.balances()[Account.PROCESSING_FEE_EXPENSE] == -30

    def test_appendix_a_21_the_platforms_payouts_are_posted(self, till: Till) -> None:
        books = FakeBooks()
        books.move(BalanceKind.PAYOUT, "po_1", -900, at=MORNING)
        books.move(BalanceKind.PAYOUT, "po_2", -100, at=MORNING)
        books.move(BalanceKind.PAYOUT_FAILURE, "po_2", 100, at=MORNING + HOUR)
        run = night(till, books)
        assert run.agrees
        assert run.payouts_cents == 900
        assert till.balances() == {Account.PLATFORM_BANK: 900, Account.PROCESSOR_BALANCE: -900}

    def test_a_disputes_fee_belongs_to_the_dispute(self, till: Till) -> None:
        """Whoever heard of the dispute posted both."""
        books = FakeBooks()
        take(till, "dp_1", -1000)
        take(till, "dp_1", -1500)
        books.move(BalanceKind.DISPUTE, "dp_1", -1000, at=MORNING, fee_cents=1500)
        run = night(till, books)
        assert run.agrees
        assert run.fees_cents == 0

    def test_a_line_without_the_processors_name_matches_nothing(self, till: Till) -> None:
        books = FakeBooks()
        journal = take(till, None, 100)
        night(till, books)
        name = f"journal:{journal.journal_id.value}"
        assert classes(till) == {name: ItemClass.MISSING_AT_PROCESSOR}

    def test_what_was_pending_agrees_the_next_night(self, till: Till) -> None:
        books = FakeBooks()
        take(till, "ch_1", 100, at=NOON)
        assert night(till, books).open_items == 0
        books.move(BalanceKind.CHARGE, "ch_1", 100, at=NOON + 24 * HOUR)
        assert night(till, books, DAY + timedelta(days=1)).agrees
        (item,) = items(till)
        assert item.resolution is not None
        assert item.resolution.kind is ResolutionKind.AGREED

    def test_py_85_two_nights_open_is_an_alarm(self, till: Till) -> None:
        books = FakeBooks()
        take(till, "ch_1", 100)
        first = night(till, books)
        assert (first.open_items, first.overdue_items) == (1, 0)
        second = night(till, books, DAY + timedelta(days=1))
        assert (second.open_items, second.overdue_items) == (1, 1)
        (was,), (now,) = items(till), items(till, DAY + timedelta(days=1))
        assert was.resolution is not None
        assert was.resolution.kind is ResolutionKind.CARRIED
        assert (now.first_day, now.nights, now.is_open) == (DAY, 2, True)
        with till.read() as reads:
            assert list(reads.reconciliation_queries.open_items(10)) == [now]
        books.move(BalanceKind.CHARGE, "ch_1", 100, at=MORNING + timedelta(days=2))
        assert night(till, books, DAY + timedelta(days=2)).agrees
        with till.read() as reads:
            assert list(reads.reconciliation_queries.open_items(10)) == []

    def test_a_run_made_again_counts_no_night_twice(self, till: Till) -> None:
        books = FakeBooks()
        take(till, "ch_1", 100)
        first = night(till, books)
        assert night(till, books) == first
        (item,) = items(till)
        assert item.nights == 1
        night(till, books, DAY + timedelta(days=1))
        assert night(till, books).open_items == 0, "the later run has it"

    def test_a_run_made_again_sees_what_came_late(self, till: Till) -> None:
        books = FakeBooks()
        take(till, "ch_1", 100)
        assert night(till, books).open_items == 1
        books.move(BalanceKind.CHARGE, "ch_1", 100, at=MORNING)
        run = night(till, books)
        assert run.agrees
        assert classes(till) == {"ch_1": ItemClass.MATCHED}

    def test_an_operator_explains_a_difference_once(self, till: Till) -> None:
        books, actor = FakeBooks(), till.ids.new(AccountId)
        take(till, "ch_1", 100)
        take(till, "ch_2", 100)
        books.move(BalanceKind.CHARGE, "ch_2", 100, at=MORNING)
        night(till, books)
        with till.begin() as work:
            item = work.reconciliations.get_item(DAY, "ch_1")
            said = item.explain(Explained(note="paid by bank"), actor=actor, at=NOON)
            work.reconciliations.save_item(said)
        with till.begin() as work:
            kept = work.reconciliations.get_item(DAY, "ch_1")
            assert kept == said
            with pytest.raises(DifferenceNotOpen):
                kept.explain(Explained(note="again"), actor=actor, at=NOON)
            with pytest.raises(DifferenceNotOpen):
                work.reconciliations.get_item(DAY, "ch_2").explain(
                    Explained(note="nothing"), actor=actor, at=NOON
                )
            with pytest.raises(DifferenceNotFound):
                work.reconciliations.get_item(DAY, "ch_3")
        assert night(till, books).open_items == 0
        assert night(till, books, DAY + timedelta(days=1)).agrees
        assert {item.reference for item in items(till) if item.resolution} == {"ch_1"}

    def test_py_84_a_balance_that_nothing_explains_is_shown(self, till: Till) -> None:
        books = FakeBooks(unlisted_cents=7)
        take(till, "ch_1", 100)
        books.move(BalanceKind.CHARGE, "ch_1", 100, at=MORNING)
        run = night(till, books)
        assert run.balances.unexplained_cents == 7
        assert not run.agrees

    def test_a_balance_that_moves_while_asked_says_nothing(self, till: Till) -> None:
        class Busy(FakeBooks):
            def balance(self) -> int:
                self.unlisted_cents += 1
                return self.unlisted_cents

        run = night(till, Busy())
        assert run.balances.told_cents is None
        assert run.agrees

    @pytest.mark.parametrize("day", [DAY, DAY + timedelta(days=1), date(2019, 12, 31)])
    def test_only_days_that_are_over(self, till: Till, day: date) -> None:
        with pytest.raises(DayNotOver):
            reconcile_day(
                day, begin=till.begin, gateway=FakeBooks(), ids=till.ids, clock=till.clock
            )

    def test_nights_slept_through_are_made_up_for(self, till: Till) -> None:
        books = FakeBooks()
        night(till, books)
        till.clock.set(till.clock.now() + timedelta(days=3))
        runs = reconcile_due(begin=till.begin, gateway=books, ids=till.ids, clock=till.clock)
        assert [run.day for run in runs] == [DAY + timedelta(days=n) for n in (1, 2, 3)]
        again = reconcile_due(begin=till.begin, gateway=books, ids=till.ids, clock=till.clock)
        assert [run.day for run in again] == [DAY + timedelta(days=3)]
        with till.read() as reads:
            newest = reads.reconciliation_queries.runs(PageRequest(limit=3))
            rest = reads.reconciliation_queries.runs(
                PageRequest(limit=3, cursor=newest.next_cursor)
            )
        found = [run.day for run in (*newest.items, *rest.items)]
        assert found == [DAY + timedelta(days=n) for n in (3, 2, 1, 0)]

    def test_items_come_page_by_page_and_class_by_class(self, till: Till) -> None:
        books = FakeBooks()
        for n in range(5):
            take(till, f"ch_{n}", 100 + n)
        books.move(BalanceKind.CHARGE, "ch_2", 102, at=MORNING)
        night(till, books)
        with till.read() as reads:
            queries = reads.reconciliation_queries
            first = queries.items(DAY, PageRequest(limit=3))
            rest = queries.items(DAY, PageRequest(limit=3, cursor=first.next_cursor))
            assert [item.reference for item in (*first.items, *rest.items)] == [
                f"ch_{n}" for n in range(5)
            ]
            assert rest.next_cursor is None
            assert [item.reference for item in queries.differences(DAY, 2)] == ["ch_4", "ch_3"]
            assert queries.run(DAY - timedelta(days=1)) is None
        assert [item.reference for item in items(till, DAY, ItemClass.MATCHED)] == ["ch_2"]

    def test_a_lesson_from_checkout_to_payout_agrees_to_the_cent(self, till: Till) -> None:
        """With the simulated processor: what was done to it is what our books say."""
        booking = till.hold()
        till.pay(booking)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.after(hours=25)
        payment = till.payment(booking)
        day = till.clock.now().date()
        till.after(days=2)
        for past in (day - timedelta(days=1), day, day + timedelta(days=1)):
            run = reconcile_day(
                past, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
            )
            assert run.agrees
        assert till.balances()[Account.PROCESSOR_BALANCE] == till.gateway.balance()
        with till.read() as reads:
            moved = reads.reconciliation_queries.moved_for(payment.payment_id)
        assert {each.kind for each in moved} == {BalanceKind.CHARGE, BalanceKind.TRANSFER}
        assert sum(each.net_cents for each in moved) == till.gateway.balance()
