"""What every edit of a calendar tells, keeps and leaves alone. Source: AV-16…AV-26, spec 01 §7."""

from datetime import date, timedelta

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import AccountId
from instainstru_core.availability.errors import CalendarNotFound, EditNotFound
from instainstru_core.availability.events import AvailabilityChanged
from instainstru_core.availability.ids import EditId
from instainstru_core.availability.model.edits import EditCause, PatchOp, SkipReason
from instainstru_core.availability.model.history import EditEntry
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.availability.model.rules import CalendarRules
from instainstru_core.availability.model.weeks import monday_of
from instainstru_core.availability.model.windows import WindowText
from instainstru_core.availability.use_cases.apply_pattern import ApplyPattern, apply_pattern
from instainstru_core.availability.use_cases.copy_week import CopyWeek, copy_week
from instainstru_core.availability.use_cases.merge_week import MergeWeek, merge_week
from instainstru_core.availability.use_cases.patch_week import Operation, PatchWeek, patch_week
from instainstru_core.availability.use_cases.read_open_days import ReadOpenDays, read_open_days
from instainstru_core.availability.use_cases.read_week import ReadWeek, read_week
from instainstru_core.availability.use_cases.save_edit import SavedEdit
from instainstru_core.availability.use_cases.undo_edit import UndoEdit, undo_edit
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.kernel.zones import Zone
from instainstru_core.testing.contracts.calendars import lesson_of
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import MONDAY, NOON, Classroom, open_classroom

NEXT_DAY = MONDAY + timedelta(days=1)
NEXT = MONDAY + timedelta(days=7)
MORNING = WindowText("09:00", "12:00")


class Editor:
    """An instructor who edits, in memory."""

    def __init__(self) -> None:
        self.clock = HandMovedClock(NOON)
        self.store = InMemoryStore(CountedIds(), self.clock)
        self.room = open_classroom(self.store.begin, self.store.ids, planes=DayPlanes())
        self.rules = CalendarRules()

    @property
    def me(self) -> InstructorId:
        return self.room.instructor

    def patch(
        self, *days: date, op: PatchOp = PatchOp.OPEN, window: WindowText = MORNING
    ) -> SavedEdit:
        request = PatchWeek(
            instructor_id=self.me,
            monday=monday_of(days[0]),
            operations=[Operation(op, day, window) for day in days],
        )
        store = self.store
        return patch_week(
            request, begin=store.begin, ids=store.ids, clock=self.clock, rules=self.rules
        )

    def repeat(self, first: date, last: date, *, dry_run: bool = False) -> SavedEdit:
        request = ApplyPattern(
            instructor_id=self.me,
            from_week=MONDAY,
            start_date=first,
            end_date=last,
            dry_run=dry_run,
        )
        store = self.store
        return apply_pattern(
            request, begin=store.begin, ids=store.ids, clock=self.clock, rules=self.rules
        )

    def undo(self, edit_id: EditId) -> SavedEdit:
        request = UndoEdit(instructor_id=self.me, edit_id=edit_id)
        store = self.store
        return undo_edit(
            request, begin=store.begin, ids=store.ids, clock=self.clock, rules=self.rules
        )

    def etag(self, monday: date) -> str:
        request = ReadWeek(instructor_id=self.me, monday=monday)
        return read_week(request, read=self.store.read).week.etag

    def news(self) -> list[AvailabilityChanged]:
        """What was told since the last time."""
        found = [each for each in self.store.recorded if isinstance(each, AvailabilityChanged)]
        self.store.recorded.clear()
        return found

    def history(self) -> list[EditEntry]:
        with self.store.read() as reads:
            return list(reads.calendar_history.page(self.me, PageRequest()).items)


@pytest.fixture
def editor() -> Editor:
    return Editor()


