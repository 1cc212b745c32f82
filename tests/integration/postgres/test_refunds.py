"""Refunds and chargebacks on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from instainstru_core.kernel.errors import DomainError
from instainstru_core.payments.model.processor import DisputeSeen, DisputeStatus
from instainstru_core.payments.refunds.plan import RefundReason
from instainstru_core.payments.use_cases.chargebacks.hear_dispute import hear_dispute
from instainstru_core.testing.contracts.chargebacks import ChargebacksContract
from instainstru_core.testing.contracts.disputed_payouts import DisputedPayoutsContract
from instainstru_core.testing.contracts.payment_reviews import ReviewsContract
from instainstru_core.testing.contracts.refunds import RefundsContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.endings import PAYOUT, PRICE
from instainstru_core.testing.stories.refunds import give_back, moved, settled
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till


@pytest.fixture
def till(engine: Engine) -> Till:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


class TestRefunds(RefundsContract):
    """On PostgreSQL."""


class TestChargebacks(ChargebacksContract):
    """On PostgreSQL."""


class TestDisputedPayouts(DisputedPayoutsContract):
    """On PostgreSQL."""


class TestReviews(ReviewsContract):
    """On PostgreSQL."""


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do everything at the same time; what each was refused with, if it was."""

    def told(act: Callable[[], object]) -> str:
        try:
            act()
        except DomainError as refusal:
            return type(refusal).code
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(told, acts))


def test_two_operators_refund_at_once(till: Till) -> None:
    """PY-53, PY-61: one full refund, and one reversal of the payout."""
    booking = settled(till)

    def refund() -> None:
        give_back(till, booking, reason=RefundReason.DISPUTE)

    assert at_once(refund, refund, refund) == ["already_refunded", "already_refunded", "done"]
    assert moved(till) == [("transfer", PAYOUT), ("refund", PRICE), ("reversal", PAYOUT)]
    assert till.books().balanced


def test_one_dispute_is_heard_many_times_at_once(till: Till) -> None:
    """PY-57: late duplicates, and such as come together, are one chargeback."""
    booking = settled(till)
    hold = till.payment(booking).hold
    assert hold is not None
    seen = till.processor.open_dispute(hold.intent)
    assert isinstance(seen, DisputeSeen)

    def hear() -> None:
        hear_dispute(
            seen.dispute, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
        )

    assert at_once(*[hear] * 4) == ["done"] * 4
    till.processor.close_dispute(seen.dispute, DisputeStatus.LOST)
    assert at_once(*[hear] * 4) == ["done"] * 4
    assert moved(till) == [("transfer", PAYOUT), ("reversal", PAYOUT)]
    assert till.books().balanced


def test_a_refund_and_a_chargeback_at_once(till: Till) -> None:
    """PY-58: whoever comes second is refused, or the processor refuses it for them."""
    booking = settled(till)
    hold = till.payment(booking).hold
    assert hold is not None
    seen = till.processor.open_dispute(hold.intent)
    assert isinstance(seen, DisputeSeen)

    def hear() -> None:
        hear_dispute(
            seen.dispute, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
        )

    outcomes = at_once(hear, lambda: give_back(till, booking))
    # News that comes while the refund is at the processor is told again later. Source: PY-65.
    later = ["done", "processor_unavailable"]
    assert outcomes in (["done", "done"], ["done", "invalid_state"], later)
    if outcomes == later:
        hear()
    assert not [each for each in moved(till) if each[0] == "refund"]
    assert till.payment(booking).review_reason == "chargeback"
    assert sum(each.cents for each in till.books().balances) == 0
