"""Replace a week, unless somebody else saved it since. Source: AV-12…AV-21, AV-25, AV-26."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final, TypeVar

from attrs import frozen

from instainstru_core.availability.errors import WeekChanged, WeekVersionMissing
from instainstru_core.availability.events import AvailabilityChanged
from instainstru_core.availability.model.days import local_day
from instainstru_core.availability.model.facts import BookedLesson
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.availability.model.weeks import (
    DAYS_PER_WEEK,
    PAST_EDIT_WINDOW_DAYS,
    SkippedDate,
    Week,
    WeekChange,
    read_week_text,
    replacement,
)
from instainstru_core.availability.model.windows import WindowText
from instainstru_core.availability.ports import AvailabilityWork
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Clock, Interval
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.kernel.zones import Zone

WorkT = TypeVar("WorkT", bound=AvailabilityWork)

ANY_VERSION: Final = "*"


@frozen(kw_only=True)
class ReplaceWeek:
    """An instructor saves a whole week; dates not in *days* become closed.

    *if_match* holds the ETags of what the instructor saw, `*` overwrites whatever is there.
    """

    instructor_id: InstructorId
    monday: date
    days: Mapping[date, Sequence[WindowText]]
    if_match: frozenset[str] | None
    dry_run: bool = False


@frozen(kw_only=True)
class SavedWeek:
    """What was written and what was left, the week as it is now, and who may be surprised."""

    week: Week
    zone: Zone
    written: tuple[date, ...]
    skipped: tuple[SkippedDate, ...]
    uncovered: tuple[BookedLesson, ...]
    dates_processed: int = DAYS_PER_WEEK

    @property
    def weeks_affected(self) -> int:
        """Weeks with at least one written day."""
        return 1 if self.written else 0


def replace_week(
    request: ReplaceWeek,
    *,
    begin: Begin[WorkT],
    clock: Clock,
    past_edit_window_days: int | None = PAST_EDIT_WINDOW_DAYS,
    answer: Answer[WorkT, SavedWeek] = unanswered,
) -> SavedWeek:
    """Write the days that differ, all or none, under the lock of the instructor's calendar.

    Bookings are never touched: those that lose their open time are listed, as a warning.

    Raises:
        NotMonday: The week is not addressed by its Monday.
        RefusedField: A date or a window is wrong (AV-5, AV-12, AV-20).
        WeekVersionMissing: Nobody said which content was seen.
        WeekChanged: It is not the current content.
        CalendarNotFound: Nobody of this id teaches here.
    """
    wanted = read_week_text(request.monday, request.days)
    with begin() as work:
        settings = work.calendars.lock(request.instructor_id)
        stored = work.calendars.week(request.instructor_id, request.monday).week
        now = clock.now()
        today = settings.zone.today(now)
        change = replacement(
            stored, wanted, today=today, past_edit_window_days=past_edit_window_days
        )
        _match(request.if_match, stored)
        if change.writes and not request.dry_run:
            work.calendars.save_days(
                request.instructor_id,
                change.writes,
                at=now,
                events=_events(request.instructor_id, change.open_dates(today), now),
            )
        saved = SavedWeek(
            week=change.after,
            zone=settings.zone,
            written=tuple(change.writes),
            skipped=change.skipped,
            uncovered=_uncovered(work, request, stored, change, settings.zone, now),
        )
        answer(work, saved)
        return saved


def _match(seen: frozenset[str] | None, stored: Week) -> None:
    if not seen:
        raise WeekVersionMissing
    if ANY_VERSION not in seen and stored.etag not in seen:
        raise WeekChanged(stored.etag, stored.as_windows())


def _events(
    instructor_id: InstructorId, dates: tuple[date, ...], now: datetime
) -> tuple[AvailabilityChanged, ...]:
    """News of the past is no news. Source: AV-19."""
    if not dates:
        return ()
    return (AvailabilityChanged(instructor_id=instructor_id, dates=dates, occurred_at=now),)


def _uncovered(
    work: AvailabilityWork,
    request: ReplaceWeek,
    stored: Week,
    change: WeekChange,
    zone: Zone,
    now: datetime,
) -> tuple[BookedLesson, ...]:
    """Future lessons whose slots this change closes. Source: AV-26."""
    before = stored.by_date()
    closing = [day for day, planes in change.writes.items() if before[day].closes(planes)]
    if not closing:
        return ()
    since, until = max(zone.midnight(min(closing)), now), zone.day(max(closing)).ends_at
    if until <= since:
        return ()
    after = change.after.by_date()
    found = work.calendars.lessons(request.instructor_id, Interval(since, until), now=now)
    return tuple(each for each in found if not _is_covered(each, after, zone))


def _is_covered(lesson: BookedLesson, days: Mapping[date, DayPlanes], zone: Zone) -> bool:
    day = local_day(zone, zone.today(lesson.span.starts_at))
    needed = day.touched(lesson.span)
    return needed & ~day.instants(days[day.date].of(lesson.format)) == 0