def test_each_week_has_its_own_news(editor: Editor) -> None:
    """Spec 01 §7: one for each affected week, with its Monday, its ETag and the cause."""
    editor.patch(MONDAY, MONDAY + timedelta(days=2))
    assert [each.cause for each in editor.news()] == ["patch"]
    saved = editor.repeat(NEXT + timedelta(days=1), NEXT + timedelta(days=9))
    wednesday, monday = NEXT + timedelta(days=2), NEXT + timedelta(days=7)
    assert saved.written == (wednesday, monday, monday + timedelta(days=2))
    assert saved.weeks_affected == 2
    first, second = editor.news()
    assert first == AvailabilityChanged(
        instructor_id=editor.me,
        monday=NEXT,
        dates=(wednesday,),
        etag=editor.etag(NEXT),
        cause="pattern",
        occurred_at=NOON,
    )
    assert second == evolve(
        first,
        monday=monday,
        dates=(monday, monday + timedelta(days=2)),
        etag=editor.etag(monday),
    )


def test_a_week_that_is_as_it_was_before_is_news_all_the_same(editor: Editor) -> None:
    """Spec 01 §7: told apart by its content alone, the second opening would be lost."""
    for op in (PatchOp.OPEN, PatchOp.CLOSE, PatchOp.OPEN):
        editor.patch(NEXT_DAY, op=op)
    first, closed, again = editor.news()
    assert first.etag == again.etag != closed.etag


def test_av19_news_are_of_today_and_later(editor: Editor) -> None:
    editor.clock.move(timedelta(days=2))
    editor.patch(*(MONDAY + timedelta(days=n) for n in range(4)))
    (event,) = editor.news()
    assert event.dates == (MONDAY + timedelta(days=2), MONDAY + timedelta(days=3))
    assert event.etag == editor.etag(MONDAY), "of the whole week"
    editor.patch(MONDAY, op=PatchOp.CLOSE)
    assert editor.news() == []
    assert len(editor.history()) == 2, "corrections of the past are kept like others"


def test_av21_what_changes_nothing_leaves_no_trace(editor: Editor) -> None:
    editor.patch(MONDAY)
    editor.news()
    editor.clock.move(timedelta(minutes=1))
    again = editor.patch(MONDAY)
    assert (again.written, again.weeks_affected, again.edit_id) == ((), 0, None)
    dry = editor.repeat(NEXT, NEXT, dry_run=True)
    assert (dry.written, dry.weeks_affected, dry.edit_id) == ((NEXT,), 1, None)
    assert editor.news() == []
    assert [each.saved_at for each in editor.history()] == [NOON]


@pytest.mark.parametrize(("window", "age"), [(0, 1), (5, 6)])
def test_av19_the_rules_say_how_far_back(editor: Editor, window: int, age: int) -> None:
    editor.rules = CalendarRules(past_edit_window_days=window)
    editor.clock.move(timedelta(days=age))
    today = MONDAY + timedelta(days=age)
    skipped = editor.patch(MONDAY).skipped
    assert [(each.date, each.reason) for each in skipped] == [(MONDAY, SkipReason.PAST_WINDOW)]
    assert editor.patch(today).written == (today,)
    editor.rules = CalendarRules(past_edit_window_days=None)
    assert editor.patch(MONDAY).written == (MONDAY,)


def test_the_history_names_the_cause_and_who(editor: Editor) -> None:
    """Spec 01 §11: every kind of edit is kept."""
    store = editor.store
    editor.patch(MONDAY)
    merge = MergeWeek(instructor_id=editor.me, monday=MONDAY, base={}, mine={NEXT_DAY: [MORNING]})
    merge_week(merge, begin=store.begin, ids=store.ids, clock=editor.clock)
    copy = CopyWeek(instructor_id=editor.me, from_week=MONDAY, to_week=NEXT)
    copied = copy_week(copy, begin=store.begin, ids=store.ids, clock=editor.clock)
    editor.repeat(NEXT + timedelta(days=7), NEXT + timedelta(days=13))
    assert copied.edit_id is not None
    editor.undo(copied.edit_id)
    entries = editor.history()
    assert [each.cause for each in entries] == [
        EditCause.UNDO,
        EditCause.PATTERN,
        EditCause.COPY,
        EditCause.MERGE,
        EditCause.PATCH,
    ]
    assert {each.actor_id for each in entries} == {AccountId(editor.me.value)}
    assert entries[0].dates == entries[2].dates == (NEXT, NEXT + timedelta(days=1))
    assert (entries[0].closed_minutes, entries[2].opened_minutes) == (360, 360)


