"""Copy a week onto another. Source: AV-22, AV-24."""

from datetime import date, timedelta
from typing import TypeVar

from attrs import frozen

from instainstru_core.availability.errors import SameWeek
from instainstru_core.availability.model.edits import EditCause, filled, planned, unchanged
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.model.weeks import DAYS_PER_WEEK, Week, check_monday
from instainstru_core.availability.ports import AvailabilityWork
from instainstru_core.availability.use_cases.save_edit import (
    EMPTY_SOURCE,
    LockedCalendar,
    SavedEdit,
    check_version,
    save_edit,
    stored_days,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=AvailabilityWork)


@frozen(kw_only=True)
class CopyWeek:
    """An instructor wants one week like another; *if_match* is of the target, if given.

    A closed source closes the target only with *allow_clear*.
    """

    instructor_id: InstructorId
    from_week: date
    to_week: date
    allow_clear: bool = False
    if_match: frozenset[str] | None = None
    dry_run: bool = False


def copy_week(
    request: CopyWeek,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    rules: CalendarRules = DEFAULT_RULES,
    answer: Answer[WorkT, SavedEdit] = unanswered,
) -> SavedEdit:
    """Make the target's days from today on like the source's, each as the same weekday.

    Raises:
        NotMonday: A week is not addressed by its Monday.
        SameWeek: Source and target are one.
        OutOfHorizon: A date too far in the future would change.
        WeekChanged: The target that was seen is not the current one.
        CalendarNotFound: Nobody of this id teaches here.
    """
    check_monday(request.from_week)
    check_monday(request.to_week)
    if request.from_week == request.to_week:
        raise SameWeek("/to_week", "a week can't be copied onto itself")
    target = (request.to_week,)
    with begin() as work:
        calendar = LockedCalendar.of(work, request.instructor_id, clock=clock, rules=rules)
        found = stored_days(work, request.instructor_id, (request.from_week,))
        source = Week.of(request.from_week, found)
        before = stored_days(work, request.instructor_id, target)
        blocked = not request.allow_clear and not any(source.days)
        last = request.to_week + timedelta(days=DAYS_PER_WEEK - 1)
        wanted = filled(source, request.to_week, last)
        plan = planned(
            before,
            unchanged(before, wanted) if blocked else wanted,
            mondays=target,
            limits=calendar.filling,
            pointer="/to_week",
        )
        check_version(request.if_match, Week.of(request.to_week, before))
        saved = save_edit(
            work,
            calendar,
            plan,
            cause=EditCause.COPY,
            ids=ids,
            dry_run=request.dry_run,
            reason=EMPTY_SOURCE if blocked else None,
        )
        answer(work, saved)
        return saved
