"""Money by exact integer arithmetic. Source: PR-1, PR-2, PR-3."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import NOTHING, Money, half_up

CENTS = st.integers(0, 10**12)
AMOUNTS = CENTS.map(Money)


def rounded(exact: Fraction) -> int:
    """Half-up by another road."""
    number = Decimal(exact.numerator) / Decimal(exact.denominator)
    return int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_half_up_is_the_nearest_whole_and_halves_go_up(numerator: int, denominator: int) -> None:
    """Source: PR-1."""
    whole = half_up(numerator, denominator)
    exact = Fraction(numerator, denominator)
    assert -Fraction(1, 2) <= exact - whole < Fraction(1, 2)


@given(CENTS, st.sampled_from([2, 4, 5, 10, 60, 10_000]))
def test_half_up_agrees_with_decimal(cents: int, denominator: int) -> None:
    assert half_up(cents, denominator) == rounded(Fraction(cents, denominator))


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 2), (1, 0), (1, -2)])
def test_half_up_refuses_what_has_no_such_answer(numerator: int, denominator: int) -> None:
    with pytest.raises(Malformed):
        half_up(numerator, denominator)


@pytest.mark.parametrize(
    ("rate", "minutes", "cents"),
    [(6000, 60, 6000), (6000, 45, 4500), (5999, 30, 3000), (5001, 30, 2501), (1, 29, 0)],
)
def test_a_lesson_costs_its_minutes(rate: int, minutes: int, cents: int) -> None:
    """Source: PR-2."""
    assert Money(rate).for_minutes(minutes) == Money(cents)


@pytest.mark.parametrize(
    ("cents", "bps", "share"),
    [(10_000, 1200, 1200), (9999, 1500, 1500), (1, 5000, 1), (1, 4999, 0), (777, 0, 0)],
)
def test_a_share_is_in_basis_points(cents: int, bps: int, share: int) -> None:
    """Source: PR-3."""
    assert Money(cents).share(bps) == Money(share)


@given(AMOUNTS)
def test_half_and_the_rest_are_the_whole(amount: Money) -> None:
    """Source: PR-1: the half is half-up, so the rest is never more."""
    rest = amount - amount.half
    assert rest + amount.half == amount
    assert amount.half.cents - rest.cents in {0, 1}


@given(AMOUNTS, AMOUNTS)
def test_sums_and_differences_keep_every_cent(one: Money, other: Money) -> None:
    assert (one + other) - other == one
    assert (one < other) == (one.cents < other.cents)


@given(AMOUNTS, st.integers(1, 10**6))
def test_nothing_is_ever_owed_less_than_nothing(amount: Money, more: int) -> None:
    with pytest.raises(Malformed):
        amount - Money(amount.cents + more)


@pytest.mark.parametrize("cents", [-1, 1.5, "3", None])
def test_only_whole_cents_are_money(cents: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        Money(cents)  # type: ignore[arg-type]


def test_money_is_written_in_dollars() -> None:
    assert [str(Money(cents)) for cents in (0, 5, 100, 123456)] == [
        "$0.00",
        "$0.05",
        "$1.00",
        "$1234.56",
    ]
    assert not NOTHING
    assert Money(1)
