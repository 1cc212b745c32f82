"""Chance from the machine."""

from secrets import SystemRandom

from attrs import Factory, frozen


@frozen
class SystemChance:
    """The `Chance` port, by the operating system's entropy. Source: PL-28."""

    _random: SystemRandom = Factory(SystemRandom)

    def draw(self) -> float:
        """A number from 0 up to, not including, 1."""
        return self._random.random()
