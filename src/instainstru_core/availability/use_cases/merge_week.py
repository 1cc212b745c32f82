"""Merge a week: both editors' changes survive. Source: AV-18, spec 01 §11."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

from attrs import frozen

from instainstru_core.availability.model.edits import (
    EditCause,
    count_runs,
    merged,
    planned,
    taken_over,
)
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.model.weeks import Week, read_week_text
from instainstru_core.availability.model.windows import WindowText
from instainstru_core.availability.ports import AvailabilityWork
from instainstru_core.availability.use_cases.save_edit import (
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


@frozen(kw_only=True)
class MergeWeek:
    """An instructor saves a week that was saved elsewhere since: what they loaded, and want."""

    instructor_id: InstructorId
    monday: date
    base: Mapping[date, Sequence[WindowText]]
    mine: Mapping[date, Sequence[WindowText]]
    dry_run: bool = False


@frozen(kw_only=True)
class MergedWeek:
    """The save, and what came from the other side: slots, and runs of them."""

    saved: SavedEdit
    merged_slots: int
    merged_changes: int


def merge_week(
    request: MergeWeek,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    rules: CalendarRules = DEFAULT_RULES,
    answer: Answer[WorkT, MergedWeek] = unanswered,
) -> MergedWeek:
    """Apply what changed from *base* to *mine* to whatever is stored now; it can't conflict.

    Raises:
        NotMonday: The week is not addressed by its Monday.
        RefusedField: A date or a window is wrong (AV-5, AV-12, AV-20).
        CalendarNotFound: Nobody of this id teaches here.
    """
    base = read_week_text(request.monday, request.base, pointer="/base")
    mine = read_week_text(request.monday, request.mine, pointer="/mine")
    mondays = (request.monday,)
    with begin() as work:
        calendar = LockedCalendar.of(work, request.instructor_id, clock=clock, rules=rules)
        before = stored_days(work, request.instructor_id, mondays)
        theirs = Week.of(request.monday, before)
        sides = list(zip(base.days, mine.days, theirs.days, strict=True))
        plan = planned(
            before,
            dict(zip(theirs.dates, (merged(*each) for each in sides), strict=True)),
            mondays=mondays,
            limits=calendar.editing,
            pointer="/mine/{}",
        )
        taken = [taken_over(*each) for each in sides]
        result = MergedWeek(
            saved=save_edit(
                work, calendar, plan, cause=EditCause.MERGE, ids=ids, dry_run=request.dry_run
            ),
            merged_slots=sum(day.open_in_any.bit_count() for day in taken),
            merged_changes=count_runs(taken),
        )
        answer(work, result)
        return result
