"""What is read of calendars without changing them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from instainstru_core.availability.ids import EditId
from instainstru_core.availability.model.facts import (
    Blackout,
    CalendarFacts,
    Glance,
    StoredWeek,
)
from instainstru_core.availability.model.history import EditEntry
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.availability.model.settings import KeptSettings
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest


class CalendarQueries(Protocol):
    """Calendars, as they were last kept."""

    def week(self, instructor_id: InstructorId, monday: date) -> StoredWeek:
        """The week of *monday*.

        Raises:
            CalendarNotFound: Nobody of this id teaches here.
        """
        ...

    def days(
        self, instructor_id: InstructorId, first: date, last: date
    ) -> Mapping[date, DayPlanes]:
        """The days from *first* to *last* that are open at all, ascending."""
        ...

    def glance(self, instructor_id: InstructorId) -> Glance:
        """The calendar's version, zone and standing. Raises: as `week`."""
        ...

    def kept_settings(self, instructor_id: InstructorId) -> KeptSettings:
        """Its settings, and whether their instructor knows them. Raises: as `week`."""
        ...

    def blackouts_from(self, instructor_id: InstructorId, first: date) -> Sequence[Blackout]:
        """The blackouts of *first* and later, in order."""
        ...

    def facts(self, glance: Glance, first: date, last: date) -> CalendarFacts:
        """What free time from *first* to *last* follows from, at that version or a later one.

        The same object is given again while nothing changed. Raises: as `week`.
        """
        ...


class CalendarHistoryQueries(Protocol):
    """The saves of a calendar, as its instructor looks at them."""

    def page(self, instructor_id: InstructorId, request: PageRequest) -> Page[EditEntry]:
        """Newest first.

        Raises:
            Malformed: The cursor is of another list.
        """
        ...


class AvailabilityReads(Protocol):
    """What can be read of availability without a unit of work."""

    @property
    def calendar_history(self) -> CalendarHistoryQueries:
        """The saves of calendars."""
        ...

    @property
    def calendars(self) -> CalendarQueries:
        """Calendars, as they were last kept."""
        ...


def read_edit_cursor(cursor: Cursor | None) -> EditId | None:
    """The last save of the page before; None at the beginning.

    Raises:
        Malformed: The cursor is of another list.
    """
    match cursor:
        case None:
            return None
        case Cursor((str(last),)):
            return EditId.parse(last)
        case _:
            raise Malformed("expected a cursor that an earlier page returned")


def page_of_edits(found: Sequence[EditEntry], limit: int) -> Page[EditEntry]:
    """A page out of one row more than it shows, which tells whether the list goes on."""
    items = found[:limit]
    more = Cursor((str(items[-1].edit_id),)) if len(found) > limit else None
    return Page(items=items, next_cursor=more)
