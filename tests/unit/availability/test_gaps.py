"""Starts that leave no gap which nobody can fill: spec 01 §11."""

from collections.abc import Callable, Sequence
from datetime import date
from random import Random
from typing import Final, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.availability.model.days import LocalDay, local_day
from instainstru_core.availability.model.free import start_slots
from instainstru_core.availability.model.gaps import RankedStart, best_starts, ranked_starts, usable
from instainstru_core.availability.model.planes import Slots, ones, span
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.zones import NEW_YORK

DAY: Final = local_day(NEW_YORK, date(2030, 1, 7))
SHORTEST: Final = 30
LENGTHS: Final = (30, 45, 60, 90)
NO_BUFFER: Final = CalendarSettings(non_travel_buffer_minutes=0, travel_buffer_minutes=0)


def _union(parts: Sequence[Slots]) -> Slots:
    found = 0
    for each in parts:
        found |= each
    return found


days = st.sampled_from(
    [local_day(NEW_YORK, date(2030, *each)) for each in ((1, 7), (3, 10), (11, 3))]
)
free_time = st.lists(
    st.tuples(st.integers(0, 99), st.integers(1, 60)).map(lambda at: span(3 * at[0], sum(at))),
    max_size=4,
).map(_union)


def ranked(free: Slots, minutes: int, settings: CalendarSettings = NO_BUFFER) -> dict[str, int]:
    """What each start strands, by the clock."""
    found = ranked_starts(
        free, day=DAY, wanted=Format.ONLINE, minutes=minutes, shortest=SHORTEST, settings=settings
    )
    return {DAY.label(each.slot): each.stranded_minutes for each in found}


def test_a_start_strands_what_is_left_too_short() -> None:
    """Open from nine to a quarter past eleven, an hour asked, half an hour the shortest."""
    assert ranked(span(108, 135), 60) == {
        "09:00": 0, "09:30": 0, "09:45": 0, "10:15": 0, "09:15": 15, "10:00": 15,
    }  # fmt: skip


def test_the_buffer_counts() -> None:
    """A quarter before and after: who begins in the middle wastes both, and what is left over."""
    settings = CalendarSettings(non_travel_buffer_minutes=15)
    assert ranked(span(108, 135), 60, settings) == {
        "09:00": 15, "10:15": 15, "09:15": 30, "10:00": 30, "09:30": 45, "09:45": 45,
    }  # fmt: skip


def test_the_best_come_first_and_are_told_apart() -> None:
    found = [RankedStart(0, 4), RankedStart(0, 9), RankedStart(15, 1)]
    assert best_starts(found) == 1 << 4 | 1 << 9
    assert best_starts([]) == 0


def test_nothing_fits_nothing_is_ranked() -> None:
    assert ranked(span(108, 119), 60) == {}
    assert usable(span(108, 113), day=DAY, shortest=SHORTEST) == 0


@given(
    day=days,
    free=free_time,
    minutes=st.sampled_from(LENGTHS),
    buffer=st.sampled_from((0, 15, 30)),
)
def test_ranking_finds_every_start_and_counts_by_definition(
    day: LocalDay, free: Slots, minutes: int, buffer: int
) -> None:
    free &= day.all_slots
    settings = CalendarSettings(non_travel_buffer_minutes=buffer)
    found = ranked_starts(
        free, day=day, wanted=Format.STUDIO, minutes=minutes, shortest=SHORTEST, settings=settings
    )
    assert list(found) == sorted(found)
    starts = start_slots(free, day=day, minutes=minutes)
    assert {each.slot for each in found} == set(ones(starts))
    for each in found:
        lesson = set(range(each.slot, each.slot + minutes // 5))
        gone = range(each.slot - buffer // 5, each.slot + (minutes + buffer) // 5)
        left = {slot for slot in ones(free) if slot not in gone}
        lost = useful(set(ones(free)), day) - useful(left, day) - lesson
        assert each.stranded_minutes == 5 * len(lost)


def useful(free: set[int], day: LocalDay) -> set[int]:
    """The slots that some half hour on the grid covers, tried one by one."""
    found: set[int] = set()
    for slot in ones(day.start_grid):
        half_hour = set(range(slot, slot + SHORTEST // 5))
        if half_hour <= free:
            found |= half_hour
    return found


# --- does it sell more? ---

Pick: TypeAlias = Callable[[Random, Sequence[RankedStart]], RankedStart]


def anything(chance: Random, found: Sequence[RankedStart]) -> RankedStart:
    """Any start that fits, as if nobody recommended any."""
    return chance.choice(sorted(found, key=lambda each: each.slot))


def the_best(chance: Random, found: Sequence[RankedStart]) -> RankedStart:
    """One of those that are recommended."""
    return chance.choice([each for each in found if best_starts(found) >> each.slot & 1])


def sold_minutes(seed: int, pick: Pick) -> int:
    """What one instructor sells on one day: twenty students come one by one."""
    chance = Random(seed)
    settings = CalendarSettings()
    opens, closes = chance.randrange(90, 130, 3), chance.randrange(170, 250, 3)
    free, sold = span(opens, closes), 0
    wishes = [chance.choice(LENGTHS) for _ in range(20)]
    around = settings.non_travel_buffer_minutes // 5
    for minutes in wishes:
        found = ranked_starts(
            free,
            day=DAY,
            wanted=Format.ONLINE,
            minutes=minutes,
            shortest=SHORTEST,
            settings=settings,
        )
        if found:
            slot = pick(chance, found).slot
            free &= ~span(max(slot - around, 0), slot + minutes // 5 + around)
            sold += minutes
    return sold


@pytest.mark.parametrize("block", range(3))
def test_recommended_starts_sell_more_hours(block: int) -> None:
    """Over a hundred days at least a tenth more than where students take any start."""
    seeds = range(100 * block, 100 * block + 100)
    plain = sum(sold_minutes(seed, anything) for seed in seeds)
    smart = sum(sold_minutes(seed, the_best) for seed in seeds)
    assert smart >= 1.1 * plain
