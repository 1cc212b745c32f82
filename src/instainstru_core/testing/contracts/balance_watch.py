"""Our account of the processor, watched hour by hour, over any adapter. Source: PY-84, PY-86."""

from datetime import date, timedelta

import pytest

from instainstru_core.accounts.ids import AccountId
from instainstru_core.payments.gateways import BooksGateway
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.processor import BalanceKind
from instainstru_core.payments.reconciliation.model import (
    Explained,
    Item,
    ItemClass,
    ResolutionKind,
)
from instainstru_core.payments.use_cases.reconciliation.reconcile_due import reconcile_due
from instainstru_core.payments.use_cases.reconciliation.watch_balance import watch_balance
from instainstru_core.testing.contracts.reconciliation import DAY, items, night, take
from instainstru_core.testing.fakes.books import FakeBooks
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.endings import PRICE, held
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.payments import Till

CHARGED, FEE, PAID_OUT = 10_000, 320, 2_500


def watch(till: Till, books: BooksGateway | None = None) -> Item | None:
    """The hourly check."""
    return watch_balance(begin=till.begin, gateway=books or till.gateway, clock=till.clock)


def opened(till: Till) -> FakeBooks:
    """Both sides agree about one charge, and the first night is over."""
    books = FakeBooks()
    take(till, "ch_1", CHARGED)
    books.move(BalanceKind.CHARGE, "ch_1", CHARGED, at=till.clock.now() - 11 * HOUR)
    assert night(till, books).agrees
    assert watch(till, books) is None
    return books


def explain(till: Till, item: Item) -> None:
    """An operator knows why."""
    with till.begin() as work:
        found = work.reconciliations.get_item(item.day, item.reference)
        said = Explained(note="a correction by hand")
        actor = till.ids.new(AccountId)
        work.reconciliations.save_item(found.explain(said, actor=actor, at=till.clock.now()))


def findings(till: Till, day: date = DAY) -> list[Item]:
    """What was found of the balance as such, whatever became of it."""
    return [item for item in items(till, day) if item.reference.startswith("balance:")]


class BalanceWatchContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_84_before_the_first_night_nothing_is_compared(self, till: Till) -> None:
        books = FakeBooks(unlisted_cents=5)
        assert watch(till, books) is None
        with till.begin() as work:
            assert work.reconciliations.open_balance() is None

    @pytest.mark.parametrize("beyond", [-1, 1, 700])
    def test_py_86_a_balance_that_nothing_explains(self, till: Till, beyond: int) -> None:
        """PY-84, PY-86: an item for operators, once; gone when both sides agree again."""
        books = opened(till)
        books.unlisted_cents = beyond
        till.clock.move(HOUR)
        found = watch(till, books)
        assert found is not None
        assert (found.item_class, found.difference_cents) == (ItemClass.AMOUNT_MISMATCH, beyond)
        assert (found.ledger_cents, found.is_open) == (CHARGED, True)
        till.clock.move(HOUR)
        assert watch(till, books) == found, "it is told of once"
        assert findings(till) == [found]
        books.unlisted_cents = 0
        till.clock.move(HOUR)
        assert watch(till, books) is None
        (ended,) = findings(till)
        assert ended.resolution is not None
        assert ended.resolution.kind is ResolutionKind.AGREED

    def test_py_86_what_an_operator_explained_is_no_news(self, till: Till) -> None:
        """PY-85: and what comes on top of it is."""
        books = opened(till)
        books.unlisted_cents = 700
        first = watch(till, books)
        assert first is not None
        explain(till, first)
        till.clock.move(HOUR)
        assert watch(till, books) is None
        books.unlisted_cents = 705
        till.clock.move(HOUR)
        second = watch(till, books)
        assert second is not None
        assert second.difference_cents == 5

    def test_py_84_what_the_night_will_post_is_expected(self, till: Till) -> None:
        """PY-85: fees and the platform's own payouts, young or old, before and after the night."""
        books = opened(till)
        now = till.clock.now()
        take(till, "ch_2", CHARGED, at=now)
        books.move(BalanceKind.CHARGE, "ch_2", CHARGED, at=now, fee_cents=FEE)
        books.move(BalanceKind.FEE, "fee_1", -45, at=now)
        books.move(BalanceKind.PAYOUT, "po_1", -PAID_OUT, at=now)
        assert watch(till, books) is None
        till.clock.move(3 * HOUR)
        assert watch(till, books) is None
        assert night(till, books, DAY + timedelta(days=1)).agrees
        assert watch(till, books) is None
        assert till.balances()[Account.PROCESSOR_BALANCE] == books.balance()

    def test_py_86_what_moved_just_now_may_be_told_by_one_side(self, till: Till) -> None:
        """PY-65, PY-86: for an hour; after that it is a difference."""
        books = opened(till)
        books.move(BalanceKind.REFUND_FAILURE, "re_1", 400, at=till.clock.now())
        take(till, "tr_1", -150, at=till.clock.now())
        assert watch(till, books) is None
        till.clock.move(2 * HOUR)
        found = watch(till, books)
        assert found is not None
        assert found.difference_cents == 400 + 150

    def test_py_86_what_reconciliation_lists_is_known(self, till: Till) -> None:
        """PY-85: pending, open or explained, it is there already, under its own reference."""
        books = opened(till)
        books.move(BalanceKind.CHARGE, "ch_9", 900, at=till.clock.now())
        night(till, books, DAY + timedelta(days=1))
        till.clock.move(2 * HOUR)
        assert watch(till, books) is None
        night(till, books, DAY + timedelta(days=2))
        (listed,) = items(till, DAY + timedelta(days=2), ItemClass.MISSING_IN_LEDGER)
        assert watch(till, books) is None
        explain(till, listed)
        till.clock.move(2 * HOUR)
        assert watch(till, books) is None

    def test_py_62_calls_without_an_answer_explain_as_much(self, till: Till) -> None:
        """PY-62, PY-86: a capture whose answer was lost hours ago is no difference."""
        self._night_of_the_till(till)
        booking = held(till)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.processor.fail_next("capture", Fault.TIMEOUT_AFTER)
        with till.begin() as work:
            day = work.reconciliations.latest_day()
        assert day is not None
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).captured.cents == 0
        assert till.gateway.balance() > PRICE // 2, "the processor did take it"
        till.clock.move(2 * HOUR)
        assert watch(till) is None
        till.work_off()
        till.clock.move(2 * HOUR)
        assert watch(till) is None
        assert findings(till, day) == []

    def test_py_84_the_simulated_processor_agrees(self, till: Till) -> None:
        """PY-84: a lesson from its hold to its payout, looked at all the while."""
        self._night_of_the_till(till)
        booking = held(till)
        assert watch(till) is None
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        for hours in (24, 25, 27, 40):
            till.at(booking.lesson.ends_at + hours * HOUR)
            assert watch(till) is None
        reconcile_due(begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock)
        assert watch(till) is None
        assert till.balances()[Account.PROCESSOR_BALANCE] == till.gateway.balance()

    def _night_of_the_till(self, till: Till) -> None:
        till.clock.move(timedelta(days=1))
        reconcile_due(begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock)
