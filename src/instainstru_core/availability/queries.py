"""What is read of calendars without changing them."""

from datetime import date
from typing import Protocol

from instainstru_core.availability.model.facts import CalendarFacts, Glance, StoredWeek
from instainstru_core.instructors.ids import InstructorId


class CalendarQueries(Protocol):
    """Calendars, as they were last kept."""

    def week(self, instructor_id: InstructorId, monday: date) -> StoredWeek:
        """The week of *monday*.

        Raises:
            CalendarNotFound: Nobody of this id teaches here.
        """
        ...

    def glance(self, instructor_id: InstructorId) -> Glance:
        """The calendar's version, zone and standing. Raises: as `week`."""
        ...

    def facts(self, glance: Glance, first: date, last: date) -> CalendarFacts:
        """What free time from *first* to *last* follows from, at that version or a later one.

        The same object is given again while nothing changed. Raises: as `week`.
        """
        ...


class AvailabilityReads(Protocol):
    """What can be read of availability without a unit of work."""

    @property
    def calendars(self) -> CalendarQueries:
        """Calendars, as they were last kept."""
        ...
