"""Patch a week: open and close windows on it, one after another. Source: AV-17."""

from collections.abc import Sequence
from datetime import date
from typing import Final, TypeVar

from attrs import frozen

from instainstru_core.availability.errors import TooManyOperations, WeekMismatch
from instainstru_core.availability.model.edits import (
    EditCause,
    PatchOp,
    Step,
    patched,
    planned,
)
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.model.weeks import Week
from instainstru_core.availability.model.windows import WindowText, read_window
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

MAX_OPERATIONS: Final = 200


@frozen
class Operation:
    """One step, as somebody wrote it."""

    op: PatchOp
    day: date
    window: WindowText


@frozen(kw_only=True)
class PatchWeek:
    """An instructor changes parts of a week; *if_match* is honoured when given."""

    instructor_id: InstructorId
    monday: date
    operations: Sequence[Operation]
    if_match: frozenset[str] | None = None
    dry_run: bool = False


def patch_week(
    request: PatchWeek,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    rules: CalendarRules = DEFAULT_RULES,
    answer: Answer[WorkT, SavedEdit] = unanswered,
) -> SavedEdit:
    """Apply the operations in order to whatever is stored now, all or none.

    Raises:
        NotMonday: The week is not addressed by its Monday.
        RefusedField: Too many operations, or a date or a window is wrong (AV-5, AV-12, AV-20).
        WeekChanged: The content that was seen is not the current one.
        CalendarNotFound: Nobody of this id teaches here.
    """
    steps = _steps(request)
    mondays = (request.monday,)
    with begin() as work:
        calendar = LockedCalendar.of(work, request.instructor_id, clock=clock, rules=rules)
        before = stored_days(work, request.instructor_id, mondays)
        plan = planned(
            before,
            patched(before, steps),
            mondays=mondays,
            limits=calendar.editing,
            pointer="/operations",
        )
        check_version(request.if_match, Week.of(request.monday, before))
        saved = save_edit(
            work, calendar, plan, cause=EditCause.PATCH, ids=ids, dry_run=request.dry_run
        )
        answer(work, saved)
        return saved


def _steps(request: PatchWeek) -> list[Step]:
    dates = Week(request.monday).dates
    if len(request.operations) > MAX_OPERATIONS:
        raise TooManyOperations(
            "/operations",
            f"a patch has at most {MAX_OPERATIONS} operations, got {len(request.operations)}",
        )
    found: list[Step] = []
    for number, each in enumerate(request.operations):
        pointer = f"/operations/{number}"
        if each.day not in dates:
            problem = f"{each.day} is not in the week of {request.monday}"
            raise WeekMismatch(f"{pointer}/date", problem)
        found.append(Step(each.op, each.day, read_window(each.window, pointer=pointer)))
    return found
