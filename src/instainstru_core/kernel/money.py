"""Amounts of money, in whole cents, by exact integer arithmetic."""

from typing import Self

from attrs import field, frozen
from attrs.validators import and_, ge, instance_of

from instainstru_core.kernel.errors import Malformed

BASIS_POINTS = 10_000


def half_up(numerator: int, denominator: int) -> int:
    """*numerator* / *denominator* to the nearest whole, halves up; no floats. Source: PR-1.

    Raises:
        Malformed: *numerator* is negative or *denominator* is not positive.
    """
    if numerator < 0 or denominator <= 0:
        raise Malformed(f"half_up takes n >= 0 and d > 0, not {numerator} / {denominator}")
    return (2 * numerator + denominator) // (2 * denominator)


@frozen(order=True)
class Money:
    """So many cents of US dollars, never negative: what is owed is owed by somebody."""

    cents: int = field(validator=and_(instance_of(int), ge(0)))

    def __add__(self, other: Self) -> Self:
        return type(self)(self.cents + other.cents)

    def __sub__(self, other: Self) -> Self:
        """The difference; Raises: Malformed, when *other* is more."""
        if other.cents > self.cents:
            raise Malformed(f"{self} is less than {other}")
        return type(self)(self.cents - other.cents)

    def share(self, bps: int) -> Self:
        """*bps* basis points of this amount, half-up. Source: PR-3."""
        return type(self)(half_up(self.cents * bps, BASIS_POINTS))

    def for_minutes(self, minutes: int) -> Self:
        """What *minutes* cost at this amount an hour, half-up. Source: PR-2."""
        return type(self)(half_up(self.cents * minutes, 60))

    @property
    def half(self) -> Self:
        """Half of it, half-up. Source: PR-1."""
        return type(self)(half_up(self.cents, 2))

    def __bool__(self) -> bool:
        return self.cents > 0

    def __str__(self) -> str:
        return f"${self.cents // 100}.{self.cents % 100:02}"


NOTHING = Money(0)
