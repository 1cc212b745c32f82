"""Calendars and the roster, in memory."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import define, evolve, frozen

from instainstru_core.availability.errors import BlackoutNotFound, CalendarNotFound
from instainstru_core.availability.ids import BlackoutId, EditId
from instainstru_core.availability.model.facts import (
    MIN_LESSON_MINUTES,
    Blackout,
    BookedLesson,
    CalendarFacts,
    Glance,
    StoredWeek,
)
from instainstru_core.availability.model.history import CalendarEdit
from instainstru_core.availability.model.planes import FORMATS, DayPlanes
from instainstru_core.availability.model.roster import Roster, RosterCalendar
from instainstru_core.availability.model.rules import CalendarRules
from instainstru_core.availability.model.settings import Busy, CalendarSettings, KeptSettings
from instainstru_core.availability.model.weeks import Week, week_dates
from instainstru_core.availability.model.who import FirstStarts, WhoIsFree
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Confirmed, Pending
from instainstru_core.catalog.model import Service
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.time import Clock, Interval
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.memory.external_calendars import private_busy_of
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables

if TYPE_CHECKING:
    from instainstru_core.testing.memory.store import InMemoryReads


@frozen
class SavedDay:
    """A row of the calendar: a day, and when it was saved."""

    planes: DayPlanes
    updated_at: datetime


@define
class _Calendars:
    """What both the port and the query read."""

    _tables: Tables
    _rules: CalendarRules

    def instructor(self, instructor_id: InstructorId) -> Instructor:
        """The instructor.

        Raises:
            CalendarNotFound: There is none.
        """
        if (found := self._instructors().get(instructor_id)) is None:
            raise CalendarNotFound(instructor_id)
        return found

    def settings(self, instructor_id: InstructorId) -> CalendarSettings:
        zone = self.instructor(instructor_id).zone
        kept = evolve(
            self._settings().get(instructor_id) or CalendarSettings(),
            zone=zone,
            rules=self._rules,
        )
        if instructor_id in self._buffered():
            return kept
        return evolve(
            kept,
            non_travel_buffer_minutes=self._rules.default_non_travel_buffer_minutes,
            travel_buffer_minutes=self._rules.default_travel_buffer_minutes,
        )

    def kept_settings(self, instructor_id: InstructorId) -> KeptSettings:
        return KeptSettings(
            settings=self.settings(instructor_id),
            acknowledged_at=self._acknowledged().get(instructor_id),
        )

    def week(self, instructor_id: InstructorId, monday: date) -> StoredWeek:
        zone = self.instructor(instructor_id).zone
        saved = {
            day: self._days()[instructor_id, day]
            for day in week_dates(monday)
            if (instructor_id, day) in self._days()
        }
        return StoredWeek(
            week=Week.of(monday, {day: each.planes for day, each in saved.items()}),
            zone=zone,
            modified_at=max((each.updated_at for each in saved.values()), default=None),
        )

    def days(
        self, instructor_id: InstructorId, first: date, last: date
    ) -> Mapping[date, DayPlanes]:
        rows = self._days()
        asked = (first + timedelta(days=n) for n in range((last - first).days + 1))
        found = ((day, rows.get((instructor_id, day))) for day in asked)
        return {day: saved.planes for day, saved in found if saved is not None and saved.planes}

    def blackouts(self, instructor_id: InstructorId, first: date, last: date) -> frozenset[date]:
        return frozenset(
            day for who, day in self._blackouts() if who == instructor_id and first <= day <= last
        )

    def bookings(self, instructor_id: InstructorId) -> Iterator[Booking]:
        """Every booking of the instructor."""
        for each in self._tables.of("bookings", BookingId, Booking).values():
            if each.instructor == instructor_id:
                yield each

    def formats(self, instructor_id: InstructorId) -> Iterator[Offering]:
        """Every active offering of the instructor, of a service that is active too. CA-6."""
        services = self._tables.of("services", str, Service).values()
        active = {each.service_id for each in services if each.is_active}
        for each in self._tables.of("offerings", OfferingId, Offering).values():
            if each.instructor_id == instructor_id and each.active and each.service_id in active:
                yield each

    def everybody(self) -> tuple[InstructorId, ...]:
        """Everyone who teaches."""
        return tuple(sorted(self._instructors()))

    def _instructors(self) -> dict[InstructorId, Instructor]:
        return self._tables.of("instructors", InstructorId, Instructor)

    def _settings(self) -> dict[InstructorId, CalendarSettings]:
        return self._tables.of("calendars", InstructorId, CalendarSettings)

    def _buffered(self) -> dict[InstructorId, bool]:
        """Who set buffers of their own."""
        return self._tables.of("buffered_calendars", InstructorId, bool)

    def _days(self) -> dict[tuple[InstructorId, date], SavedDay]:
        return self._tables.of("availability_days", tuple, SavedDay)

    def _acknowledged(self) -> dict[InstructorId, datetime]:
        return self._tables.of("acknowledged_calendars", InstructorId, datetime)

    def _blackouts(self) -> dict[tuple[InstructorId, date], Blackout]:
        return self._tables.of("blackouts", tuple, Blackout)


@define
class InMemoryCalendars(_Calendars):
    """The `Calendars` port."""

    _outbox: InMemoryOutbox

    def lock(self, instructor_id: InstructorId) -> CalendarSettings:
        # Units begin one at a time here: whoever runs holds every lock.
        return self.settings(instructor_id)

    def configure(
        self, instructor_id: InstructorId, settings: CalendarSettings, *, buffers: bool = True
    ) -> None:
        own = self.settings(instructor_id)
        if buffers:
            self._buffered()[instructor_id] = True
        else:
            settings = evolve(
                settings,
                non_travel_buffer_minutes=own.non_travel_buffer_minutes,
                travel_buffer_minutes=own.travel_buffer_minutes,
            )
        self._settings()[instructor_id] = settings

    def acknowledge(self, instructor_id: InstructorId, *, at: datetime) -> None:
        self.instructor(instructor_id)
        self._acknowledged().setdefault(instructor_id, at)

    def save_days(
        self,
        instructor_id: InstructorId,
        days: Mapping[date, DayPlanes],
        *,
        at: datetime,
        events: tuple[Event, ...] = (),
        edit: CalendarEdit | None = None,
    ) -> None:
        for day, planes in days.items():
            self._days()[instructor_id, day] = SavedDay(planes, at)
        if edit is not None:
            kept = self._tables.of("calendar_edits", EditId, CalendarEdit)
            kept[edit.entry.edit_id] = edit
        self._outbox.record(events)

    def lessons(
        self, instructor_id: InstructorId, within: Interval, *, now: datetime
    ) -> Sequence[BookedLesson]:
        return sorted(
            (
                BookedLesson(str(each.booking_id), each.lesson, each.location_type.format)
                for each in self.bookings(instructor_id)
                if each.lesson.starts_at in within and _is_counted_on(each, now)
            ),
            key=lambda lesson: lesson.span,
        )

    def block_all(self, blackouts: Sequence[Blackout]) -> frozenset[date]:
        new = [
            each for each in blackouts if (each.instructor_id, each.day) not in self._blackouts()
        ]
        self._blackouts().update({(each.instructor_id, each.day): each for each in new})
        return frozenset(each.day for each in new)

    def lift(self, instructor_id: InstructorId, blackout_id: BlackoutId) -> date:
        for (who, day), each in self._blackouts().items():
            if who == instructor_id and each.blackout_id == blackout_id:
                del self._blackouts()[who, day]
                return day
        raise BlackoutNotFound(blackout_id)

    def announce(self, events: tuple[Event, ...]) -> None:
        self._outbox.record(events)


def _is_counted_on(booking: Booking, now: datetime) -> bool:
    match booking.state:
        case Pending(hold_expires_at):
            return now < hold_expires_at
        case Confirmed():
            return True
        case _:
            return False


@define
class InMemoryCalendarQueries(_Calendars):
    """The `CalendarQueries` port: everything is read anew, so nothing is ever old."""

    _clock: Clock

    def glance(self, instructor_id: InstructorId) -> Glance:
        instructor = self.instructor(instructor_id)
        return Glance(
            instructor_id=instructor_id,
            version=0,
            zone=instructor.zone,
            visible=instructor.is_visible,
            payable=instructor.payable,
            name=instructor.public_name,
        )

    def blackouts_from(self, instructor_id: InstructorId, first: date) -> Sequence[Blackout]:
        return sorted(
            (
                each
                for (who, day), each in self._blackouts().items()
                if who == instructor_id and day >= first
            ),
            key=lambda blackout: blackout.day,
        )

    def facts(self, glance: Glance, first: date, last: date) -> CalendarFacts:
        offerings = list(self.formats(glance.instructor_id))
        offered = {each for one in offerings for each in one.formats}
        lengths = [minutes for one in offerings for minutes in one.durations]
        return CalendarFacts(
            instructor_id=glance.instructor_id,
            version=glance.version,
            first=first,
            last=last,
            settings=self.settings(glance.instructor_id),
            days=self.days(glance.instructor_id, first, last),
            blackouts=self.blackouts(glance.instructor_id, first, last),
            busy=tuple(_busy(each) for each in self.bookings(glance.instructor_id) if _owns(each)),
            formats=tuple(each for each in FORMATS if each in offered),
            shortest_minutes=min(lengths, default=MIN_LESSON_MINUTES),
            private_busy=private_busy_of(self._tables, glance.instructor_id),
        )


def _owns(booking: Booking) -> bool:
    """Whether it may own its time; a hold, only until it expires. Source: AV-30."""
    return not isinstance(booking.state, Cancelled)


def _busy(booking: Booking) -> Busy:
    match booking.state:
        case Pending(hold_expires_at):
            return Busy(booking.lesson, booking.location_type.format, hold_expires_at)
        case _:
            return Busy(booking.lesson, booking.location_type.format)


@frozen
class InMemoryRoster:
    """The `LiveRoster` port: a new roster for every question."""

    _read: "Begin[InMemoryReads]"

    def who_is_free(
        self, question: WhoIsFree, *, among: Collection[InstructorId] | None = None
    ) -> FirstStarts:
        dates = question.dates or (question.now.date(),)
        roster = Roster(min(dates), max(dates))
        with self._read() as reads:
            calendars = reads.calendars
            known = [
                _in_roster(calendars.facts(calendars.glance(each), roster.first, roster.last))
                for each in calendars.everybody()
            ]
        roster.put(known, now=question.now)
        return roster.ask(question, among=among)

    def warm_up(self) -> None:
        # Nothing is kept from one question to the next.
        return


def _in_roster(facts: CalendarFacts) -> RosterCalendar:
    return RosterCalendar(
        instructor_id=facts.instructor_id,
        version=facts.version,
        settings=facts.settings,
        days=[*facts.days],
        planes=b"".join(each.to_bytes() for each in facts.days.values()),
        blackouts=facts.blackouts,
        busy=facts.busy,
        private_busy=facts.private_busy,
    )
