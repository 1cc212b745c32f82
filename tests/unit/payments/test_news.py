"""What payments tells everybody else, and how often. Source: spec 02 §7."""

from collections import Counter
from datetime import timedelta

import pytest

from instainstru_core.kernel.events import Event
from instainstru_core.payments.errors import BooksDontBalance
from instainstru_core.payments.events import LedgerBreached
from instainstru_core.payments.ids import JournalId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.use_cases.check_books import watch_books
from instainstru_core.pricing.events import CommissionTierChanged
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.stories.recovery import taught
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till

HOUR = timedelta(hours=1)


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore(CountedIds(), HandMovedClock(NOON), ROUTES_OF_MONEY)


@pytest.fixture
def till(store: InMemoryStore) -> Till:
    clock = store.clock
    assert isinstance(clock, HandMovedClock)
    return Till.opened(begin=store.begin, read=store.read, ids=store.ids, clock=clock)


def told(store: InMemoryStore, since: int = 0) -> Counter[str]:
    return Counter(event.name for event in store.recorded[since:])


def test_a_lesson_is_told_of_step_by_step(till: Till, store: InMemoryStore) -> None:
    """§7: each fact once, from the schedule to the payout."""
    since = len(store.recorded)
    booking = till.hold(hours_ahead=72)
    till.pay(booking)
    till.at(booking.lesson.starts_at - 24 * HOUR)
    till.at(booking.lesson.ends_at)
    till.complete(booking)
    till.at(booking.lesson.ends_at + 24 * HOUR)
    till.after(hours=1)
    money = [event.name for event in store.recorded[since:] if not _of_booking(event)]
    assert money == [
        "payment.scheduled",
        "payment.authorized",
        "payment.captured",
        "payout.sent",
        "payment.settled",
    ]


def _of_booking(event: Event) -> bool:
    return event.name.startswith("booking.")


def test_pr_12_the_fifth_lesson_of_a_month_changes_the_level(
    till: Till, store: InMemoryStore
) -> None:
    for _ in range(4):
        taught(till)
    assert told(store)["commission.tier_changed"] == 0
    taught(till)
    (change,) = [each for each in store.recorded if isinstance(each, CommissionTierChanged)]
    assert (change.tier, change.commission_bps, change.previous_bps) == ("growth", 1200, 1500)
    assert change.completed == 5


def test_py_86_a_breach_is_told_of_once(till: Till, store: InMemoryStore) -> None:
    """However many hours pass until somebody mends it."""
    booking = taught(till)
    till.at(booking.lesson.ends_at + 24 * HOUR)
    payment_id = till.payment(booking).payment_id
    with till.begin() as work:
        work.ledger.post(
            [
                Journal(
                    journal_id=till.ids.new(JournalId),
                    journal_type=JournalType.CAPTURE,
                    source_id="wrong",
                    occurred_at=till.clock.now(),
                    lines=(
                        Line(account=Account.PROCESSOR_BALANCE, cents=7, payment_id=payment_id),
                        Line(account=Account.BOOKING_ESCROW, cents=-7, payment_id=payment_id),
                    ),
                )
            ]
        )
    for _ in range(3):
        with pytest.raises(BooksDontBalance):
            watch_books(begin=till.begin, read=till.read, clock=till.clock)
        till.clock.move(HOUR)
    (breach,) = [each for each in store.recorded if isinstance(each, LedgerBreached)]
    assert (breach.imbalance_cents, breach.unsettled) == (0, 1)
