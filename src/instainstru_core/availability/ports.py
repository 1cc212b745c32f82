"""Where calendars are kept."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from instainstru_core.availability.ids import BlackoutId, EditId
from instainstru_core.availability.model.facts import (
    Blackout,
    BookedLesson,
    StoredWeek,
)
from instainstru_core.availability.model.history import CalendarEdit
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.availability.model.settings import CalendarSettings, KeptSettings
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

    def configure(
        self, instructor_id: InstructorId, settings: CalendarSettings, *, buffers: bool = True
    ) -> None:
        """Keep other settings; the zone is the instructor's. Raises: as `lock`.

        Without *buffers* those stay as they are: the instructor's own, or whatever the platform's
        may be. Source: AV-28, spec 01 §8.
        """
        ...

    def kept_settings(self, instructor_id: InstructorId) -> KeptSettings:
        """Its settings, and whether their instructor knows them. Raises: as `lock`."""
        ...

    def acknowledge(self, instructor_id: InstructorId, *, at: datetime) -> None:
        """Keep that the instructor knows the settings, unless it is known. Raises: as `lock`."""
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
        edit: CalendarEdit | None = None,
    ) -> None:
        """Keep *days* as they are now, with their line of the history, and record *events*."""
        ...

    def lessons(
        self, instructor_id: InstructorId, within: Interval, *, now: datetime
    ) -> Sequence[BookedLesson]:
        """Lessons held or agreed on that start inside *within*, earliest first."""
        ...

    def blackouts(self, instructor_id: InstructorId, first: date, last: date) -> frozenset[date]:
        """The dates from *first* to *last* without lessons."""
        ...

    def block_all(self, blackouts: Sequence[Blackout]) -> frozenset[date]:
        """Take no lessons on dates; those that were not blocked before, which alone are kept."""
        ...

    def lift(self, instructor_id: InstructorId, blackout_id: BlackoutId) -> date:
        """Take lessons again on the date of a blackout, which is returned.

        Raises:
            BlackoutNotFound: There is none, or it is somebody else's.
        """
        ...

    def announce(self, events: tuple[Event, ...]) -> None:
        """Record what happened to a calendar."""
        ...


class CalendarHistory(Protocol):
    """The saves of calendars, in the order in which they were made; none is ever changed."""

    def get(self, instructor_id: InstructorId, edit_id: EditId) -> CalendarEdit:
        """One save of this calendar.

        Raises:
            EditNotFound: There is none, or it is kept no longer.
        """
        ...

    def since(self, edit: CalendarEdit) -> Sequence[Mapping[date, DayPlanes]]:
        """What later saves flipped on the dates of *edit*, among others, in their order."""
        ...

    def prune_days(self, *, now: datetime, older_than_days: int, limit: int) -> int:
        """Delete days that long ago on which their instructor has no booking; how many.

        Ages are counted from each instructor's own today. At most *limit* at once. Source: AV-29.
        """
        ...

    def prune_edits(self, *, before: datetime, limit: int) -> int:
        """Delete saves made before an instant, at most *limit* at once; how many."""
        ...

    def forget(self, instructor_id: InstructorId) -> int:
        """Delete the calendar's saves, and its days without a booking; how many days.

        The caller holds the calendar's lock. Source: AV-29.
        """
        ...


class AvailabilityWork(Protocol):
    """What one unit of work can reach of availability."""

    @property
    def calendar_history(self) -> CalendarHistory:
        """The saves of calendars."""
        ...

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

    def warm_up(self) -> None:
        """Read again whatever is kept, before it is asked for. Source: AV-42, spec 01 §7."""
        ...
