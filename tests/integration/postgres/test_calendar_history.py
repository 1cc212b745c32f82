"""The saves of calendars in PostgreSQL."""

from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine, text

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.ids import Ulids
from adapters.system.serialization import Serializer
from instainstru_core.availability.model.windows import WindowText
from instainstru_core.availability.use_cases.replace_week import ReplaceWeek, replace_week
from instainstru_core.kernel.ids import Ids
from instainstru_core.testing.contracts.calendar_history import CalendarHistoryContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.machines.calendar import CalendarMachine, Units
from instainstru_core.testing.strategies.booking import MONDAY, open_classroom


class TestPostgresCalendarHistory(CalendarHistoryContract):
    """The suite on the real one."""


class PostgresCalendarMachine(CalendarMachine):
    """The machine on the real one; each run has an instructor of its own."""

    engine: ClassVar[Engine]

    def make_ids(self, clock: HandMovedClock) -> Ids:
        return Ulids(clock)

    def make_units(self, ids: Ids, clock: HandMovedClock) -> Units:
        return PostgresUnits(self.engine, ids, clock, Serializer().dump, Routes(handlers={}))


@pytest.mark.slow
def test_any_sequence_of_edits_is_kept_as_the_rules_say(engine: Engine) -> None:
    """§10.1…5 on real rows."""
    PostgresCalendarMachine.engine = engine
    run_state_machine_as_test(
        PostgresCalendarMachine,
        settings=settings(
            max_examples=20,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_save_is_kept_in_a_few_bytes(
    engine: Engine, units: PostgresUnits, ids: Ids, clock: HandMovedClock
) -> None:
    """Spec 01 §11: mostly zero, so it compresses."""
    room = open_classroom(units.begin, ids)
    request = ReplaceWeek(
        instructor_id=room.instructor,
        monday=MONDAY,
        days={MONDAY + timedelta(days=n): [WindowText("09:00", "17:00")] for n in range(7)},
        if_match=frozenset({"*"}),
    )
    replace_week(request, begin=units.begin, ids=ids, clock=clock)
    with engine.connect() as connection:
        size = connection.scalar(text("SELECT octet_length(flips) FROM calendar_edits"))
    assert size is not None
    assert size < 100
