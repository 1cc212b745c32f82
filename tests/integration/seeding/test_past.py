"""The sample people's past is true at the processor, to the cent and to the day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from attrs import frozen
from sqlalchemy import Engine, text

from adapters.postgres.unit_of_work import PostgresUnits
from entrypoints.seeding.soil import Past
from instainstru_core.kernel.ids import Ids
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.use_cases.reconciliation.reconcile_day import reconcile_day
from instainstru_core.payments.use_cases.reconciliation.watch_balance import watch_balance
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor

SEEDED = 8
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
KEEPING = {"account", "card"}
NAMED = text("SELECT count(*) FROM payment_operations WHERE processor_ref LIKE :named")


@frozen
class EndedBefore:
    """A processor whose own log is older than the sample lessons."""

    processor: SimulatedProcessor

    def until(self) -> datetime:
        return LONG_AGO

    def at(self, moment: datetime) -> PaymentGateway:
        raise AssertionError(moment)


class Silent(EndedBefore):
    """A processor that is down."""

    def until(self) -> datetime:
        raise OutcomeUnknown


def in_name_only(engine: Engine) -> int:
    """How many operations have a name that no processor gave."""
    with engine.connect() as connection:
        return int(connection.scalar(NAMED, {"named": r"%\_past\_%"}) or 0)


def test_every_day_of_it_agrees(
    engine: Engine,
    units: PostgresUnits,
    gateway: SimulatedProcessor,
    ids: Ids,
    clock: HandMovedClock,
    sow: Callable[[int], int],
) -> None:
    """PY-85: the first night's page shows no difference, nor that of any day before."""
    sow(SEEDED)
    assert in_name_only(engine) == 0
    days = sorted({each.at.astimezone(UTC).date() for each in gateway.books.balance_transactions})
    assert days[-1] >= clock.now().astimezone(UTC).date() - timedelta(days=2)
    assert len(days) > SEEDED
    for day in days:
        run = reconcile_day(day, begin=units.begin, gateway=gateway, ids=ids, clock=clock)
        assert run.transactions > 0
        assert run.agrees
    with units.read() as reads:
        balances = {
            each.account: each.cents for each in reads.ledger_queries.trial_balance().balances
        }
    assert balances[Account.PROCESSOR_BALANCE] == gateway.balance()
    assert watch_balance(begin=units.begin, gateway=gateway, clock=clock) is None


def test_holds_have_the_day_on_which_they_were_made(
    gateway: SimulatedProcessor, clock: HandMovedClock, sow: Callable[[int], int]
) -> None:
    """What is still quarrelled over too: its hold lapses when the platform expects it."""
    sow(SEEDED)
    holds = [each for each in gateway.effects if each.kind == "authorisation"]
    assert len(holds) > SEEDED
    assert all(each.at < clock.now() - timedelta(days=1) for each in holds)


@pytest.mark.parametrize("kind", [EndedBefore, Silent, None])
class TestWithoutAPast:
    """Where nothing can be told the books stand alone, and what is held is held now."""

    @pytest.fixture
    def past(self, gateway: SimulatedProcessor, kind: type[EndedBefore] | None) -> Past | None:
        return None if kind is None else kind(gateway)

    def test_ended_money_has_but_a_name(
        self,
        engine: Engine,
        units: PostgresUnits,
        gateway: SimulatedProcessor,
        clock: HandMovedClock,
        sow: Callable[[int], int],
    ) -> None:
        sow(SEEDED)
        assert in_name_only(engine) > SEEDED
        assert gateway.books.balance_transactions == []
        moved = [(each.kind, each.at) for each in gateway.effects if each.kind not in KEEPING]
        assert moved == [("authorisation", clock.now())] * 2
        with units.read() as reads:
            assert reads.ledger_queries.trial_balance().balanced
