"""Apply a week as a pattern to a range of dates. Source: AV-23, AV-24."""

from datetime import date, timedelta
from typing import Final, TypeVar

from attrs import frozen

from instainstru_core.availability.errors import InvalidRange, RangeTooLong
from instainstru_core.availability.model.edits import EditCause, filled, planned, unchanged
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.model.weeks import (
    DAYS_PER_WEEK,
    Week,
    check_last,
    check_monday,
    monday_of,
)
from instainstru_core.availability.ports import AvailabilityWork
from instainstru_core.availability.use_cases.save_edit import (
    EMPTY_SOURCE,
    LockedCalendar,
    SavedEdit,
    save_edit,
    stored_days,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=AvailabilityWork)

MAX_SPAN_DAYS: Final = 365
"""From the first date to the last."""


@frozen(kw_only=True)
class ApplyPattern:
    """An instructor wants every date of a range like the same weekday of one week.

    A closed source closes the range only with *allow_clear*.
    """

    instructor_id: InstructorId
    from_week: date
    start_date: date
    end_date: date
    allow_clear: bool = False
    dry_run: bool = False


def apply_pattern(
    request: ApplyPattern,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    rules: CalendarRules = DEFAULT_RULES,
    answer: Answer[WorkT, SavedEdit] = unanswered,
) -> SavedEdit:
    """Write the range's dates from today on, all or none; the source is read once, before.

    Raises:
        NotMonday: The source is not addressed by its Monday.
        InvalidRange: The range ends before it begins.
        RangeTooLong: It is longer than a year.
        OutOfHorizon: A date too far in the future would change.
        CalendarNotFound: Nobody of this id teaches here.
    """
    check_monday(request.from_week)
    mondays = _mondays(request)
    with begin() as work:
        calendar = LockedCalendar.of(work, request.instructor_id, clock=clock, rules=rules)
        found = stored_days(work, request.instructor_id, (request.from_week,))
        source = Week.of(request.from_week, found)
        before = stored_days(work, request.instructor_id, mondays)
        blocked = not request.allow_clear and not any(source.days)
        wanted = filled(source, request.start_date, request.end_date)
        plan = planned(
            before,
            unchanged(before, wanted) if blocked else wanted,
            mondays=mondays,
            limits=calendar.filling,
            pointer="/end_date",
        )
        saved = save_edit(
            work,
            calendar,
            plan,
            cause=EditCause.PATTERN,
            ids=ids,
            dry_run=request.dry_run,
            reason=EMPTY_SOURCE if blocked else None,
        )
        answer(work, saved)
        return saved


def _mondays(request: ApplyPattern) -> tuple[date, ...]:
    first, last = request.start_date, request.end_date
    if last < first:
        raise InvalidRange("/end_date", f"the range begins on {first}")
    if (last - first).days > MAX_SPAN_DAYS:
        raise RangeTooLong("/end_date", f"a pattern spans at most {MAX_SPAN_DAYS} days")
    check_last(last, pointer="/end_date")
    weeks = (monday_of(last) - monday_of(first)).days // DAYS_PER_WEEK + 1
    return tuple(monday_of(first) + timedelta(weeks=n) for n in range(weeks))
