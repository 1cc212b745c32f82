"""What happens in a simulation, written down before it begins.

A script is plain data. Each step stands by itself: it names its lesson by number and brings its own
chance, so that a step can be struck out and the rest still means the same. That is what lets a
failing run be told again with hardly anything in it.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from attrs import evolve, frozen

from instainstru_core.kernel.zones import NEW_YORK

_NAMED: Final = re.compile(r"(?P<number>\d+)(?P<how>a?s?)")
ALONE: Final = ""
AGAIN: Final = "again"
WORK: Final = "work"


class Fate(StrEnum):
    """What a lesson comes to, as far as people have a say in it."""

    TAUGHT = "taught"
    STUDENT_CANCELS = "student_cancels"
    INSTRUCTOR_CANCELS = "instructor_cancels"
    OPERATOR_CANCELS = "operator_cancels"
    MISSED = "missed"
    OBJECTED = "objected"


@frozen(kw_only=True)
class Lesson:
    """Who wants to learn with whom, and when; by number, for nobody exists yet.

    *card* is the token that pays, *credit_cents* what the student would spend of their credit, and
    *mischief* says that people do what they do out of turn. A *spare* one is booked only where the
    story has fewer bookings than it wants by then.
    """

    number: int
    student: int
    instructor: int
    card: str
    booked_at: datetime
    starts_at: datetime
    minutes: int
    credit_cents: int
    fate: Fate
    mischief: bool = False
    spare: bool = False

    @property
    def ends_at(self) -> datetime:
        """When it is over, unless it is moved."""
        return self.starts_at + timedelta(minutes=self.minutes)


@frozen(kw_only=True)
class Cue:
    """One thing that an actor is going to do."""

    at: datetime
    choice: str = ""
    amount: int = 0


@frozen(kw_only=True)
class Step:
    """One thing that somebody does, and what goes wrong with it.

    The process dies at the *crash*-th boundary, if that is not 0. *beside* happens at once with it:
    the same again, the due work, or what another actor does.
    """

    number: int
    at: datetime
    act: str
    lesson: int | None = None
    choice: str = ""
    amount: int = 0
    crash: int = 0
    beside: str = ALONE

    def __str__(self) -> str:
        told = [f"#{self.number}", f"{NEW_YORK.local(self.at):%a %d %b %Y %H:%M}", self.act]
        told += [self.choice] if self.choice else []
        told += [str(self.amount)] if self.amount else []
        told += [f"of lesson {self.lesson}"] if self.lesson is not None else []
        told += [f"[dies at boundary {self.crash}]"] if self.crash else []
        told += [f"[at once with {self.beside}]"] if self.beside else []
        return " ".join(told)


@frozen(kw_only=True)
class Script:
    """Everything that one seed makes happen: at least so many *bookings*, if they are let.

    *faults* is how much of what is called goes wrong.
    """

    seed: int
    bookings: int
    begins_at: datetime
    days: int
    students: int
    instructors: int
    faults: float
    lessons: tuple[Lesson, ...]
    steps: tuple[Step, ...]

    def only(self, numbers: Iterable[int]) -> Self:
        """The same story with no other steps than these."""
        kept = frozenset(numbers)
        return evolve(self, steps=tuple(each for each in self.steps if each.number in kept))

    def excerpt(self, named: str) -> Self:
        """The steps that *named* lists: `3,17a,20s`, `a` for alone and `s` for who survives it.

        Raises:
            ValueError: That is no such list, or there is no such step.
        """
        steps = {each.number: each for each in self.steps}
        kept = []
        for name in named.split(","):
            mark = _NAMED.fullmatch(name.strip())
            if mark is None or int(mark["number"]) not in steps:
                raise ValueError(f"there is no step {name.strip()!r}")
            step = steps[int(mark["number"])]
            step = evolve(step, beside=ALONE) if "a" in mark["how"] else step
            kept.append(evolve(step, crash=0) if "s" in mark["how"] else step)
        return evolve(self, steps=tuple(kept))

    def named(self, whole: Self) -> str:
        """How `excerpt` names these steps of the *whole* story."""
        before = {each.number: each for each in whole.steps}
        names = []
        for step in self.steps:
            told = before[step.number]
            alone = "a" if told.beside and not step.beside else ""
            survives = "s" if told.crash and not step.crash else ""
            names.append(f"{step.number}{alone}{survives}")
        return ",".join(names)
