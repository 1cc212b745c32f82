"""What every `Calendars`, `CalendarQueries` and `LiveRoster` adapter must do."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.errors import (
    BlackoutNotFound,
    CalendarNotFound,
    WeekChanged,
)
from instainstru_core.availability.ids import BlackoutId
from instainstru_core.availability.model.facts import Blackout, CalendarFacts
from instainstru_core.availability.model.planes import FORMATS, DayPlanes, span
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.availability.model.who import WhoIsFree
from instainstru_core.availability.model.windows import WindowText
from instainstru_core.availability.ports import LiveRoster
from instainstru_core.availability.queries import AvailabilityReads
from instainstru_core.availability.use_cases.replace_week import ReplaceWeek, replace_week
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import NEW_YORK, Zone
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.strategies.booking import (
    MONDAY,
    Classroom,
    ClassroomWork,
    open_classroom,
)

RIVALS = 8
TUESDAY = MONDAY + timedelta(days=1)
SUNDAY = MONDAY + timedelta(days=6)
MORNING = DayPlanes(travel=0, studio=span(108, 132), online=span(108, 144))
"""Open from nine to eleven in the studio, to noon online."""
NINE = NEW_YORK.midnight(TUESDAY) + timedelta(hours=9)
START = datetime(2030, 1, 7, 12, tzinfo=UTC)


class Undone(Exception):
    """Raised to undo a unit of work."""


class Units(Protocol):
    """Begins units, and reads."""

    @property
    def begin(self) -> Begin[ClassroomWork]:
        """A unit of work."""
        ...

    @property
    def read(self) -> Begin[AvailabilityReads]:
        """Queries."""
        ...


def lesson_of(room: Classroom, ids: Ids, starts_at: datetime, *, at: datetime = START) -> Booking:
    """A hold on an hour online."""
    return Booking.hold(
        ids.new(BookingId),
        at=at,
        lesson=Interval.lasting(starts_at, timedelta(hours=1)),
        student=ids.new(StudentId),
        instructor=room.instructor,
        service_id=room.service_id,
        zone=NEW_YORK,
        student_zone=NEW_YORK,
        location_type=LocationType.ONLINE,
        service_name="Piano",
        hourly_rate=Money(90_00),
        price=Money(90_00),
    )


class CalendarsContract:
    """Inherit, and provide the fixtures `units`, `ids`, `clock` and `roster` on one empty store."""

    @pytest.fixture
    def room(self, units: Units, ids: Ids) -> Classroom:
        """A live instructor who is never open."""
        return open_classroom(units.begin, ids, planes=DayPlanes())

    def open(self, units: Units, room: Classroom, day: date, planes: DayPlanes) -> None:
        """Keep one day."""
        with units.begin() as work:
            work.calendars.lock(room.instructor)
            work.calendars.save_days(room.instructor, {day: planes}, at=START)

    def facts(self, units: Units, room: Classroom) -> CalendarFacts:
        """The facts of the week."""
        with units.read() as reads:
            glance = reads.calendars.glance(room.instructor)
            return reads.calendars.facts(glance, MONDAY, SUNDAY)

    def test_av28_a_calendar_begins_with_the_defaults(self, units: Units, room: Classroom) -> None:
        with units.begin() as work:
            assert work.calendars.lock(room.instructor) == CalendarSettings(zone=NEW_YORK)
            assert work.calendars.settings(room.instructor) == CalendarSettings(zone=NEW_YORK)

    def test_av28_keeps_settings(self, units: Units, room: Classroom) -> None:
        wanted = CalendarSettings(
            non_travel_buffer_minutes=0,
            travel_buffer_minutes=45,
            min_advance_minutes=90,
            overnight_protection_enabled=False,
        )
        for settings in (evolve(wanted, travel_buffer_minutes=5), wanted):
            with units.begin() as work:
                work.calendars.configure(room.instructor, settings)
        with units.begin() as work:
            assert work.calendars.settings(room.instructor) == wanted
            assert work.calendars.lock(room.instructor) == wanted

    def test_av28_buffers_that_nobody_set_stay_the_platforms(
        self, units: Units, room: Classroom
    ) -> None:
        own = CalendarSettings(non_travel_buffer_minutes=30, travel_buffer_minutes=45)
        other = evolve(own, non_travel_buffer_minutes=5, min_advance_minutes=120)
        with units.begin() as work:
            work.calendars.configure(room.instructor, other, buffers=False)
        with units.begin() as work:
            defaults = CalendarSettings(min_advance_minutes=120)
            assert work.calendars.settings(room.instructor) == defaults
            work.calendars.configure(room.instructor, own)
            work.calendars.configure(room.instructor, other, buffers=False)
        with units.begin() as work:
            kept = evolve(own, min_advance_minutes=120)
            assert work.calendars.settings(room.instructor) == kept
            assert work.calendars.lock(room.instructor) == kept

    def test_nobody_has_no_calendar(self, units: Units, ids: Ids) -> None:
        nobody = ids.new(InstructorId)
        with units.begin() as work, pytest.raises(CalendarNotFound):
            work.calendars.lock(nobody)
        with units.begin() as work, pytest.raises(CalendarNotFound):
            work.calendars.settings(nobody)
        with units.begin() as work, pytest.raises(CalendarNotFound):
            work.calendars.week(nobody, MONDAY)
        with units.begin() as work, pytest.raises(CalendarNotFound):
            work.calendars.configure(nobody, CalendarSettings())
        with units.begin() as work, pytest.raises(CalendarNotFound):
            work.calendars.acknowledge(nobody, at=START)
        with units.begin() as work, pytest.raises(CalendarNotFound):
            work.calendars.kept_settings(nobody)
        with units.read() as reads, pytest.raises(CalendarNotFound):
            reads.calendars.week(nobody, MONDAY)
        with units.read() as reads, pytest.raises(CalendarNotFound):
            reads.calendars.glance(nobody)

    def test_av8_days_come_back_as_they_were_saved(self, units: Units, room: Classroom) -> None:
        full = DayPlanes(*(span(0, 288),) * 3)
        later = START + timedelta(minutes=5)
        with units.begin() as work:
            work.calendars.save_days(room.instructor, {TUESDAY: full, SUNDAY: full}, at=START)
        with units.begin() as work:
            changed = {TUESDAY: MORNING, SUNDAY: DayPlanes()}
            work.calendars.save_days(room.instructor, changed, at=later)
            work.calendars.save_days(room.instructor, {}, at=later)
        with units.begin() as work:
            assert work.calendars.days(room.instructor, MONDAY, SUNDAY) == {TUESDAY: MORNING}
            assert work.calendars.days(room.instructor, SUNDAY, SUNDAY) == {}
            week = work.calendars.week(room.instructor, MONDAY)
        assert week.week.by_date()[TUESDAY] == MORNING
        assert week.zone == NEW_YORK
        assert week.modified_at == later
        with units.read() as reads:
            assert reads.calendars.week(room.instructor, MONDAY) == week

    def test_av14_a_week_without_rows_was_never_modified(
        self, units: Units, room: Classroom
    ) -> None:
        with units.read() as reads:
            week = reads.calendars.week(room.instructor, MONDAY - timedelta(days=70))
        assert week.modified_at is None
        assert not any(week.week.days)

    def test_undone_is_undone(self, units: Units, room: Classroom) -> None:
        with pytest.raises(Undone), units.begin() as work:
            work.calendars.lock(room.instructor)
            work.calendars.save_days(room.instructor, {TUESDAY: MORNING}, at=START)
            work.calendars.block_all([blackout(room, BlackoutId, TUESDAY)])
            raise Undone
        facts = self.facts(units, room)
        assert facts.days == {}
        assert facts.blackouts == frozenset()

    def test_av27_a_date_is_blocked_once(self, units: Units, room: Classroom) -> None:
        with units.begin() as work:
            work.calendars.lock(room.instructor)
            work.calendars.block_all([blackout(room, BlackoutId, TUESDAY)])
        again = evolve(blackout(room, BlackoutId, TUESDAY), reason="again")
        with units.begin() as work:
            assert work.calendars.block_all([again]) == frozenset()
        with units.begin() as work:
            found = work.calendars.blackouts(room.instructor, MONDAY, SUNDAY)
            assert found == frozenset({TUESDAY})
            assert work.calendars.blackouts(room.instructor, MONDAY, MONDAY) == frozenset()
            assert work.calendars.lift(room.instructor, again.blackout_id) == TUESDAY
            with pytest.raises(BlackoutNotFound):
                work.calendars.lift(room.instructor, again.blackout_id)
            assert work.calendars.blackouts(room.instructor, MONDAY, SUNDAY) == frozenset()

    def test_av26_lessons_that_somebody_counts_on(
        self, units: Units, room: Classroom, ids: Ids
    ) -> None:
        held = lesson_of(room, ids, NINE)
        agreed = lesson_of(room, ids, NINE + timedelta(hours=2))
        with units.begin() as work:
            work.bookings.add(held)
            confirmed = work.bookings.add(agreed).confirm(at=START)
            work.bookings.save(confirmed)
        day = NEW_YORK.day(TUESDAY)
        with units.begin() as work:
            found = work.calendars.lessons(room.instructor, day, now=START)
            assert [each.booking for each in found] == [
                str(held.booking_id),
                str(agreed.booking_id),
            ]
            assert [each.span for each in found] == [held.lesson, agreed.lesson]
            assert {each.format for each in found} == {Format.ONLINE}
            later = START + timedelta(hours=2)
            left = work.calendars.lessons(room.instructor, day, now=later)
            assert [each.booking for each in left] == [str(agreed.booking_id)]
            other = work.calendars.lessons(room.instructor, NEW_YORK.day(MONDAY), now=START)
            assert not other

    def test_facts_are_everything_free_time_follows_from(
        self, units: Units, room: Classroom, ids: Ids
    ) -> None:
        self.open(units, room, TUESDAY, MORNING)
        held = lesson_of(room, ids, NINE)
        with units.begin() as work:
            work.calendars.lock(room.instructor)
            work.calendars.block_all([blackout(room, BlackoutId, SUNDAY)])
            work.bookings.add(held)
        facts = self.facts(units, room)
        assert facts.days[TUESDAY] == MORNING
        assert facts.blackouts == frozenset({SUNDAY})
        assert facts.settings == CalendarSettings(zone=NEW_YORK)
        assert facts.formats == FORMATS
        (busy,) = facts.busy
        assert (busy.span, busy.format) == (held.lesson, Format.ONLINE)
        assert busy.hold_expires_at == START + timedelta(minutes=30)
        with units.begin() as work:
            work.calendars.lock(room.instructor)
            work.bookings.save(held_again(work, held).confirm(at=START))
        assert [each.hold_expires_at for each in self.facts(units, room).busy] == [None]

    def test_av38_facts_are_never_old(self, units: Units, room: Classroom) -> None:
        assert self.facts(units, room).days == {}
        self.open(units, room, TUESDAY, MORNING)
        assert self.facts(units, room).days == {TUESDAY: MORNING}
        with units.begin() as work:
            kept = work.instructors.get_for_update(room.instructor)
            moved = kept.introduce(at=START, zone=Zone("America/Los_Angeles"))
            work.instructors.save(moved)
        assert self.facts(units, room).settings.zone == Zone("America/Los_Angeles")
        with units.read() as reads:
            glance = reads.calendars.glance(room.instructor)
        assert (glance.zone.name, glance.visible, glance.payable) == (
            "America/Los_Angeles",
            True,
            True,
        )

    def test_av42_the_roster_is_never_old(
        self,
        units: Units,
        room: Classroom,
        roster: LiveRoster,
        clock: HandMovedClock,
        ids: Ids,
    ) -> None:
        def first_start() -> datetime | None:
            question = WhoIsFree(
                format=Format.ONLINE, dates=(TUESDAY,), minutes=60, now=clock.now()
            )
            return roster.who_is_free(question).earliest().get(room.instructor)

        assert first_start() is None
        self.open(units, room, TUESDAY, MORNING)
        assert first_start() == NINE
        held = lesson_of(room, ids, NINE, at=clock.now())
        with units.begin() as work:
            work.calendars.lock(room.instructor)
            work.bookings.add(held)
        assert first_start() == NINE + timedelta(minutes=75), "an hour, and the buffer"
        clock.move(timedelta(minutes=30))
        assert first_start() == NINE, "the hold has expired; nobody told the roster"
        with units.begin() as work:
            work.calendars.lock(room.instructor)
            work.calendars.block_all([blackout(room, BlackoutId, TUESDAY)])
        assert first_start() is None
        with units.begin() as work:
            work.calendars.lock(room.instructor)
            work.calendars.lift(room.instructor, blackout(room, BlackoutId, TUESDAY).blackout_id)
        assert first_start() == NINE
        question = WhoIsFree(format=Format.ONLINE, dates=(TUESDAY,), minutes=60, now=clock.now())
        nobody = roster.who_is_free(question, among=[ids.new(InstructorId)])
        assert nobody.by_instructor() == {}
        roster.warm_up()
        assert first_start() == NINE
        with units.begin() as work:
            work.calendars.lock(room.instructor)
            work.calendars.block_all([blackout(room, BlackoutId, TUESDAY)])
        assert first_start() is None, "warm, and not old"

    def test_av16_of_eight_writers_with_one_etag_one_wins(
        self, units: Units, room: Classroom, ids: Ids, clock: HandMovedClock
    ) -> None:
        with units.read() as reads:
            seen = reads.calendars.week(room.instructor, MONDAY).week.etag
        together = threading.Barrier(RIVALS)

        def save(rival: int) -> bool:
            together.wait()
            request = ReplaceWeek(
                instructor_id=room.instructor,
                monday=MONDAY,
                days={TUESDAY: [WindowText(f"{9 + rival:02}:00", "20:00")]},
                if_match=frozenset({seen}),
            )
            try:
                replace_week(request, begin=units.begin, ids=ids, clock=clock)
            except WeekChanged:
                return False
            return True

        with ThreadPoolExecutor(RIVALS) as pool:
            outcomes = list(pool.map(save, range(RIVALS)))
        assert sum(outcomes) == 1
        winner = outcomes.index(True)
        (planes,) = self.facts(units, room).days.values()
        assert planes.online == span(108 + 12 * winner, 240)

    def test_av16_a_stale_writer_learns_the_current_week(
        self, units: Units, room: Classroom, ids: Ids, clock: HandMovedClock
    ) -> None:
        self.open(units, room, TUESDAY, MORNING)
        request = ReplaceWeek(
            instructor_id=room.instructor,
            monday=MONDAY,
            days={},
            if_match=frozenset({"0" * 64}),
        )
        with pytest.raises(WeekChanged) as refused:
            replace_week(request, begin=units.begin, ids=ids, clock=clock)
        with units.read() as reads:
            week = reads.calendars.week(room.instructor, MONDAY).week
        assert refused.value.etag == week.etag
        assert refused.value.facts()["current_days"] == week.as_windows()


def blackout(room: Classroom, kind: type[BlackoutId], day: date) -> Blackout:
    """A blackout of *day*."""
    number = room.instructor.value.int + day.toordinal()
    return Blackout(
        blackout_id=kind(type(room.instructor.value)(int=number)),
        instructor_id=room.instructor,
        day=day,
        created_at=START,
    )


def held_again(work: ClassroomWork, held: Booking) -> Booking:
    """The booking as it is kept, locked."""
    return work.bookings.get_for_update(held.booking_id)
