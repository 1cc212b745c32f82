"""Replace a week, unless somebody else saved it since. Source: AV-12…AV-16, AV-19…AV-21."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

from attrs import frozen

from instainstru_core.availability.errors import WeekVersionMissing
from instainstru_core.availability.model.edits import EditCause, planned
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.model.weeks import Week, read_week_text
from instainstru_core.availability.model.windows import WindowText
from instainstru_core.availability.ports import AvailabilityWork
from instainstru_core.availability.use_cases.save_edit import (
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
class ReplaceWeek:
    """An instructor saves a whole week; dates not in *days* become closed.

    *if_match* holds the ETags of what the instructor saw, `*` overwrites whatever is there.
    """

    instructor_id: InstructorId
    monday: date
    days: Mapping[date, Sequence[WindowText]]
    if_match: frozenset[str] | None
    dry_run: bool = False


def replace_week(
    request: ReplaceWeek,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    rules: CalendarRules = DEFAULT_RULES,
    answer: Answer[WorkT, SavedEdit] = unanswered,
) -> SavedEdit:
    """Write the days that differ, all or none, under the lock of the instructor's calendar.

    Raises:
        NotMonday: The week is not addressed by its Monday.
        RefusedField: A date or a window is wrong (AV-5, AV-12, AV-20).
        WeekVersionMissing: Nobody said which content was seen.
        WeekChanged: It is not the current content.
        CalendarNotFound: Nobody of this id teaches here.
    """
    wanted = read_week_text(request.monday, request.days)
    mondays = (request.monday,)
    with begin() as work:
        calendar = LockedCalendar.of(work, request.instructor_id, clock=clock, rules=rules)
        before = stored_days(work, request.instructor_id, mondays)
        plan = planned(
            before,
            wanted.by_date(),
            mondays=mondays,
            limits=calendar.editing,
            pointer="/days/{}",
        )
        if not request.if_match:
            raise WeekVersionMissing
        check_version(request.if_match, Week.of(request.monday, before))
        saved = save_edit(
            work, calendar, plan, cause=EditCause.REPLACE, ids=ids, dry_run=request.dry_run
        )
        answer(work, saved)
        return saved
