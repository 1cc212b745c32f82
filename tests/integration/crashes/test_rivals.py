"""Twenty at once want something of one payment, round after round: one outcome. Spec 02 §10."""

import os
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import Engine

from adapters.postgres.engine import postgres_engine
from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.bookings import all_at_once
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till
from tests.integration.crashes.rivals import ENDINGS, RIVALRIES, SAID, Ending, Rivalry, said
from tests.integration.crashes.saving import Saved
from tests.integration.crashes.telling import all_is_well, effects_since, undone

# What happens here is counted by tests of each step; counting it again would take twice as long.
pytestmark = pytest.mark.no_cover
ROUNDS = int(os.environ.get("MONEY_ROUNDS", "12"))
AT_ONCE = 20
REST = 6


@pytest.fixture(scope="module")
def wide(schema: Engine, postgres_url: str) -> Iterator[Engine]:
    """As many connections as rivals, and one to remember with."""
    made = postgres_engine(postgres_url, connections=AT_ONCE + 1, wait_seconds=20)
    yield made
    made.dispose()


@pytest.mark.parametrize("name", RIVALRIES)
def test_property_11_one_outcome(name: str, engine: Engine, wide: Engine) -> None:
    """Nobody is told of a deadlock, nothing happens twice, and the books agree. PY-60, PY-61."""
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(wide, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    till = Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)
    with wide.connect() as connection:
        connection.detach()
        rivalry = RIVALRIES[name](till)
        saved = Saved.of(till, connection)
        for number in range(ROUNDS // len(RIVALRIES)):
            saved.restore()
            for who, told in at_once(rivalry):
                assert told in SAID[who], f"{who} was told {told} in round {number}"
            assert rest(till, rivalry, wide, saved) in ENDINGS[name], f"round {number}"


def at_once(rivalry: Rivalry) -> Sequence[tuple[str, str]]:
    """Everybody's wish, at the same instant, and what each was told."""
    wishes = [(name, wish) for name, (wish, times) in rivalry.wishes.items() for _ in range(times)]
    assert len(wishes) == AT_ONCE

    def ask(number: int) -> tuple[str, str]:
        name, wish = wishes[number]
        return name, said(wish)

    return all_at_once(AT_ONCE, ask)


def rest(till: Till, rivalry: Rivalry, engine: Engine, saved: Saved) -> Ending:
    """Let time go on until nothing is left to do; how it ended."""
    for _ in range(REST):
        rivalry.late_news()
        till.after(minutes=2)
        if not undone(till, engine):
            break
    all_is_well(till, engine)
    with till.begin() as work:
        payment = work.payments.get(rivalry.payment_id)
    return (
        payment.state.value,
        None if payment.outcome is None else payment.outcome.value,
        tuple(effects_since(till, saved.effects)),
    )
