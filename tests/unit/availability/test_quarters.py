"""Planes cut into quarter-hours say the same as planes of slots. Source: AV-1, AV-35, AV-41."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.availability.model.planes import eroded, ones
from instainstru_core.availability.model.quarters import (
    NO_QUARTER,
    PARTS,
    WHOLE,
    clear_before,
    first_quarter,
    later,
    quarters_of,
    runs_of,
    starts_of,
    thirds_of,
)
from instainstru_core.availability.model.words import words_of

LONGEST_DAY = 300
"""Slots of a day on which the clocks go back by an hour."""

slot_sets = st.integers(0, (1 << LONGEST_DAY) - 1)
mostly_free = st.sets(st.integers(0, LONGEST_DAY - 1), max_size=6).map(
    lambda taken: ((1 << LONGEST_DAY) - 1) & ~sum(1 << each for each in taken)
)
planes = st.lists(st.one_of(slot_sets, mostly_free), min_size=1, max_size=5)


def arrays(slots: list[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    return quarters_of(np.concatenate([words_of(each) for each in slots], axis=1))


def members(quarters: np.ndarray[tuple[int, ...], np.dtype[np.uint64]], column: int) -> set[int]:
    low, high = quarters[:, column].tolist()
    return set(ones(low | high << 64))


@given(planes)
def test_av1_the_thirds_of_the_quarters_are_the_plane(drawn: list[int]) -> None:
    parts = arrays(drawn)
    assert parts.shape == (PARTS, 2, len(drawn))
    for column, slots in enumerate(drawn):
        thirds = [members(parts[1 + each], column) for each in range(3)]
        assert {3 * q + n for n in range(3) for q in thirds[n]} == set(ones(slots))
        assert members(parts[WHOLE], column) == thirds[0] & thirds[1] & thirds[2]
        assert thirds_of(slots) == tuple(tuple(parts[1 + n][:, column].tolist()) for n in range(3))


def test_av1_more_planes_than_are_cut_at_once() -> None:
    drawn = [1 << (each % LONGEST_DAY) for each in range(10_000)]
    parts = arrays(drawn)
    for column in (0, 8_191, 8_192, 9_999):
        slot = column % LONGEST_DAY
        assert members(parts[1 + slot % 3], column) == {slot // 3}


@given(planes, st.integers(0, 2), st.integers(1, LONGEST_DAY))
def test_av35_starts_are_the_slots_from_which_all_are_free(
    drawn: list[int], third: int, length: int
) -> None:
    parts = arrays(drawn)
    before = parts.copy()
    found = starts_of(parts.__getitem__, third, length)
    for column, slots in enumerate(drawn):
        expected = {s // 3 for s in ones(eroded(slots, length)) if s % 3 == third}
        assert members(found, column) == expected
    assert (parts == before).all(), "the question changes nothing"


@given(planes, st.integers(0, 127), st.integers(1, 100))
def test_av41_runs_and_shifts_cross_the_words(drawn: list[int], by: int, length: int) -> None:
    whole = arrays(drawn)[WHOLE]
    moved, runs = later(whole, by), runs_of(whole, length)
    for column in range(len(drawn)):
        quarters = members(whole, column)
        assert members(moved, column) == {q - by for q in quarters if q >= by}
        assert members(runs, column) == {
            q for q in quarters if all(q + n in quarters for n in range(length))
        }


@given(planes, st.integers(-300, 300))
def test_av34_nothing_is_left_before_the_first_allowed_quarter(
    drawn: list[int], first: int
) -> None:
    quarters = arrays(drawn)[1]
    expected = [
        min((q for q in members(quarters, n) if q >= first), default=NO_QUARTER)
        for n in range(len(drawn))
    ]
    clear_before(quarters, np.full(len(drawn), first))
    assert first_quarter(quarters).tolist() == expected


@pytest.mark.parametrize("quarter", [0, 1, 63, 64, 99])
def test_av35_the_first_quarter_alone(quarter: int) -> None:
    quarters = arrays([0, 1 << 3 * quarter])[1]
    assert first_quarter(quarters).tolist() == [NO_QUARTER, quarter]
