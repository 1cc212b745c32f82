"""Somebody who does one kind of thing, again and again."""

from collections.abc import Iterable
from typing import ClassVar, Protocol

from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.script import Cue, Lesson, Step
from instainstru_core.testing.simulation.town import Town


class Actor(Protocol):
    """One kind of thing that people do about a lesson: a class of its own, and pluggable."""

    name: ClassVar[str]

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """What is going to be done about *lesson*, and when: nothing, mostly."""
        ...

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """Do it. A refusal of the platform is raised as it is: it is part of the game."""
        ...


class Weather(Protocol):
    """One kind of thing that just happens, whatever the lessons."""

    name: ClassVar[str]

    def forecast(self, days: int, chance: Dice) -> Iterable[tuple[float, Cue]]:
        """What is going to happen, and how many days from the beginning; the cue's time is none."""
        ...

    def act(self, town: Town, step: Step) -> None:
        """Let it happen."""
        ...
