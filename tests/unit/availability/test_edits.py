"""What edits do to days, and what they write. Source: AV-17…AV-23, spec 01 §10.1…5, §11."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.availability.errors import OutOfHorizon
from instainstru_core.availability.model.edits import (
    EditLimits,
    PatchOp,
    SkippedDate,
    SkipReason,
    Step,
    count_runs,
    filled,
    merged,
    patched,
    planned,
    taken_over,
)
from instainstru_core.availability.model.history import undone
from instainstru_core.availability.model.planes import CLOSED, DayPlanes, span
from instainstru_core.availability.model.rules import CalendarRules
from instainstru_core.availability.model.weeks import Week, monday_of
from instainstru_core.availability.model.windows import Window, encode
from instainstru_core.testing.strategies import availability as strategies
from instainstru_core.testing.strategies.booking import MONDAY

RULES = CalendarRules()
NEXT = MONDAY + timedelta(days=7)
OPEN = DayPlanes(online=span(108, 144))
days = strategies.day_planes
weeks = st.lists(days, min_size=7, max_size=7).map(lambda each: Week(MONDAY, tuple(each)))
steps = st.lists(
    st.builds(
        Step,
        st.sampled_from(PatchOp),
        st.integers(0, 6).map(lambda n: MONDAY + timedelta(days=n)),
        strategies.windows(),
    ),
    max_size=5,
)


@given(days, days, days)
def test_prop4_merging(base: DayPlanes, mine: DayPlanes, theirs: DayPlanes) -> None:
    assert merged(base, base, theirs) == theirs
    assert merged(base, mine, base) == mine
    assert merged(base, mine, theirs) == merged(base, theirs, mine)
    assert merged(base, mine, mine) == mine


@given(days, days, days)
def test_av18_what_was_taken_over_is_what_mine_lacks(
    base: DayPlanes, mine: DayPlanes, theirs: DayPlanes
) -> None:
    assert merged(base, mine, theirs) == mine ^ taken_over(base, mine, theirs)


def test_changes_are_counted_as_people_count_them() -> None:
    day = DayPlanes(travel=span(0, 10), studio=span(5, 20), online=span(30, 31))
    assert count_runs([day, CLOSED, OPEN]) == 3


@given(weeks, steps)
def test_av17_steps_set_and_clear_the_named_planes_alone(week: Week, wanted: list[Step]) -> None:
    before = week.by_date()
    after = patched(before, wanted)
    assert after.keys() == {step.day for step in wanted}
    for day, planes in after.items():
        expected = before[day]
        for step in wanted:
            if step.day == day:
                named = encode([step.window])
                expected = expected | named if step.op is PatchOp.OPEN else expected.without(named)
        assert planes == expected
        touched = encode([step.window for step in wanted if step.day == day])
        assert not (planes ^ before[day]).without(touched)


def test_av17_opening_twice_and_closing_what_is_closed_change_nothing() -> None:
    step = Step(PatchOp.OPEN, MONDAY, Window(108, 144))
    assert patched({}, [step]) == patched({}, [step, step])
    assert patched({}, [Step(PatchOp.CLOSE, MONDAY, Window(0, 288))]) == {MONDAY: CLOSED}


@given(weeks, st.integers(-10, 10), st.integers(0, 30))
def test_prop5_a_pattern_agrees_with_a_copy_of_an_inner_week(
    source: Week, offset: int, length: int
) -> None:
    first = NEXT + timedelta(days=offset)
    last = first + timedelta(days=length)
    pattern = filled(source, first, last)
    assert list(pattern) == [first + timedelta(days=n) for n in range(length + 1)]
    for monday in {monday_of(day) for day in pattern}:
        copy = filled(source, monday, monday + timedelta(days=6))
        assert {day: copy[day] for day in copy if day in pattern} == {
            day: planes for day, planes in pattern.items() if monday_of(day) == monday
        }
        assert Week.of(monday, copy).etag == source.etag


@given(st.lists(st.dictionaries(st.integers(0, 3), days, max_size=3), min_size=1, max_size=6))
def test_an_edit_undone_is_as_if_it_had_not_been_made_where_nobody_came_after(
    contents: list[dict[int, DayPlanes]],
) -> None:
    """The merge of AV-18 of what was, what the edit made of it, and what is now."""
    dates = [MONDAY + timedelta(days=n) for n in range(4)]
    states: list[dict[date, DayPlanes]] = [dict.fromkeys(dates, CLOSED)]
    flips: list[Mapping[date, DayPlanes]] = []
    for content in contents:
        changed = {**states[-1], **{dates[n]: planes for n, planes in content.items()}}
        flips.append({day: states[-1][day] ^ changed[day] for day in dates})
        states.append(changed)
    now = states[-1]
    for number, each in enumerate(flips):
        result = undone(now, each, flips[number + 1 :])
        for day in dates:
            before, after = states[number][day], states[number + 1][day]
            assert result[day] == merged(after, before, now[day])
    assert undone(now, flips[-1], []) == states[-2]


def limits(today: date, rules: CalendarRules = RULES) -> EditLimits:
    return EditLimits.of_filling(today, rules)


def test_av22_dates_before_today_are_skipped_only_if_they_would_change() -> None:
    wanted = {MONDAY: OPEN, NEXT: OPEN, MONDAY + timedelta(days=1): CLOSED}
    plan = planned({}, wanted, mondays=(MONDAY, NEXT), limits=limits(NEXT), pointer="/x")
    assert plan.writes == {NEXT: OPEN}, "today is always writable"
    assert plan.skipped == (SkippedDate(MONDAY, SkipReason.PAST_TARGET),)
    assert plan.dates == (MONDAY, MONDAY + timedelta(days=1), NEXT)
    assert [week.monday for week in plan.weeks] == [MONDAY, NEXT]


def test_av20_the_horizon_is_the_rules() -> None:
    rules = CalendarRules(horizon_days=40)
    plan_of = {MONDAY + timedelta(days=40): OPEN}
    inside = planned({}, plan_of, mondays=(), limits=limits(MONDAY, rules), pointer="/x")
    assert inside.writes == plan_of
    with pytest.raises(OutOfHorizon) as refused:
        planned(
            {},
            {MONDAY + timedelta(days=41): OPEN},
            mondays=(),
            limits=limits(MONDAY, rules),
            pointer="/days/{}",
        )
    assert refused.value.pointer == f"/days/{MONDAY + timedelta(days=41)}"


def test_minutes_count_once_for_one_format_or_more() -> None:
    before = {MONDAY: DayPlanes(travel=span(0, 12), studio=span(0, 12))}
    wanted = {MONDAY: DayPlanes(studio=span(0, 24), online=span(0, 24))}
    plan = planned(before, wanted, mondays=(MONDAY,), limits=limits(MONDAY), pointer="/x")
    assert (plan.opened_minutes, plan.closed_minutes) == (120, 60)
    assert plan.flips == {MONDAY: before[MONDAY] ^ wanted[MONDAY]}
