"""Everything that changes bookings, all at once. Source: BK-14, BK-56, spec 01 §10.10…12."""

import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, text

from adapters.postgres.engine import postgres_engine
from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from instainstru_core.payments.ids import OperationId
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.fakes.processor.books import IntentState
from instainstru_core.testing.memory.accounts import InMemoryMutexes
from instainstru_core.testing.stories.bookings import all_at_once
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till
from tests.integration.postgres.breaches import (
    breaches,
    logged_wrongly,
    stranded,
    told_wrongly,
)
from tests.integration.postgres.crowd import Crowd, NoMutexes

# Thousands of acts take the same lines, which are counted in the tests of each.
pytestmark = pytest.mark.no_cover
SEEDS = int(os.environ.get("RIVAL_SEEDS", "5"))
THREADS = 16
OPERATIONS = 1000
HOLDS_ARE_OVER = timedelta(minutes=62)
LESSONS_ARE_OVER = NOON + timedelta(days=5)
STRIDE = timedelta(hours=2)
SAID = {
    "book": {
        "buffer_conflict",
        "instructor_conflict",
        "instructor_not_bookable",
        "student_conflict",
        "time_not_open",
        "too_many_holds",
    },
    "pay": {
        "booking_cancelled",
        "card_declined",
        "hold_expired",
        "instructor_not_bookable",
        "invalid_state",
        "operation_in_progress",
    },
    "move": {
        "booking_cancelled",
        "buffer_conflict",
        "card_declined",
        "instructor_conflict",
        "instructor_not_bookable",
        "invalid_state",
        "no_change",
        "operation_in_progress",
        "reschedule_limit_reached",
        "reschedule_locked",
        "reschedule_window_closed",
        "student_conflict",
        "time_not_open",
        "too_many_holds",
    },
    "cancel": {"invalid_state", "operation_in_progress"},
    "expire": {"operation_in_progress"},
}
"""Every refusal that the spec has for whoever asks for the wrong thing, or at the wrong moment."""
_STATUSES = text("SELECT DISTINCT status FROM bookings")
_UNSETTLED = text("SELECT state, count(*) FROM payments WHERE state <> 'settled' GROUP BY state")
_LEFT = text("SELECT handler, count(*) FROM work_items GROUP BY handler")
_CALLS = text("SELECT operation_id, payment_id FROM payment_operations")
_PAYMENTS = text("SELECT payment_id, card_amount_cents FROM payments")
_CASH = text("SELECT sum(cents) FROM journal_lines WHERE account = 'processor_balance'")


@pytest.fixture(scope="module")
def wide(schema: Engine, postgres_url: str) -> Iterator[Engine]:
    """As many connections as rivals."""
    made = postgres_engine(postgres_url, connections=THREADS, wait_seconds=20)
    yield made
    made.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEEDS))
def test_prop10_a_thousand_things_at_once_leave_everything_sound(
    engine: Engine, wide: Engine, seed: int
) -> None:
    """Spec 01 §10.10, §10.11, §10.12, §10.16; every other time without the mutexes of BK-56.

    Nobody is answered with a failure, every hold is let go of, every lesson is given or called off,
    and the processor did to each payment what the books say.
    """
    crowd = Crowd(_till(wide), NoMutexes() if seed % 2 else InMemoryMutexes())
    chances = [random.Random(seed * THREADS + number) for number in range(THREADS)]

    def run(number: int) -> None:
        for _ in range(number, OPERATIONS, THREADS):
            crowd.act(chances[number])

    all_at_once(THREADS, run)
    _said_only_what_is_written(crowd)
    _sound(engine, crowd)
    _work_off(crowd, until=crowd.till.clock.now() + HOLDS_ARE_OVER)
    _sound(engine, crowd)
    with engine.connect() as connection:
        assert "PENDING" not in connection.scalars(_STATUSES).all()
    _work_off(crowd, until=LESSONS_ARE_OVER)
    _sound(engine, crowd)
    with engine.connect() as connection:
        assert set(connection.scalars(_STATUSES)) == {"COMPLETED", "CANCELLED"}
        assert connection.execute(_UNSETTLED).all() == []
        assert connection.execute(_LEFT).all() == []
        _processor_agrees(crowd, connection)


def _till(wide: Engine) -> Till:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(wide, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


def _said_only_what_is_written(crowd: Crowd) -> None:
    """Each kind of thing was done, and refused only with the words of the spec."""
    assert crowd.outcomes.total() == OPERATIONS
    for action in crowd.actions:
        assert crowd.outcomes[action.__name__], (action.__name__, crowd.outcomes)
    refused = [outcome.split(": ") for outcome in crowd.outcomes if ": " in outcome]
    assert [each for each in refused if each[1] not in SAID.get(each[0], ())] == []


def _sound(engine: Engine, crowd: Crowd) -> None:
    assert crowd.failures() == []
    with engine.connect() as connection:
        assert breaches(connection, crowd.till.clock.now()) == {}
        assert stranded(connection) == []
        assert told_wrongly(connection) == []
        assert logged_wrongly(connection) == []


def _work_off(crowd: Crowd, *, until: datetime) -> None:
    """Go on to *until*, and do what is due on the way."""
    clock = crowd.till.clock
    while clock.now() < until:
        clock.set(min(until, clock.now() + STRIDE))
        crowd.till.sweep()
        while crowd.work(limit=100):
            pass


def _processor_agrees(crowd: Crowd, connection: Connection) -> None:
    """One effect a call, one charge and one transfer a lesson, nothing held: as the books say."""
    processor = crowd.till.processor
    operations, payments = connection.execute(_CALLS).all(), connection.execute(_PAYMENTS).all()
    by_call = Counter((each.kind, each.key) for each in processor.effects if each.kind != "card")
    assert set(by_call.values()) == {1}
    over = {IntentState.DECLINED, IntentState.CANCELED, IntentState.CAPTURED}
    assert {each.state for each in processor.books.intents.values()} <= over
    owners = {str(OperationId(row.operation_id)): row.payment_id for row in operations}
    kept: Counter[UUID] = Counter()
    transfers: Counter[UUID] = Counter()
    for each in processor.effects:
        match each.kind:
            case "capture":
                kept[owners[each.key]] += each.amount_cents
            case "refund":
                kept[owners[each.key]] -= each.amount_cents
            case "transfer":
                transfers[owners[each.key]] += 1
    assert all(kept[row.payment_id] in {0, row.card_amount_cents} for row in payments)
    assert set(transfers.values()) <= {1}
    assert kept.keys() >= transfers.keys()
    moved = processor.books.balance_transactions
    assert sum(each.amount_cents for each in moved) == connection.scalar(_CASH)
