"""Local days in instant slots, exact where the clocks change. Source: AV-10, §10 property 9."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from instainstru_core.availability.model.days import days_between, local_day
from instainstru_core.availability.model.planes import WHOLE_DAY, span
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import Zone
from instainstru_core.testing.strategies import availability as strategies

NEW_YORK = Zone("America/New_York")
LORD_HOWE = Zone("Australia/Lord_Howe")
SPRING = date(2027, 3, 14)
AUTUMN = date(2027, 11, 7)


@pytest.mark.parametrize(
    ("zone", "day", "slots"),
    [
        (NEW_YORK, date(2027, 3, 13), 288),
        (NEW_YORK, SPRING, 276),
        (NEW_YORK, AUTUMN, 300),
        (LORD_HOWE, date(2027, 4, 4), 294),
        (LORD_HOWE, date(2027, 10, 3), 282),
        (Zone("America/Havana"), SPRING, 276),
    ],
)
def test_av10_days_have_as_many_slots_as_they_last(zone: Zone, day: date, slots: int) -> None:
    local = local_day(zone, day)
    assert local.length == slots
    assert local.is_ordinary == (slots == 288)
    assert local.instants(WHOLE_DAY).bit_count() == slots


@given(strategies.zones, strategies.dates, strategies.slot_sets())
def test_av10_each_instant_takes_the_bit_of_the_wall_slot_it_shows(
    zone: Zone, day: date, plane: int
) -> None:
    local = local_day(zone, day)
    shown = []
    for slot in range(local.length):
        wall = zone.local(local.instant(slot))
        assert wall.date() == day
        shown.append((60 * wall.hour + wall.minute) // 5)
    assert [local.wall(slot) for slot in range(local.length)] == shown
    expected = sum(1 << slot for slot, wall in enumerate(shown) if plane >> wall & 1)
    assert local.instants(plane) == expected
    assert local.start_grid == sum(1 << slot for slot, wall in enumerate(shown) if wall % 3 == 0)


@given(strategies.zones, strategies.dates, st.integers(-3000, 3000), st.integers(1, 600))
def test_touched_slots_share_time_with_the_interval(
    zone: Zone, day: date, start: int, minutes: int
) -> None:
    local = local_day(zone, day)
    begins = local.starts_at + timedelta(minutes=start)
    interval = Interval.lasting(begins, timedelta(minutes=minutes))
    expected = sum(
        1 << slot
        for slot in range(local.length)
        if Interval.lasting(local.instant(slot), timedelta(minutes=5)).overlaps(interval)
    )
    assert local.touched(interval) == expected
    before = sum(local.instant(slot) < begins for slot in range(local.length))
    assert local.slot_at(begins) == before


@settings(max_examples=25)
@given(strategies.zones, st.integers(2001, 2198))
@example(NEW_YORK, 2027)
@example(LORD_HOWE, 2027)
def test_prop9_the_slots_of_a_year_are_the_year(zone: Zone, year: int) -> None:
    days = [local_day(zone, day) for day in days_between(date(year, 1, 1), date(year, 12, 31))]
    for one, after in pairwise(days):
        assert one.instant(one.length) == after.starts_at
    whole = zone.midnight(date(year + 1, 1, 1)) - zone.midnight(date(year, 1, 1))
    assert sum(each.length for each in days) * timedelta(minutes=5) == whole


def test_av34_labels_are_what_the_clocks_show() -> None:
    spring, autumn = local_day(NEW_YORK, SPRING), local_day(NEW_YORK, AUTUMN)
    assert [spring.label(slot) for slot in (0, 23, 24, 276)] == ["00:00", "01:55", "03:00", "24:00"]
    assert [autumn.label(slot) for slot in (12, 23, 24, 36)] == ["01:00", "01:55", "01:00", "02:00"]
    assert autumn.epoch == autumn.starts_at.timestamp()


def test_spring_forward_an_hour_from_half_past_one_needs_the_slots_around_the_gap() -> None:
    """Spec 01 §9: 01:30 + 60 min needs 01:30-02:00 and 03:00-03:30."""
    day = local_day(NEW_YORK, SPRING)
    needed = day.instants(span(18, 24) | span(36, 42))
    lesson = Interval.lasting(day.instant(18), timedelta(hours=1))
    assert day.touched(lesson) == needed
