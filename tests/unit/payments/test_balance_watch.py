"""The processor's balance beside our books, in memory."""

import pytest

from instainstru_core.payments.reconciliation.balance import BalanceFacts
from instainstru_core.payments.reconciliation.events import BalanceDiffers
from instainstru_core.testing.contracts.balance_watch import BalanceWatchContract, opened, watch
from instainstru_core.testing.contracts.reconciliation import DAY
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestBalanceWatch(BalanceWatchContract):
    """The twin."""


@pytest.mark.parametrize(
    ("told", "unexplained"),
    [(1000, 0), (1010, 0), (990, 0), (1011, 11), (989, -11)],
)
def test_py_86_calls_in_flight_explain_no_more_than_they_move(told: int, unexplained: int) -> None:
    facts = BalanceFacts(
        ledger_cents=1500,
        unposted_cents=-300,
        listed_cents=-150,
        explained_cents=-50,
        in_flight_cents=10,
    )
    assert facts.expected_cents == 1000
    assert facts.unexplained(told) == unexplained


def test_py_86_a_difference_is_told_of_once() -> None:
    """PY-86: however many hours it lasts; the next one is news again."""
    ids, clock = CountedIds(), HandMovedClock(NOON)
    store = InMemoryStore(ids, clock, ROUTES_OF_MONEY)
    till = Till.opened(begin=store.begin, read=store.read, ids=ids, clock=clock)
    books = opened(till)

    def told() -> list[int]:
        return [e.difference_cents for e in store.recorded if isinstance(e, BalanceDiffers)]

    books.unlisted_cents = 7
    for _ in range(3):
        watch(till, books)
    assert told() == [7]
    books.unlisted_cents = 0
    watch(till, books)
    books.unlisted_cents = -3
    clock.set(clock.now().replace(minute=30))
    watch(till, books)
    assert told() == [7, -3]
    assert [e.day for e in store.recorded if isinstance(e, BalanceDiffers)] == [DAY, DAY]
