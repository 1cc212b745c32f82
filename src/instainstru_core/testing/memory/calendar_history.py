"""The saves of calendars, in memory."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from attrs import define

from instainstru_core.availability.errors import EditNotFound
from instainstru_core.availability.ids import EditId
from instainstru_core.availability.model.history import CalendarEdit, EditEntry
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.availability.queries import page_of_edits, read_edit_cursor
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.testing.memory.availability import SavedDay
from instainstru_core.testing.memory.tables import Tables


@define
class InMemoryCalendarHistory:
    """The `CalendarHistory` and `CalendarHistoryQueries` ports."""

    _tables: Tables

    def get(self, instructor_id: InstructorId, edit_id: EditId) -> CalendarEdit:
        for each in self._of(instructor_id):
            if each.entry.edit_id == edit_id:
                return each
        raise EditNotFound(edit_id)

    def since(self, edit: CalendarEdit) -> Sequence[Mapping[date, DayPlanes]]:
        kept = list(self._of(edit.entry.instructor_id))
        later = kept[kept.index(edit) + 1 :]
        return [each.flips for each in later if not each.flips.keys().isdisjoint(edit.flips)]

    def page(self, instructor_id: InstructorId, request: PageRequest) -> Page[EditEntry]:
        last = read_edit_cursor(request.cursor)
        entries = [each.entry for each in self._of(instructor_id)][::-1]
        if last is not None:
            known = [each.edit_id for each in entries]
            entries = entries[known.index(last) + 1 :] if last in known else []
        return page_of_edits(entries[: request.limit + 1], request.limit)

    def prune_days(self, *, now: datetime, older_than_days: int, limit: int) -> int:
        instructors = self._tables.of("instructors", InstructorId, Instructor)
        oldest = timedelta(days=older_than_days)
        old = [
            (who, day)
            for who, day in self._days()
            if instructors[who].zone.today(now) - day > oldest and not self._is_booked(who, day)
        ]
        return self._delete(old[:limit])

    def prune_edits(self, *, before: datetime, limit: int) -> int:
        kept = self._edits()
        old = [key for key, each in kept.items() if each.entry.saved_at < before][:limit]
        for key in old:
            del kept[key]
        return len(old)

    def forget(self, instructor_id: InstructorId) -> int:
        for each in list(self._of(instructor_id)):
            del self._edits()[each.entry.edit_id]
        return self._delete(
            [
                (who, day)
                for who, day in self._days()
                if who == instructor_id and not self._is_booked(who, day)
            ]
        )

    def _delete(self, keys: Sequence[tuple[InstructorId, date]]) -> int:
        for key in keys:
            del self._days()[key]
        return len(keys)

    def _is_booked(self, instructor_id: InstructorId, day: date) -> bool:
        return any(
            each.instructor == instructor_id and each.zone.today(each.lesson.starts_at) == day
            for each in self._tables.of("bookings", BookingId, Booking).values()
        )

    def _of(self, instructor_id: InstructorId) -> Iterator[CalendarEdit]:
        for each in self._edits().values():
            if each.entry.instructor_id == instructor_id:
                yield each

    def _edits(self) -> dict[EditId, CalendarEdit]:
        return self._tables.of("calendar_edits", EditId, CalendarEdit)

    def _days(self) -> dict[tuple[InstructorId, date], SavedDay]:
        return self._tables.of("availability_days", tuple, SavedDay)
