"""Waitlists in PostgreSQL. Source: spec 01 §11."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from attrs import evolve
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.availability.events import AvailabilityChanged
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.testing.contracts.waitlists import Units, WaitlistContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.strategies.booking import MONDAY, Classroom


class TestPostgresWaitlist(WaitlistContract):
    """The suite on the real one."""

    @pytest.fixture(autouse=True)
    def database(self, engine: Engine) -> None:
        self.engine = engine

    def told(self, units: Units) -> Sequence[tuple[str, datetime]]:
        statement = text(
            "SELECT payload FROM work_items WHERE handler = 'tell_of_waitlist_match'"
            " ORDER BY work_id"
        )
        with self.engine.connect() as connection:
            payloads = connection.scalars(statement).all()
        return [(each["student"], datetime.fromisoformat(each["starts_at"])) for each in payloads]

    @pytest.mark.parametrize(
        "change",
        [
            "mask = repeat('x', 40)::bytea",
            "mask = ''",
            "minutes = 31",
            "minutes = 245",
            "weekdays = 0",
            "weekdays = 128",
            "last_day = first_day - 1",
            "last_day = first_day + 60",
        ],
    )
    def test_the_table_refuses_what_the_model_refuses(
        self, units: PostgresUnits, room: Classroom, ids: Ids, clock: HandMovedClock, change: str
    ) -> None:
        self.waiting(units, room, ids, clock)
        with pytest.raises(IntegrityError), self.engine.begin() as connection:
            connection.execute(text(f"UPDATE waitlist SET {change}"))

    def test_nobody_is_matched_where_nobody_waits(
        self, units: PostgresUnits, room: Classroom, ids: Ids, clock: HandMovedClock
    ) -> None:
        """Work is filed for those who wait, and for their instructor's calendar alone."""
        filed = text("SELECT work_id FROM work_items WHERE handler = 'match_opened_dates'")
        news = AvailabilityChanged(
            instructor_id=room.instructor,
            monday=MONDAY,
            dates=(MONDAY,),
            etag="",
            cause="replace",
            occurred_at=clock.now(),
        )
        elsewhere = evolve(news, instructor_id=ids.new(InstructorId))

        def tell(*events: AvailabilityChanged) -> int:
            with units.begin() as work:
                work.calendars.save_days(room.instructor, {}, at=clock.now(), events=events)
            with self.engine.connect() as connection:
                return len(connection.scalars(filed).all())

        assert tell(news) == 0
        self.waiting(units, room, ids, clock)
        assert tell(news, elsewhere) == 1
