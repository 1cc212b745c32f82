"""Chance for tests."""

from attrs import frozen


@frozen
class FixedChance:
    """The `Chance` port that always draws the same number."""

    number: float = 0.5

    def draw(self) -> float:
        """The number."""
        return self.number
