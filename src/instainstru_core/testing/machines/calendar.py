"""A calendar against a plain model: any sequence of edits writes what the rules say, and no more.

Source: spec 01 §10.1…5, §11, AV-17…AV-26.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Protocol

from attrs import frozen
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from instainstru_core.availability.ids import EditId
from instainstru_core.availability.model.edits import PatchOp, merged
from instainstru_core.availability.model.planes import CLOSED, FORMATS, WHOLE_DAY, DayPlanes
from instainstru_core.availability.model.weeks import Week
from instainstru_core.availability.model.windows import Window, WindowText, decode, encode
from instainstru_core.availability.queries import AvailabilityReads
from instainstru_core.availability.use_cases.apply_pattern import ApplyPattern, apply_pattern
from instainstru_core.availability.use_cases.copy_week import CopyWeek, copy_week
from instainstru_core.availability.use_cases.merge_week import MergeWeek, merge_week
from instainstru_core.availability.use_cases.patch_week import Operation, PatchWeek, patch_week
from instainstru_core.availability.use_cases.replace_week import ReplaceWeek, replace_week
from instainstru_core.availability.use_cases.save_edit import SavedEdit
from instainstru_core.availability.use_cases.undo_edit import UndoEdit, undo_edit
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies import availability as given
from instainstru_core.testing.strategies.booking import (
    MONDAY,
    NOON,
    ClassroomWork,
    open_classroom,
)

WEEKS = 4
PAST_WINDOW = 30
FURTHEST = 45
"""Days from the first Monday of the clock to the last date that anything reaches."""

_weeks = st.integers(0, WEEKS - 1)
_days = st.integers(0, 6)
_contents = st.dictionaries(_days, given.day_planes, max_size=3)


class Units(Protocol):
    """Begins units, and reads."""

    @property
    def begin(self) -> Begin[ClassroomWork]:
        """A unit of work."""
        ...

    @property
    def read(self) -> Begin[AvailabilityReads]:
        """Queries."""
        ...


@frozen
class Save:
    """What the model remembers of a save: the content of its dates before and after."""

    edit_id: EditId
    before: Mapping[date, DayPlanes]
    after: Mapping[date, DayPlanes]


def texts(planes: DayPlanes) -> list[WindowText]:
    """A day as somebody would write it."""
    return [WindowText(each.starts, each.ends, list(each.formats)) for each in decode(planes)]


class CalendarMachine(RuleBasedStateMachine):
    """One instructor, four weeks around today, and a clock that only goes forward."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = HandMovedClock(NOON)
        self.ids = self.make_ids(self.clock)
        self.units = self.make_units(self.ids, self.clock)
        room = open_classroom(self.units.begin, self.ids, planes=CLOSED)
        self.instructor = room.instructor
        self.days: dict[date, DayPlanes] = {}
        self.loaded: dict[date, DayPlanes] = {}
        self.saves: list[Save] = []

    def make_ids(self, clock: HandMovedClock) -> Ids:  # noqa: ARG002 - a machine may need it
        """Where ids come from."""
        return CountedIds()

    def make_units(self, ids: Ids, clock: HandMovedClock) -> Units:
        """Where calendars are kept: something empty."""
        return InMemoryStore(ids=ids, clock=clock)

    @property
    def today(self) -> date:
        """The instructor's date."""
        return NEW_YORK.today(self.clock.now())

    def monday(self, week: int) -> date:
        """The weeks begin one before the first one of the clock."""
        return MONDAY + timedelta(weeks=week - 1)

    def content(self, monday: date) -> Week:
        """The week, as the model has it."""
        return Week.of(monday, self.days)

    def check(self, wanted: Mapping[date, DayPlanes], saved: SavedEdit, past_days: int) -> None:
        """AV-19, AV-21, AV-25: exactly the dates that differ and may be written are."""
        differing = {
            day: planes for day, planes in wanted.items() if planes != self.days.get(day, CLOSED)
        }
        written = {
            day: planes
            for day, planes in differing.items()
            if day >= self.today - timedelta(days=past_days)
        }
        assert set(saved.written) == set(written)
        assert {each.date for each in saved.skipped} == differing.keys() - written.keys()
        assert saved.dates_processed == len(wanted)
        if written:
            assert saved.edit_id is not None
            before = {day: self.days.get(day, CLOSED) for day in written}
            self.saves.append(Save(saved.edit_id, before, written))
        else:
            assert saved.edit_id is None
        self.days |= written
        for week in saved.weeks:
            assert week.etag == self.content(week.monday).etag

    @rule(week=_weeks, content=_contents)
    def replace(self, week: int, content: dict[int, DayPlanes]) -> None:
        """Save a whole week with the ETag that was read."""
        wanted = _week(self.monday(week), content)
        saved = replace_week(
            ReplaceWeek(
                instructor_id=self.instructor,
                monday=wanted.monday,
                days={day: texts(each) for day, each in wanted.by_date().items()},
                if_match=frozenset({self.content(wanted.monday).etag}),
            ),
            begin=self.units.begin,
            ids=self.ids,
            clock=self.clock,
        )
        self.check(wanted.by_date(), saved, PAST_WINDOW)

    @rule(
        week=_weeks,
        steps=st.lists(
            st.tuples(st.sampled_from(PatchOp), _days, given.windows()), min_size=1, max_size=4
        ),
    )
    def patch(self, week: int, steps: list[tuple[PatchOp, int, Window]]) -> None:
        """AV-17: one step after another."""
        monday = self.monday(week)
        wanted: dict[date, DayPlanes] = {}
        operations = []
        for op, offset, window in steps:
            day = monday + timedelta(days=offset)
            planes, named = wanted.get(day, self.days.get(day, CLOSED)), encode([window])
            wanted[day] = DayPlanes(
                *(
                    planes.of(each) | named.of(each)
                    if op is PatchOp.OPEN
                    else planes.of(each) & (WHOLE_DAY ^ named.of(each))
                    for each in FORMATS
                )
            )
            text = WindowText(window.starts, window.ends, list(window.formats))
            operations.append(Operation(op, day, text))
        saved = patch_week(
            PatchWeek(instructor_id=self.instructor, monday=monday, operations=operations),
            begin=self.units.begin,
            ids=self.ids,
            clock=self.clock,
        )
        self.check(wanted, saved, PAST_WINDOW)

    @rule()
    def load(self) -> None:
        """Somebody opens the editor on another device."""
        self.loaded = dict(self.days)

    @rule(week=_weeks, content=_contents)
    def merge(self, week: int, content: dict[int, DayPlanes]) -> None:
        """AV-18, bit by bit: a side that changed a bit wins it."""
        monday = self.monday(week)
        base, mine = Week.of(monday, self.loaded), _week(monday, content)
        theirs = self.content(monday)
        wanted = {
            day: _joined(*each)
            for day, *each in zip(theirs.dates, base.days, mine.days, theirs.days, strict=True)
        }
        result = merge_week(
            MergeWeek(
                instructor_id=self.instructor,
                monday=monday,
                base={day: texts(each) for day, each in base.by_date().items()},
                mine={day: texts(each) for day, each in mine.by_date().items()},
            ),
            begin=self.units.begin,
            ids=self.ids,
            clock=self.clock,
        )
        self.check(wanted, result.saved, PAST_WINDOW)
        if base == theirs:
            assert (result.merged_slots, result.merged_changes) == (0, 0)

    @rule(source=_weeks, onto=_weeks)
    def copy(self, source: int, onto: int) -> None:
        """§10.5: copying again changes nothing."""
        if source == onto:
            return
        monday, like = self.monday(onto), self.content(self.monday(source))
        wanted = dict(zip(self.content(monday).dates, like.days, strict=True))
        request = CopyWeek(
            instructor_id=self.instructor,
            from_week=like.monday,
            to_week=monday,
            allow_clear=True,
        )
        self.check(wanted, self._copied(request), 0)
        assert self._copied(request).written == ()

    @rule(source=_weeks, first=st.integers(-7, 20), length=st.integers(1, 21))
    def pattern(self, source: int, first: int, length: int) -> None:
        """§10.5: dates outside the range never change, and an inner week is a copy."""
        like = self.content(self.monday(source))
        start = MONDAY + timedelta(days=first)
        dates = [start + timedelta(days=n) for n in range(length)]
        saved = apply_pattern(
            ApplyPattern(
                instructor_id=self.instructor,
                from_week=like.monday,
                start_date=dates[0],
                end_date=dates[-1],
                allow_clear=True,
            ),
            begin=self.units.begin,
            ids=self.ids,
            clock=self.clock,
        )
        self.check({day: like.days[day.weekday()] for day in dates}, saved, 0)

    @precondition(lambda self: self.saves)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """The merge of AV-18: after the save is the base, before it is mine, now is theirs."""
        save = data.draw(st.sampled_from(self.saves))
        wanted = {
            day: merged(after, save.before[day], self.days.get(day, CLOSED))
            for day, after in save.after.items()
        }
        request = UndoEdit(instructor_id=self.instructor, edit_id=save.edit_id)
        self.check(wanted, self._undone(request), PAST_WINDOW)
        assert self._undone(request).written == (), "undone once is undone"

    @rule(days=st.integers(1, 12))
    def later(self, days: int) -> None:
        """Time passes."""
        self.clock.move(timedelta(days=days))

    @invariant()
    def what_is_stored_is_what_was_saved(self) -> None:
        """§10.2, §10.3, and the history: every flip since the beginning makes up the content."""
        first, last = self.monday(0), MONDAY + timedelta(days=FURTHEST)
        with self.units.begin() as work:
            stored = work.calendars.days(self.instructor, first, last)
            edits = [
                work.calendar_history.get(self.instructor, each.edit_id) for each in self.saves
            ]
        assert stored == {day: planes for day, planes in self.days.items() if planes}
        total: dict[date, DayPlanes] = {}
        for each in edits:
            for day, flips in each.flips.items():
                total[day] = total.get(day, CLOSED) ^ flips
        assert {day: planes for day, planes in total.items() if planes} == stored

    @invariant()
    def the_history_tells_the_newest_first(self) -> None:
        """Each save once, with what it moved."""
        with self.units.read() as reads:
            page = reads.calendar_history.page(self.instructor, PageRequest(limit=100))
        assert [each.edit_id for each in page.items] == [each.edit_id for each in self.saves][::-1]
        for entry, save in zip(page.items, reversed(self.saves), strict=True):
            assert set(entry.dates) == set(save.after)
            assert entry.opened_minutes + entry.closed_minutes > 0

    def _copied(self, request: CopyWeek) -> SavedEdit:
        return copy_week(request, begin=self.units.begin, ids=self.ids, clock=self.clock)

    def _undone(self, request: UndoEdit) -> SavedEdit:
        return undo_edit(request, begin=self.units.begin, ids=self.ids, clock=self.clock)


def _week(monday: date, content: Mapping[int, DayPlanes]) -> Week:
    return Week(monday, tuple(content.get(n, CLOSED) for n in range(7)))


def _joined(base: DayPlanes, mine: DayPlanes, theirs: DayPlanes) -> DayPlanes:
    """AV-18, from what it means: where I changed a bit mine stands, elsewhere theirs."""
    planes = []
    for each in FORMATS:
        changed = base.of(each) ^ mine.of(each)
        planes.append(changed & mine.of(each) | ~changed & theirs.of(each))
    return DayPlanes(*planes)
