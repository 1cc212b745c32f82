"""What is done with a week besides painting it: copied, repeated, closed, taken back.

Source: AV-22…AV-24, AV-27, spec 01 §11.
"""

from datetime import date, timedelta
from typing import Final

from entrypoints.web.forms import Form
from entrypoints.web.marks import N_
from entrypoints.web.once import Once
from entrypoints.web.week_desk import WeekDesk, replaced, said_of
from instainstru_core.availability.errors import BlackoutNotFound
from instainstru_core.availability.ids import BlackoutId, EditId
from instainstru_core.availability.model.facts import MAX_REASON_LENGTH
from instainstru_core.availability.model.weeks import DAYS_PER_WEEK, Week, monday_of
from instainstru_core.availability.use_cases.apply_pattern import ApplyPattern, apply_pattern
from instainstru_core.availability.use_cases.block_dates import BlockDates, block_dates
from instainstru_core.availability.use_cases.copy_week import CopyWeek, copy_week
from instainstru_core.availability.use_cases.lift_blackout import LiftBlackout, lift_blackout
from instainstru_core.availability.use_cases.undo_edit import UndoEdit, undo_edit

MOST_WEEKS: Final = 52
WEEKDAYS: Final = range(5)
_TARGETS: Final = {"all": range(DAYS_PER_WEEK), "weekdays": WEEKDAYS}


def copy(desk: WeekDesk, sent: Once) -> str:
    """Make this week like the one that a date is in."""
    source = _day(desk.form, "from")
    if source is None:
        return ""
    ports = desk.ports
    request = CopyWeek(
        instructor_id=desk.instructor_id, from_week=monday_of(source), to_week=desk.monday
    )
    saved = copy_week(
        request,
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        rules=ports.rules,
        answer=sent.answer(lambda _: desk.way),
    )
    return said_of(saved, "week_copied")


def repeat(desk: WeekDesk, sent: Once) -> str:
    """Make the next weeks like this one."""
    weeks = desk.form.whole("weeks", least=1, most=MOST_WEEKS)
    if desk.form.refused:
        return ""
    first = desk.monday + timedelta(days=DAYS_PER_WEEK)
    ports = desk.ports
    request = ApplyPattern(
        instructor_id=desk.instructor_id,
        from_week=desk.monday,
        start_date=first,
        end_date=first + timedelta(days=weeks * DAYS_PER_WEEK - 1),
    )
    saved = apply_pattern(
        request,
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        rules=ports.rules,
        answer=sent.answer(lambda _: desk.way),
    )
    return said_of(saved, "week_repeated")


def copy_day(desk: WeekDesk, sent: Once) -> str:
    """Make other days of this week like one of them."""
    source = desk.form.whole("from_day", least=0, most=DAYS_PER_WEEK - 1)
    to = desk.form["to_days"]
    targets = _TARGETS.get(to)
    if targets is None:
        one = desk.form.whole("to_days", least=0, most=DAYS_PER_WEEK - 1)
        targets = range(one, one + 1)
    if desk.form.refused:
        return ""
    stored = desk.stored()
    days = (
        stored.days[source] if number in targets else planes
        for number, planes in enumerate(stored.days)
    )
    return said_of(replaced(desk, sent, Week(desk.monday, tuple(days)), known=stored))


def block(desk: WeekDesk, sent: Once) -> str:
    """Take no lessons on some days. Source: AV-27."""
    form = desk.form
    first = _day(form, "first")
    last = _day(form, "last") if form["last"].strip() else first
    reason = form.text("reason", least=0, most=MAX_REASON_LENGTH)
    if form.refused or first is None or last is None:
        return ""
    block_dates(
        BlockDates(instructor_id=desk.instructor_id, first=first, last=last, reason=reason or None),
        begin=desk.ports.begin,
        ids=desk.ports.ids,
        clock=desk.ports.clock,
        answer=sent.answer(lambda _: desk.way),
    )
    return "days_blocked"


def back(desk: WeekDesk, _: Once) -> str:
    """Take lessons on a day again; one that is open already stays so."""
    request = LiftBlackout(
        instructor_id=desk.instructor_id, blackout_id=BlackoutId.parse(desk.form["blackout"])
    )
    try:
        lift_blackout(request, begin=desk.ports.begin, clock=desk.ports.clock)
    except BlackoutNotFound:
        return "nothing_changed"
    return "day_back"


def undo(desk: WeekDesk, sent: Once) -> str:
    """Take a save back, and nothing that was changed since."""
    ports = desk.ports
    request = UndoEdit(instructor_id=desk.instructor_id, edit_id=EditId.parse(desk.form["edit"]))
    saved = undo_edit(
        request,
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        rules=ports.rules,
        answer=sent.answer(lambda _: desk.way),
    )
    return said_of(saved, "edit_undone")


def _day(form: Form, name: str) -> date | None:
    try:
        return date.fromisoformat(form[name].strip())
    except ValueError:
        form.refuse(name, N_("Please choose a day."))
        return None