def test_an_undo_obeys_the_rules_of_edits(editor: Editor) -> None:
    """AV-19: what has become too old is left."""
    saved = editor.patch(MONDAY, MONDAY + timedelta(days=6))
    assert saved.edit_id is not None
    editor.clock.move(timedelta(days=33))
    undone = editor.undo(saved.edit_id)
    assert undone.written == (MONDAY + timedelta(days=6),)
    assert [each.date for each in undone.skipped] == [MONDAY]
    with pytest.raises(EditNotFound):
        editor.undo(editor.store.ids.new(EditId))


def test_av26_only_days_that_this_edit_closes_are_looked_at(editor: Editor) -> None:
    """A lesson in between, that was uncovered before, is no news of this edit."""
    tuesday, wednesday, thursday = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
    editor.patch(tuesday, wednesday, thursday)
    lessons = [
        lesson_of(editor.room, editor.store.ids, NOON + timedelta(days=n, hours=-2), at=NOON)
        for n in (1, 2, 3)
    ]
    with editor.store.begin() as work:
        for each in lessons:
            work.bookings.add(each)
    first = editor.patch(wednesday, op=PatchOp.CLOSE)
    assert [each.booking for each in first.uncovered] == [str(lessons[1].booking_id)]
    rest = editor.patch(tuesday, thursday, op=PatchOp.CLOSE)
    assert [each.booking for each in rest.uncovered] == [
        str(lessons[0].booking_id),
        str(lessons[2].booking_id),
    ]


@pytest.mark.parametrize("closed", [1, 2])
def test_av26_a_lesson_may_cross_midnight_where_its_instructor_lives_now(
    editor: Editor, closed: int
) -> None:
    """AV-9: it stays at its instant, which is half past eleven at night in Bangkok."""
    lesson = lesson_of(
        editor.room, editor.store.ids, NOON + timedelta(days=1, minutes=-30), at=NOON
    )
    with editor.store.begin() as work:
        work.bookings.add(lesson)
        kept = work.instructors.get_for_update(editor.me)
        work.instructors.save(kept.introduce(at=NOON, zone=Zone("Asia/Bangkok")))
    days = [MONDAY + timedelta(days=n) for n in (1, 2)]
    editor.patch(*days, window=WindowText("00:00", "24:00"))
    away = WindowText("09:00", "17:00")
    assert not editor.patch(*days, op=PatchOp.CLOSE, window=away).uncovered
    night = WindowText("23:00", "24:00") if closed == 1 else WindowText("00:00", "01:00")
    found = editor.patch(MONDAY + timedelta(days=closed), op=PatchOp.CLOSE, window=night)
    assert [each.booking for each in found.uncovered] == [str(lesson.booking_id)]


def test_nobody_has_nothing_to_edit(editor: Editor) -> None:
    nobody = editor.store.ids.new(InstructorId)
    editor.room = Classroom(instructor=nobody, service_id=editor.room.service_id)
    with pytest.raises(CalendarNotFound):
        editor.patch(MONDAY)
    with pytest.raises(CalendarNotFound):
        editor.repeat(MONDAY, NEXT)
    with pytest.raises(CalendarNotFound):
        editor.undo(editor.store.ids.new(EditId))
    with pytest.raises(CalendarNotFound):
        read_open_days(
            ReadOpenDays(instructor_id=nobody), read=editor.store.read, clock=editor.clock
        )
