"""GCRA: the worked examples of SE-3, and the properties of spec 03 §10."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.accounts.rate_limits import (
    BUCKETS,
    MINUTE_MS,
    RatePolicy,
    UnknownBucket,
    bucket,
    decide,
)

FINANCIAL = RatePolicy("financial", 5, MINUTE_MS, 0)
WRITE = RatePolicy("write", 30, MINUTE_MS, 10)
READ = RatePolicy("read", 120, MINUTE_MS, 20)
SEVEN = RatePolicy("seven", 7, MINUTE_MS, 2)
SIXTY = RatePolicy("sixty", 60, MINUTE_MS, 10)

EXAMPLES = [
    # policy, t, tat before, cost, allowed, remaining, retry, reset, tat after
    (FINANCIAL, 0, None, 1, True, 0, 0, 12000, 12000),
    (FINANCIAL, 1, 12000, 1, False, 0, 11999, 11999, 12000),
    (FINANCIAL, 11999, 12000, 1, False, 0, 1, 1, 12000),
    (FINANCIAL, 12000, 12000, 1, True, 0, 0, 12000, 24000),
    (WRITE, 0, None, 1, True, 10, 0, 2000, 2000),
    (WRITE, 0, 2000, 1, True, 9, 0, 4000, 4000),
    (WRITE, 0, 20000, 1, True, 0, 0, 22000, 22000),
    (WRITE, 0, 22000, 1, False, 0, 2000, 22000, 22000),
    (WRITE, 2000, 22000, 1, True, 0, 0, 22000, 24000),
    (WRITE, 0, 1000, 1, True, 9, 0, 3000, 3000),
    (READ, 0, 10500, 1, False, 0, 500, 10500, 10500),
    (SEVEN, 0, 25716, 1, False, 0, 8572, 25716, 25716),
    (SIXTY, 0, 5000, 7, False, 6, 1000, 5000, 5000),
    (SIXTY, 0, 5000, 6, True, 0, 0, 11000, 11000),
    (SIXTY, 0, None, 12, False, 11, None, 0, None),
]


@pytest.mark.parametrize(
    ("policy", "now", "before", "cost", "allowed", "remaining", "retry", "reset", "after"), EXAMPLES
)
def test_the_worked_examples(
    policy: RatePolicy,
    now: int,
    before: int | None,
    cost: int,
    allowed: bool,
    remaining: int,
    retry: int | None,
    reset: int,
    after: int | None,
) -> None:
    """SE-3, row by row."""
    found = decide(policy, before, now_ms=now, cost=cost)
    assert (found.allowed, found.remaining, found.retry_after_ms) == (allowed, remaining, retry)
    assert (found.reset_after_ms, found.tat) == (reset, after)


def test_a_rate_of_nothing_denies_for_a_window() -> None:
    """SE-2, step 1."""
    found = decide(RatePolicy("shut", 0, MINUTE_MS, 5), None, now_ms=7)
    assert (found.allowed, found.limit, found.remaining) == (False, 0, 0)
    assert (found.retry_after_ms, found.reset_after_ms, found.tat) == (MINUTE_MS, MINUTE_MS, None)


def test_a_state_from_the_future_is_brought_back() -> None:
    """SE-2, step 6: a clock that stepped back never locks anybody out for longer than a span."""
    found = decide(WRITE, 10**9, now_ms=0)
    assert not found.allowed
    assert found.tat == 22000


def test_every_bucket_of_the_table_is_there() -> None:
    """SE-4: the figures of a few, and no silent default."""
    assert len(BUCKETS) == 27
    assert (bucket("edge").rate, bucket("edge").burst) == (150, 49)
    assert (bucket("financial").rate, bucket("financial").limit) == (5, 1)
    with pytest.raises(UnknownBucket):
        bucket("nonesuch")


policies = st.builds(
    RatePolicy,
    st.just("any"),
    st.integers(1, 6000),
    st.integers(1000, 86_400_000),
    st.integers(0, 1000),
)


@given(policies, st.lists(st.integers(0, 5000), max_size=60))
def test_no_interval_admits_more_than_its_share(policy: RatePolicy, gaps: list[int]) -> None:
    """Spec 03 §10.1: at most L + floor(D / T) in any interval of length D."""
    now, tat, admitted = 0, None, []
    for gap in gaps:
        now += gap
        found = decide(policy, tat, now_ms=now)
        tat = found.tat
        if found.allowed:
            admitted.append(now)
    for first in range(len(admitted)):
        for last in range(first, len(admitted)):
            length = admitted[last] - admitted[first]
            assert last - first + 1 <= policy.limit + length // policy.interval_ms


@given(policies, st.integers(0, 10**12), st.integers(-(10**6), 10**6))
def test_waiting_exactly_as_told_is_enough(policy: RatePolicy, now: int, ahead: int) -> None:
    """Spec 03 §10.1: retry passes and is at most T; remaining is what passes at once."""
    found = decide(policy, now + ahead, now_ms=now)
    tat = found.tat
    for _ in range(min(found.remaining, 50)):
        more = decide(policy, tat, now_ms=now)
        assert more.allowed
        tat = more.tat
    if found.remaining <= 50:
        assert not decide(policy, tat, now_ms=now).allowed
    if not found.allowed:
        assert found.retry_after_ms is not None
        assert 0 < found.retry_after_ms <= policy.interval_ms
        assert decide(policy, found.tat, now_ms=now + found.retry_after_ms).allowed


@given(policies, st.integers(0, 10**9), st.integers(0, 10**6), st.integers(0, 10**9))
def test_shifting_all_times_changes_nothing(
    policy: RatePolicy, now: int, ahead: int, shift: int
) -> None:
    """Spec 03 §10.1."""
    here = decide(policy, now + ahead, now_ms=now)
    there = decide(policy, now + ahead + shift, now_ms=now + shift)
    assert (here.allowed, here.remaining, here.retry_after_ms, here.reset_after_ms) == (
        there.allowed,
        there.remaining,
        there.retry_after_ms,
        there.reset_after_ms,
    )
