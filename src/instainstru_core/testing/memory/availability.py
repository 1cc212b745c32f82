"""Calendars and the roster, in memory."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from attrs import define, evolve, frozen

from instainstru_core.availability.errors import BlackoutExists, CalendarNotFound
from instainstru_core.availability.model.facts import (
    Blackout,
    BookedLesson,
    CalendarFacts,
    Glance,
    StoredWeek,
)
from instainstru_core.availability.model.planes import FORMATS, DayPlanes
from instainstru_core.availability.model.roster import Roster, RosterCalendar
from instainstru_core.availability.model.settings import Busy, CalendarSettings
from instainstru_core.availability.model.weeks import Week, week_dates
from instainstru_core.availability.model.who import FirstStarts, WhoIsFree
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Confirmed, Pending
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.time import Clock, Interval
from instainstru_core.kernel.unit_of_work import Begin

if TYPE_CHECKING:
    from instainstru_core.testing.memory.store import InMemoryOutbox, InMemoryReads, Tables


@frozen
class _SavedDay:
    planes: DayPlanes
    updated_at: datetime


@define
class _Calendars:
    """What both the port and the query read."""

    _tables: "Tables"

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
        kept = self._settings().get(instructor_id, CalendarSettings())
        return evolve(kept, zone=zone)

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
        return {
            day: saved.planes
            for (who, day), saved in sorted(self._days().items())
            if who == instructor_id and first <= day <= last and saved.planes
        }

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
        """Every active offering of the instructor."""
        for each in self._tables.of("offerings", OfferingId, Offering).values():
            if each.instructor_id == instructor_id and each.active:
                yield each

    def everybody(self) -> tuple[InstructorId, ...]:
        """Everyone who teaches."""
        return tuple(sorted(self._instructors()))

    def _instructors(self) -> dict[InstructorId, Instructor]:
        return self._tables.of("instructors", InstructorId, Instructor)

    def _settings(self) -> dict[InstructorId, CalendarSettings]:
        return self._tables.of("calendars", InstructorId, CalendarSettings)

    def _days(self) -> dict[tuple[InstructorId, date], _SavedDay]:
        return self._tables.of("availability_days", tuple, _SavedDay)

    def _blackouts(self) -> dict[tuple[InstructorId, date], Blackout]:
        return self._tables.of("blackouts", tuple, Blackout)


@define
class InMemoryCalendars(_Calendars):
    """The `Calendars` port."""

    _outbox: "InMemoryOutbox"

    def lock(self, instructor_id: InstructorId) -> CalendarSettings:
        # Units begin one at a time here: whoever runs holds every lock.
        return self.settings(instructor_id)

    def configure(self, instructor_id: InstructorId, settings: CalendarSettings) -> None:
        self.instructor(instructor_id)
        self._settings()[instructor_id] = settings

    def save_days(
        self,
        instructor_id: InstructorId,
        days: Mapping[date, DayPlanes],
        *,
        at: datetime,
        events: tuple[Event, ...] = (),
    ) -> None:
        for day, planes in days.items():
            self._days()[instructor_id, day] = _SavedDay(planes, at)
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

    def block(self, blackout: Blackout) -> None:
        key = (blackout.instructor_id, blackout.day)
        if key in self._blackouts():
            raise BlackoutExists(blackout.day)
        self._blackouts()[key] = blackout

    def unblock(self, instructor_id: InstructorId, day: date) -> bool:
        return self._blackouts().pop((instructor_id, day), None) is not None


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
        )

    def facts(self, glance: Glance, first: date, last: date) -> CalendarFacts:
        offered = {each for one in self.formats(glance.instructor_id) for each in one.formats}
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


def _in_roster(facts: CalendarFacts) -> RosterCalendar:
    return RosterCalendar(
        instructor_id=facts.instructor_id,
        version=facts.version,
        settings=facts.settings,
        days=[*facts.days],
        planes=b"".join(each.to_bytes() for each in facts.days.values()),
        blackouts=facts.blackouts,
        busy=facts.busy,
    )
