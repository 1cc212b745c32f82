"""Save an edit: what everything that writes a calendar has in common. Source: AV-16…AV-26."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, Self

from attrs import frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.availability.errors import WeekChanged
from instainstru_core.availability.events import AvailabilityChanged
from instainstru_core.availability.ids import EditId
from instainstru_core.availability.model.days import LocalDay, days_between, local_day
from instainstru_core.availability.model.edits import EditCause, EditLimits, Plan, SkippedDate
from instainstru_core.availability.model.facts import BookedLesson
from instainstru_core.availability.model.history import CalendarEdit, EditEntry
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.availability.model.rules import CalendarRules
from instainstru_core.availability.model.weeks import DAYS_PER_WEEK, Week, monday_of
from instainstru_core.availability.ports import AvailabilityWork
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.offering import MAX_DURATION_MINUTES
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock, Interval
from instainstru_core.kernel.zones import Zone

ANY_VERSION: Final = "*"
EMPTY_SOURCE: Final = "empty_source"
LONGEST_LESSON: Final = timedelta(minutes=MAX_DURATION_MINUTES)


@frozen(kw_only=True)
class LockedCalendar:
    """A calendar held for the rest of the unit, and the moment that counts for the edit."""

    instructor_id: InstructorId
    zone: Zone
    now: datetime
    rules: CalendarRules

    @classmethod
    def of(
        cls,
        work: AvailabilityWork,
        instructor_id: InstructorId,
        *,
        clock: Clock,
        rules: CalendarRules,
    ) -> Self:
        """Lock it.

        Raises:
            CalendarNotFound: Nobody of this id teaches here.
        """
        zone = work.calendars.lock(instructor_id).zone
        return cls(instructor_id=instructor_id, zone=zone, now=clock.now(), rules=rules)

    @property
    def today(self) -> date:
        """The instructor's local date."""
        return self.zone.today(self.now)

    @property
    def editing(self) -> EditLimits:
        """What may be written when weeks are edited by hand."""
        return EditLimits.of_editing(self.today, self.rules)

    @property
    def filling(self) -> EditLimits:
        """What may be written when one week is copied onto others."""
        return EditLimits.of_filling(self.today, self.rules)


@frozen(kw_only=True)
class SavedEdit:
    """What was written and what was left, the weeks as they are now, and who may be surprised.

    *edit_id* names the save in the history; there is none when nothing was written. Source: AV-25.
    """

    weeks: tuple[Week, ...]
    zone: Zone
    written: tuple[date, ...]
    skipped: tuple[SkippedDate, ...]
    uncovered: tuple[BookedLesson, ...]
    dates_processed: int
    weeks_affected: int
    dry_run: bool
    edit_id: EditId | None = None
    reason: str | None = None
    """Why nothing was written, when there is a reason of its own: `empty_source`."""

    @property
    def week(self) -> Week:
        """The first of the weeks; for most edits it is the only one."""
        return self.weeks[0]


def stored_days(
    work: AvailabilityWork, instructor_id: InstructorId, mondays: tuple[date, ...]
) -> Mapping[date, DayPlanes]:
    """The open days from the first to the last of those weeks."""
    last = mondays[-1] + timedelta(days=DAYS_PER_WEEK - 1)
    return work.calendars.days(instructor_id, mondays[0], last)


def check_version(seen: frozenset[str] | None, stored: Week) -> None:
    """Whether who saw *seen* saw the week as it is stored; None saw nothing. Source: AV-16.

    Raises:
        WeekChanged: It is not the current content.
    """
    if seen is not None and ANY_VERSION not in seen and stored.etag not in seen:
        raise WeekChanged(stored.etag, stored.as_windows())


def save_edit(
    work: AvailabilityWork,
    calendar: LockedCalendar,
    plan: Plan,
    *,
    cause: EditCause,
    ids: Ids,
    dry_run: bool,
    reason: str | None = None,
) -> SavedEdit:
    """Write *plan* with its line of the history and its news, unless this is a dry run.

    Days, history and events are kept together or not at all. Bookings are never touched: those
    that lose their open time are listed, as a warning. Source: AV-21, AV-25, AV-26.
    """
    edit = _edit(calendar, plan, cause, ids) if plan.writes and not dry_run else None
    if edit is not None:
        work.calendars.save_days(
            calendar.instructor_id,
            plan.writes,
            at=calendar.now,
            events=_events(calendar, plan, cause),
            edit=edit,
        )
    written = tuple(plan.writes)
    return SavedEdit(
        weeks=plan.weeks,
        zone=calendar.zone,
        written=written,
        skipped=plan.skipped,
        uncovered=_uncovered(work, calendar, plan),
        dates_processed=len(plan.dates),
        weeks_affected=len({monday_of(day) for day in written}),
        dry_run=dry_run,
        edit_id=None if edit is None else edit.entry.edit_id,
        reason=reason,
    )


def _edit(calendar: LockedCalendar, plan: Plan, cause: EditCause, ids: Ids) -> CalendarEdit:
    entry = EditEntry(
        edit_id=ids.new(EditId),
        instructor_id=calendar.instructor_id,
        actor_id=AccountId(calendar.instructor_id.value),
        cause=cause,
        saved_at=calendar.now,
        dates=tuple(plan.writes),
        opened_minutes=plan.opened_minutes,
        closed_minutes=plan.closed_minutes,
    )
    return CalendarEdit(entry=entry, flips=plan.flips)


def _events(
    calendar: LockedCalendar, plan: Plan, cause: EditCause
) -> tuple[AvailabilityChanged, ...]:
    """One for each week, of its dates from today on: news of the past is no news."""
    weeks = {week.monday: week for week in plan.weeks}
    return tuple(
        AvailabilityChanged(
            instructor_id=calendar.instructor_id,
            monday=monday,
            dates=dates,
            etag=weeks[monday].etag,
            cause=cause,
            occurred_at=calendar.now,
        )
        for monday, dates in plan.news(calendar.today).items()
    )


def _uncovered(
    work: AvailabilityWork, calendar: LockedCalendar, plan: Plan
) -> tuple[BookedLesson, ...]:
    """Future lessons on days that this edit closes somewhat, without their slots. Source: AV-26.

    A lesson crosses midnight when its instructor lives elsewhere now: then two days are its own.
    """
    zone = calendar.zone
    closing = {
        day
        for day, planes in plan.writes.items()
        if day >= calendar.today and day in plan.before and plan.before[day].closed_in(planes)
    }
    if not closing:
        return ()
    since = max(zone.midnight(min(closing)) - LONGEST_LESSON, calendar.now)
    until = zone.day(max(closing)).ends_at
    if until <= since:
        return ()
    found = work.calendars.lessons(calendar.instructor_id, Interval(since, until), now=calendar.now)
    return tuple(
        each
        for each in found
        if any(
            day in closing and not _is_covered(each, plan, local_day(zone, day))
            for day in _dates_of(each, zone)
        )
    )


def _dates_of(lesson: BookedLesson, zone: Zone) -> tuple[date, ...]:
    return days_between(zone.today(lesson.span.starts_at), zone.today(lesson.span.ends_at))


def _is_covered(lesson: BookedLesson, plan: Plan, day: LocalDay) -> bool:
    """Whether what the lesson takes of *day*, if anything, is open."""
    open_slots = day.instants(plan.after[day.date].of(lesson.format))
    return day.touched(lesson.span) & ~open_slots == 0
