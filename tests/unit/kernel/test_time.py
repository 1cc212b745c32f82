"""Instants and half-open intervals. Source: BK-3, BK-4."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.time import Interval, instant_text, utc

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
MINUTES = st.integers(0, 600)


def stretch(start: int, length: int) -> Interval:
    return Interval.lasting(NOON + timedelta(minutes=start), timedelta(minutes=length))


STRETCHES = st.builds(stretch, MINUTES, st.integers(1, 300))


@given(STRETCHES, STRETCHES)
def test_overlapping_is_sharing_an_instant(one: Interval, other: Interval) -> None:
    first, second = minutes_of(one), minutes_of(other)
    assert one.overlaps(other) == other.overlaps(one) == bool(first & second)


def minutes_of(interval: Interval) -> set[int]:
    start = (interval.starts_at - NOON) // timedelta(minutes=1)
    return set(range(start, start + interval.minutes))


def test_touching_is_not_overlapping() -> None:
    """Source: BK-4: half-open."""
    assert not stretch(0, 60).overlaps(stretch(60, 60))
    assert NOON in stretch(0, 60)
    assert NOON + timedelta(hours=1) not in stretch(0, 60)


@given(STRETCHES, MINUTES)
def test_widening_adds_on_both_sides(interval: Interval, margin: int) -> None:
    widened = interval.widened(timedelta(minutes=margin))
    assert widened.minutes == interval.minutes + 2 * margin
    assert widened.starts_at + timedelta(minutes=margin) == interval.starts_at


@pytest.mark.parametrize("minutes", [0, -1])
def test_an_interval_ends_after_it_starts(minutes: int) -> None:
    with pytest.raises(Malformed):
        stretch(0, minutes)


def test_instants_are_kept_in_utc() -> None:
    new_york_winter = timezone(timedelta(hours=-5))
    interval = Interval.lasting(NOON.astimezone(new_york_winter), timedelta(hours=1))
    assert interval.starts_at.tzinfo is UTC
    assert str(interval) == "2030-01-07 12:00 to 13:00 UTC"


def test_an_instant_is_written_in_utc_with_z() -> None:
    """SE-24: the same text everywhere."""
    new_york_winter = timezone(timedelta(hours=-5))
    assert instant_text(NOON) == instant_text(NOON.astimezone(new_york_winter))
    assert instant_text(NOON) == "2030-01-07T12:00:00Z"
    assert instant_text(NOON + timedelta(microseconds=5)) == "2030-01-07T12:00:00.000005Z"


def test_an_instant_has_a_zone() -> None:
    with pytest.raises(Malformed):
        utc(NOON.replace(tzinfo=None))
