"""Where calendars are kept."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from instainstru_core.availability.model.facts import (
    Blackout,
    BookedLesson,
    StoredWeek,
)
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.availability.model.who import FirstStarts, WhoIsFree
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.time import Interval


class Calendars(Protocol):
    """Every instructor's calendar."""

    def lock(self, instructor_id: InstructorId) -> CalendarSettings:
        """Hold the calendar for the rest of this unit, and mark it as changed.

        Whatever changes free time, offerings, listing, price or area of an instructor does so under
        this lock: whoever keeps facts about the calendar in memory then knows that they are old.
        Source: BK-14, AV-16.

        Raises:
            CalendarNotFound: Nobody of this id teaches here.
        """
        ...

    def settings(self, instructor_id: InstructorId) -> CalendarSettings:
        """Its settings, without a lock. Raises: as `lock`."""
        ...

    def configure(self, instructor_id: InstructorId, settings: CalendarSettings) -> None:
        """Keep other buffers and notice; the zone is the instructor's. Raises: as `lock`."""
        ...

    def days(
        self, instructor_id: InstructorId, first: date, last: date
    ) -> Mapping[date, DayPlanes]:
        """The days from *first* to *last* that are open at all."""
        ...

    def week(self, instructor_id: InstructorId, monday: date) -> StoredWeek:
        """The week of *monday*. Raises: as `lock`."""
        ...

    def save_days(
        self,
        instructor_id: InstructorId,
        days: Mapping[date, DayPlanes],
        *,
        at: datetime,
        events: tuple[Event, ...] = (),
    ) -> None:
        """Keep *days* as they are now, and record *events*."""
        ...

    def lessons(
        self, instructor_id: InstructorId, within: Interval, *, now: datetime
    ) -> Sequence[BookedLesson]:
        """Lessons held or agreed on that start inside *within*, earliest first."""
        ...

    def blackouts(self, instructor_id: InstructorId, first: date, last: date) -> frozenset[date]:
        """The dates from *first* to *last* without lessons."""
        ...

    def block(self, blackout: Blackout) -> None:
        """Take no lessons on a date.

        Raises:
            BlackoutExists: The date is blocked already.
        """
        ...

    def unblock(self, instructor_id: InstructorId, day: date) -> bool:
        """Take lessons again; whether the date was blocked."""
        ...


class AvailabilityWork(Protocol):
    """What one unit of work can reach of availability."""

    @property
    def calendars(self) -> Calendars:
        """Every instructor's calendar."""
        ...


class LiveRoster(Protocol):
    """Everybody's free time at once. Source: AV-42."""

    def who_is_free(
        self, question: WhoIsFree, *, among: Collection[InstructorId] | None = None
    ) -> FirstStarts:
        """Who can start when, as of this call; of *among* only, if given. Source: AV-41."""
        ...
