"""What blackouts, settings and what the public sees of them must do on every adapter."""

from datetime import date, timedelta

import pytest
from attrs import evolve

from instainstru_core.availability.errors import BlackoutNotFound
from instainstru_core.availability.ids import BlackoutId
from instainstru_core.availability.model.facts import CalendarFacts
from instainstru_core.availability.model.open_times import OpenTimes
from instainstru_core.availability.model.planes import FORMATS, DayPlanes, span
from instainstru_core.availability.model.settings import CalendarSettings, KeptSettings
from instainstru_core.availability.use_cases.block_dates import BlockDates, block_dates
from instainstru_core.availability.use_cases.change_calendar_settings import (
    ChangeCalendarSettings,
    SettingsChanges,
    change_calendar_settings,
)
from instainstru_core.availability.use_cases.find_open_times import (
    FindOpenTimes,
    find_open_times,
)
from instainstru_core.availability.use_cases.lift_blackout import LiftBlackout, lift_blackout
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.zones import NEW_YORK, Zone
from instainstru_core.testing.contracts.calendars import (
    MORNING,
    NINE,
    START,
    SUNDAY,
    TUESDAY,
    Undone,
    Units,
    blackout,
    held_again,
    lesson_of,
)
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.strategies.booking import (
    MONDAY,
    Classroom,
    open_classroom,
    piano_catalog,
)


class BlackoutsContract:
    """Inherit, and provide the fixtures `units`, `ids` and `clock` on one empty store."""

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

    def test_av27_many_dates_are_blocked_at_once(self, units: Units, room: Classroom) -> None:
        whole = [MONDAY + timedelta(days=n) for n in range(4)]
        with units.begin() as work:
            work.calendars.lock(room.instructor)
            work.calendars.block_all([blackout(room, BlackoutId, TUESDAY)])
        wanted = [evolve(blackout(room, BlackoutId, day), reason="away") for day in whole]
        with units.begin() as work:
            work.calendars.lock(room.instructor)
            new = work.calendars.block_all(wanted)
            assert new == frozenset(whole) - {TUESDAY}
            assert work.calendars.block_all(wanted) == frozenset()
        with units.read() as reads:
            found = reads.calendars.blackouts_from(room.instructor, TUESDAY)
        assert list(found) == [blackout(room, BlackoutId, TUESDAY), *wanted[2:]]

    def test_av27_a_blackout_is_lifted_by_its_own_instructor(
        self, units: Units, room: Classroom, ids: Ids
    ) -> None:
        kept = blackout(room, BlackoutId, TUESDAY)
        with units.begin() as work:
            work.calendars.lock(room.instructor)
            work.calendars.block_all([kept])
        with units.begin() as work, pytest.raises(BlackoutNotFound):
            work.calendars.lift(ids.new(InstructorId), kept.blackout_id)
        with pytest.raises(Undone), units.begin() as work:
            work.calendars.lift(room.instructor, kept.blackout_id)
            raise Undone
        with units.begin() as work:
            assert work.calendars.lift(room.instructor, kept.blackout_id) == TUESDAY
        with units.begin() as work, pytest.raises(BlackoutNotFound):
            work.calendars.lift(room.instructor, kept.blackout_id)

    def test_av28_what_is_known_is_kept_once(self, units: Units, room: Classroom) -> None:
        with units.read() as reads:
            fresh = reads.calendars.kept_settings(room.instructor)
        assert fresh == KeptSettings(settings=CalendarSettings(zone=NEW_YORK))
        for moment in (START, START + timedelta(hours=1)):
            with units.begin() as work:
                work.calendars.acknowledge(room.instructor, at=moment)
                assert work.calendars.kept_settings(room.instructor).acknowledged_at == START
        with units.read() as reads:
            assert reads.calendars.kept_settings(room.instructor).acknowledged_at == START

    def test_ca6_a_format_of_a_deactivated_service_is_not_offered(
        self, units: Units, room: Classroom
    ) -> None:
        """And it costs no restart: the facts that were remembered are old by that."""
        before = self.facts(units, room)
        assert (before.formats, before.shortest_minutes) == (FORMATS, 30)
        catalog = piano_catalog()
        gone = tuple(evolve(each, is_active=False) for each in catalog.services)
        with units.begin() as work:
            work.catalog.load(evolve(catalog, services=gone))
        assert self.facts(units, room).formats == ()
        with units.begin() as work:
            work.catalog.load(catalog)
        assert self.facts(units, room).formats == FORMATS

    def test_av38_every_change_shows_in_the_next_read(
        self, units: Units, room: Classroom, clock: HandMovedClock, ids: Ids
    ) -> None:
        """Availability, blackout, settings, booking, zone, payability."""

        def seen() -> OpenTimes:
            request = FindOpenTimes(
                instructor_id=room.instructor, first=TUESDAY, last=TUESDAY, minutes=60
            )
            return find_open_times(request, read=units.read, clock=clock)

        self.open(units, room, TUESDAY, MORNING)
        assert seen().free_minutes == 180
        held = lesson_of(room, ids, NINE, at=clock.now())
        with units.begin() as work:
            work.calendars.lock(room.instructor)
            work.bookings.add(held)
        assert seen().free_minutes == 105, "an hour, and a quarter after it"
        settings = SettingsChanges(non_travel_buffer_minutes=30)
        change_calendar_settings(
            ChangeCalendarSettings(instructor_id=room.instructor, changes=settings),
            begin=units.begin,
            clock=clock,
        )
        assert seen().free_minutes == 90
        with units.begin() as work:
            work.bookings.save(held_again(work, held).expire(at=clock.now() + timedelta(hours=1)))
        assert seen().free_minutes == 180
        blocked = block_dates(
            BlockDates(instructor_id=room.instructor, first=TUESDAY, last=TUESDAY),
            begin=units.begin,
            ids=ids,
            clock=clock,
        )
        assert seen().free_minutes == 0
        assert seen().days[0].blackout
        (blackout,) = blocked.blackouts
        lift_blackout(
            LiftBlackout(instructor_id=room.instructor, blackout_id=blackout.blackout_id),
            begin=units.begin,
            clock=clock,
        )
        assert seen().free_minutes == 180
        self.open(units, room, TUESDAY, DayPlanes(online=span(108, 120)))
        assert seen().free_minutes == 60
        with units.begin() as work:
            kept = work.instructors.get_for_update(room.instructor)
            work.instructors.save(kept.introduce(at=START, zone=Zone("America/Los_Angeles")))
        assert seen().days[0].windows[0].starts_at == NINE + timedelta(hours=3)
        with units.begin() as work:
            kept = work.instructors.get_for_update(room.instructor)
            work.instructors.save(kept.become_payable(False, at=START))
        assert not seen().bookable
