"""Undo a save of a calendar, and nothing that was saved since. Source: spec 01 §11, AV-18."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.availability.ids import EditId
from instainstru_core.availability.model.edits import EditCause, planned
from instainstru_core.availability.model.history import undone
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.model.weeks import monday_of
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
class UndoEdit:
    """An instructor takes a save back."""

    instructor_id: InstructorId
    edit_id: EditId
    dry_run: bool = False


def undo_edit(
    request: UndoEdit,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    rules: CalendarRules = DEFAULT_RULES,
    answer: Answer[WorkT, SavedEdit] = unanswered,
) -> SavedEdit:
    """Flip back what the save flipped, where nobody changed it since; this is a save of its own.

    Raises:
        EditNotFound: No such save of this calendar, or it is kept no longer.
        OutOfHorizon: A date too far in the future would change.
        CalendarNotFound: Nobody of this id teaches here.
    """
    with begin() as work:
        calendar = LockedCalendar.of(work, request.instructor_id, clock=clock, rules=rules)
        edit = work.calendar_history.get(request.instructor_id, request.edit_id)
        later = work.calendar_history.since(edit)
        mondays = tuple(sorted({monday_of(day) for day in edit.flips}))
        before = stored_days(work, request.instructor_id, mondays)
        plan = planned(
            before,
            undone(before, edit.flips, later),
            mondays=mondays,
            limits=calendar.editing,
            pointer="/path/edit_id",
        )
        saved = save_edit(
            work, calendar, plan, cause=EditCause.UNDO, ids=ids, dry_run=request.dry_run
        )
        answer(work, saved)
        return saved
