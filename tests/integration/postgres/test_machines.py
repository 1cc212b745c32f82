"""Any sequence of use cases, on real rows: the machines of the twins, bounded. Source: spec 01 §10.

Each run begins in an empty database, as in memory.
"""

from collections import Counter
from collections.abc import Mapping
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from sqlalchemy import Engine, text

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.testing.machines.booking import BookingMachine, Store
from instainstru_core.testing.machines.claims import ClaimsMachine
from instainstru_core.testing.machines.rescheduling import ReschedulingMachine
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY
from tests.integration.emptying import empty

_TOLD = text(
    "SELECT name, payload ->> 'booking_id' AS booking_id, count(*) AS times"
    " FROM events GROUP BY 1, 2"
)


class OnPostgres:
    """Where a machine keeps its things: rows."""

    engine: ClassVar[Engine]
    routes: ClassVar[Mapping[type[Event], tuple[str, ...]]] = {}

    def make_store(self, ids: Ids, clock: Clock) -> Store:
        """An empty database."""
        empty(self.engine)
        return PostgresUnits(
            self.engine, ids, clock, Serializer().dump, Routes(handlers=self.routes)
        )

    def told(self) -> Counter[tuple[str, str]]:
        """What the outbox holds."""
        with self.engine.connect() as connection:
            rows = connection.execute(_TOLD).all()
        return Counter({(row.name, row.booking_id): row.times for row in rows})


class BookingsOnPostgres(OnPostgres, BookingMachine):
    """Holds, lessons and their ends."""


class ClaimsOnPostgres(OnPostgres, ClaimsMachine):
    """What is said against lessons."""


class ReschedulingOnPostgres(OnPostgres, ReschedulingMachine):
    """Lessons that move, and their money."""

    routes = ROUTES_OF_MONEY


@pytest.mark.slow
@pytest.mark.parametrize(
    ("machine", "steps"),
    [(BookingsOnPostgres, 25), (ClaimsOnPostgres, 20), (ReschedulingOnPostgres, 15)],
)
def test_prop10_any_sequence_leaves_sound_rows(
    engine: Engine, machine: type[RuleBasedStateMachine], steps: int
) -> None:
    """Spec 01 §10.10, §10.11, §10.12, §10.16, as in memory."""
    OnPostgres.engine = engine
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
