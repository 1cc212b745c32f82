"""What every `CalendarHistory` and `CalendarHistoryQueries` adapter must do."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from instainstru_core.accounts.ids import AccountId
from instainstru_core.availability.errors import EditNotFound
from instainstru_core.availability.ids import EditId
from instainstru_core.availability.model.edits import EditCause, PatchOp
from instainstru_core.availability.model.history import CalendarEdit, EditEntry
from instainstru_core.availability.model.planes import DayPlanes, span
from instainstru_core.availability.model.rules import CalendarRules
from instainstru_core.availability.model.windows import WindowText
from instainstru_core.availability.use_cases.forget_calendar import forget_calendar
from instainstru_core.availability.use_cases.merge_week import MergeWeek, merge_week
from instainstru_core.availability.use_cases.patch_week import Operation, PatchWeek, patch_week
from instainstru_core.availability.use_cases.prune_calendars import prune_calendars
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.pagination import Cursor, PageRequest
from instainstru_core.kernel.zones import NEW_YORK, Zone
from instainstru_core.testing.contracts.calendars import (
    MORNING,
    NINE,
    RIVALS,
    START,
    SUNDAY,
    TUESDAY,
    Undone,
    Units,
    lesson_of,
)
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.strategies.booking import MONDAY, Classroom, open_classroom

KEPT_DAYS = 180
NEXT_MONDAY = MONDAY + timedelta(days=7)
LATE = NEW_YORK.midnight(NEXT_MONDAY + timedelta(days=KEPT_DAYS))
"""When the first week is just too old to be kept, and the second is not, in New York."""

EVERYTHING = DayPlanes(*(span(0, 288),) * 3)


class CalendarHistoryContract:
    """Inherit, and provide the fixtures `units`, `ids` and `clock` on one empty store."""

    @pytest.fixture
    def room(self, units: Units, ids: Ids) -> Classroom:
        """A live instructor, open for two weeks."""
        return open_classroom(units.begin, ids)

    def save(
        self,
        units: Units,
        ids: Ids,
        room: Classroom,
        flips: Mapping[date, DayPlanes],
        *,
        hours: int = 0,
    ) -> CalendarEdit:
        """Keep a save; the days become what was flipped."""
        entry = EditEntry(
            edit_id=ids.new(EditId),
            instructor_id=room.instructor,
            actor_id=AccountId(room.instructor.value),
            cause=EditCause.PATCH,
            saved_at=START + timedelta(hours=hours),
            dates=tuple(flips),
            opened_minutes=120,
            closed_minutes=45,
        )
        edit = CalendarEdit(entry=entry, flips=flips)
        with units.begin() as work:
            work.calendars.lock(room.instructor)
            work.calendars.save_days(room.instructor, flips, at=entry.saved_at, edit=edit)
        return edit

    def days(self, units: Units, room: Classroom) -> set[date]:
        """The dates that are open."""
        with units.read() as reads:
            last = MONDAY + timedelta(days=30)
            return set(reads.calendars.days(room.instructor, MONDAY, last))

    def test_a_save_comes_back_as_it_was(self, units: Units, ids: Ids, room: Classroom) -> None:
        flips = {TUESDAY: MORNING, SUNDAY: EVERYTHING}
        edit = self.save(units, ids, room, flips)
        with units.begin() as work:
            assert work.calendar_history.get(room.instructor, edit.entry.edit_id) == edit
            week = work.calendars.week(room.instructor, MONDAY).week.by_date()
            assert (week[TUESDAY], week[SUNDAY]) == (MORNING, EVERYTHING)

    def test_nobody_sees_a_save_of_somebody_else(
        self, units: Units, ids: Ids, room: Classroom
    ) -> None:
        other = open_classroom(units.begin, ids)
        edit = self.save(units, ids, room, {TUESDAY: MORNING})
        with units.begin() as work, pytest.raises(EditNotFound, match=str(edit.entry.edit_id)):
            work.calendar_history.get(other.instructor, edit.entry.edit_id)
        with units.begin() as work, pytest.raises(EditNotFound):
            work.calendar_history.get(room.instructor, ids.new(EditId))
        with units.read() as reads:
            assert reads.calendar_history.page(other.instructor, PageRequest()).items == []

    def test_what_was_saved_since_follows_in_order(
        self, units: Units, ids: Ids, room: Classroom
    ) -> None:
        """Whatever the clock said: it is moved back in between."""
        self.save(units, ids, room, {TUESDAY: EVERYTHING})
        edit = self.save(units, ids, room, {MONDAY: MORNING, TUESDAY: MORNING}, hours=5)
        second = self.save(units, ids, room, {TUESDAY: EVERYTHING, SUNDAY: MORNING}, hours=1)
        self.save(units, ids, room, {SUNDAY: MORNING}, hours=2)
        third = self.save(units, ids, room, {MONDAY: EVERYTHING}, hours=3)
        with units.begin() as work:
            found = work.calendar_history.since(edit)
            assert list(found) == [second.flips, third.flips]
            assert list(work.calendar_history.since(third)) == []

    def test_the_history_is_read_a_page_at_a_time(
        self, units: Units, ids: Ids, room: Classroom
    ) -> None:
        saved = [self.save(units, ids, room, {TUESDAY: MORNING}, hours=n).entry for n in (3, 1, 2)]
        with units.read() as reads:
            first = reads.calendar_history.page(room.instructor, PageRequest(limit=2))
            assert list(first.items) == [saved[2], saved[1]]
            rest = reads.calendar_history.page(
                room.instructor, PageRequest(limit=2, cursor=first.next_cursor)
            )
            assert (list(rest.items), rest.next_cursor) == ([saved[0]], None)

    def test_a_foreign_cursor_is_refused(self, units: Units, room: Classroom) -> None:
        for key in ((1,), ("x",), ("a", "b")):
            with units.read() as reads, pytest.raises(Malformed):
                reads.calendar_history.page(room.instructor, PageRequest(cursor=Cursor(key)))

    def test_undone_is_undone(self, units: Units, ids: Ids, room: Classroom) -> None:
        edit = self.save(units, ids, room, {TUESDAY: MORNING})
        with pytest.raises(Undone), units.begin() as work:
            forget_calendar(room.instructor, work=work)
            raise Undone
        with units.begin() as work:
            assert work.calendar_history.get(room.instructor, edit.entry.edit_id) == edit

    def test_eight_devices_edit_one_week_at_once_and_nothing_is_lost(
        self, units: Units, ids: Ids, clock: HandMovedClock
    ) -> None:
        """Spec 01 §11: half of them patch, half of them merge; each opens an hour of its own."""
        room = open_classroom(units.begin, ids, planes=DayPlanes())
        together = threading.Barrier(RIVALS)

        def edit(rival: int) -> None:
            window = WindowText(f"{9 + rival:02}:00", f"{10 + rival:02}:00")
            together.wait()
            if rival % 2:
                steps = [Operation(PatchOp.OPEN, TUESDAY, window)]
                patch = PatchWeek(instructor_id=room.instructor, monday=MONDAY, operations=steps)
                patch_week(patch, begin=units.begin, ids=ids, clock=clock)
            else:
                merge = MergeWeek(
                    instructor_id=room.instructor, monday=MONDAY, base={}, mine={TUESDAY: [window]}
                )
                merge_week(merge, begin=units.begin, ids=ids, clock=clock)

        with ThreadPoolExecutor(RIVALS) as pool:
            list(pool.map(edit, range(RIVALS)))
        with units.read() as reads:
            found = reads.calendars.days(room.instructor, MONDAY, SUNDAY)
            history = reads.calendar_history.page(room.instructor, PageRequest())
        assert found == {TUESDAY: DayPlanes(*(span(108, 108 + 12 * RIVALS),) * 3)}
        assert [each.opened_minutes for each in history.items] == [60] * RIVALS

    def test_av29_days_are_kept_for_half_a_year(
        self, units: Units, ids: Ids, room: Classroom
    ) -> None:
        first_week = {MONDAY + timedelta(days=n) for n in range(7)}
        second_week = {NEXT_MONDAY + timedelta(days=n) for n in range(7)}
        early = LATE - timedelta(seconds=1)
        with units.begin() as work:
            work.bookings.add(lesson_of(room, ids, NINE))
        assert prune_calendars(begin=units.begin, now=early, batch=2).days == 5
        sunday = MONDAY + timedelta(days=6)
        assert self.days(units, room) == {TUESDAY, sunday} | second_week
        assert prune_calendars(begin=units.begin, now=LATE).days == 1
        assert self.days(units, room) == {TUESDAY} | second_week, "a date with a booking stays"
        assert self.days(units, room) < first_week | second_week

    def test_av29_each_instructor_has_their_own_today(self, units: Units, room: Classroom) -> None:
        with units.begin() as work:
            kept = work.instructors.get_for_update(room.instructor)
            work.instructors.save(kept.introduce(at=START, zone=Zone("Asia/Tokyo")))
        early = LATE - timedelta(hours=13)  # the sun of July is in Tokyo so much earlier
        assert prune_calendars(begin=units.begin, now=early - timedelta(seconds=1)).days == 6
        assert prune_calendars(begin=units.begin, now=early).days == 1

    def test_av29_saves_are_kept_as_long(self, units: Units, ids: Ids, room: Classroom) -> None:
        for hours in range(3):
            self.save(units, ids, room, {TUESDAY: MORNING}, hours=hours)
        now = START + timedelta(days=KEPT_DAYS, hours=2)
        assert prune_calendars(begin=units.begin, now=now, batch=1).edits == 2
        with units.read() as reads:
            (left,) = reads.calendar_history.page(room.instructor, PageRequest()).items
        assert left.saved_at == START + timedelta(hours=2)

    def test_av29_the_rules_say_for_how_long(self, units: Units, room: Classroom) -> None:
        now = NEW_YORK.midnight(MONDAY + timedelta(days=31))
        rules = CalendarRules(availability_retention_days=30)
        assert prune_calendars(begin=units.begin, now=now, rules=rules).days == 1
        assert MONDAY not in self.days(units, room)
        with pytest.raises(ValueError, match="availability_retention_days"):
            CalendarRules(availability_retention_days=29)

    def test_av29_a_forgotten_calendar_keeps_the_dates_with_bookings(
        self, units: Units, ids: Ids, room: Classroom, clock: HandMovedClock
    ) -> None:
        other = open_classroom(units.begin, ids)
        self.save(units, ids, room, {TUESDAY: EVERYTHING})
        mine = self.save(units, ids, other, {TUESDAY: EVERYTHING})
        with units.begin() as work:
            work.bookings.add(lesson_of(room, ids, NINE, at=clock.now()))
        with units.begin() as work:
            assert forget_calendar(room.instructor, work=work) == 13
        assert self.days(units, room) == {TUESDAY}
        assert len(self.days(units, other)) == 14
        with units.read() as reads:
            history = reads.calendar_history
            assert history.page(room.instructor, PageRequest()).items == []
            assert history.page(other.instructor, PageRequest()).items == [mine.entry]
            nobody = history.page(ids.new(InstructorId), PageRequest())
        assert (nobody.items, nobody.next_cursor) == ([], None)
