"""Calendar feeds and reminders in PostgreSQL, held to their contracts."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.calendar.model import CalendarFeed
from instainstru_core.booking.calendar.ports import CalendarFileReads
from instainstru_core.booking.reminders.use_cases.run_reminders import RemindersRun, run_reminders
from instainstru_core.booking.terms import ReminderKind
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.contracts.calendar_files import (
    CalendarFilesContract,
    FilingWork,
    RemindersContract,
)
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.bookings import enrolled
from instainstru_core.testing.strategies.booking import NOON


@pytest.fixture
def begin(units: PostgresUnits) -> Begin[FilingWork]:
    return units.begin


@pytest.fixture
def read(units: PostgresUnits) -> Begin[CalendarFileReads]:
    return units.read


class TestPostgresCalendarFiles(CalendarFilesContract):
    """The suite on the real one."""

    def test_se29_keeps_nothing_that_is_no_hash(self, begin: Begin[FilingWork], ids: Ids) -> None:
        """SE-29: the database refuses a token itself."""
        feed = CalendarFeed(
            account_id=ids.new(AccountId), token_hash=b"the token itself", created_at=NOON
        )
        with pytest.raises(IntegrityError, match="token_hash"), begin() as work:
            work.calendar_feeds.put(feed)


class TestPostgresReminders(RemindersContract):
    """The suite on the real one."""

    def test_bk49_two_runs_at_once_remind_once(
        self,
        begin: Begin[FilingWork],
        engine: Engine,
        ids: Ids,
    ) -> None:
        """BK-49: at most once a booking and kind, however many processes run the job."""
        lessons = [
            self.lesson(ids, ids.new(StudentId), ids.new(InstructorId), NOON) for _ in range(10)
        ]
        self.keep(begin, *lessons)
        clock = HandMovedClock(NOON - timedelta(hours=24))
        together, runs = Barrier(2), list[RemindersRun]()

        def run() -> None:
            together.wait()
            runs.append(run_reminders(begin=begin, clock=clock))

        threads = [Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        run_reminders(begin=begin, clock=clock)
        with engine.connect() as connection:
            told = connection.scalars(
                text(
                    "SELECT payload->>'booking_id' FROM events WHERE name = 'booking.reminder_due'"
                )
            ).all()
        assert sorted(told) == sorted(str(each.booking_id) for each in lessons)
        assert sum(run.sent[ReminderKind.DAY] for run in runs) <= len(lessons)

    def test_bk49_leaves_alone_a_lesson_that_somebody_is_changing(
        self,
        begin: Begin[FilingWork],
        ids: CountedIds,
        student: StudentId,
    ) -> None:
        """BK-49: it waits for nobody, and the next run finds the lesson again."""
        lesson = self.lesson(ids, student, enrolled(begin, ids), NOON)
        self.keep(begin, lesson)
        clock = HandMovedClock(NOON - timedelta(hours=24))
        with begin() as work:
            work.bookings.get_for_update(lesson.booking_id)
            assert sum(run_reminders(begin=begin, clock=clock).sent.values()) == 0
        assert run_reminders(begin=begin, clock=clock).sent[ReminderKind.DAY] == 1
