"""Credit in any order on real rows, and two checkouts that want the same credit."""

from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from instainstru_core.payments.credits.model import CreditPart
from instainstru_core.payments.errors import QuoteChanged
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.machines.credits import CreditMachine
from instainstru_core.testing.stories.credits import give, parts
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till
from tests.integration.emptying import empty

RIVALS = 4


def till_on(engine: Engine) -> Till:
    """A till on real rows."""
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


class CreditOnPostgres(CreditMachine):
    """Lots and allocations as rows."""

    engine: ClassVar[Engine]

    def opened(self) -> Till:
        """An empty database."""
        empty(self.engine)
        return till_on(self.engine)


@pytest.mark.slow
def test_property_10_py_84_any_sequence_on_real_rows(engine: Engine) -> None:
    CreditOnPostgres.engine = engine
    run_state_machine_as_test(
        CreditOnPostgres,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_spec_9_the_same_lot_for_two_checkouts(engine: Engine) -> None:
    """The rows are locked: together they never set aside more than there is."""
    till = till_on(engine)
    give(till, 5000)
    rivals = [till.hold(hours_ahead=48 + 2 * number) for number in range(RIVALS)]

    def pay(number: int) -> bool:
        try:
            till.pay(rivals[number], credit_cents=3000)
        except QuoteChanged:
            return False
        return True

    with ThreadPoolExecutor(RIVALS) as pool:
        assert sorted(pool.map(pay, range(RIVALS))) == [False, False, False, True]
    assert parts(till) == {CreditPart.AVAILABLE: 2000, CreditPart.RESERVED: 3000}
    till.pay(till.hold(hours_ahead=90), credit_cents=2000)
    assert parts(till) == {CreditPart.RESERVED: 5000}
