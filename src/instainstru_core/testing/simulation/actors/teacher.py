"""An instructor says that the lesson was given, or leaves that to the clock."""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar

from instainstru_core.booking.use_cases.complete_lesson import CompleteLesson, complete_lesson
from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.script import Cue, Lesson, Step
from instainstru_core.testing.simulation.town import Town

MINUTE = timedelta(minutes=1)


class Teacher:
    """Completes lessons. Source: PY-21."""

    name: ClassVar[str] = "complete"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """Some at the end, some too early, some never."""
        if chance.random() < 0.4:
            yield Cue(at=lesson.ends_at + chance.choice((-5, 0, 1, 600, 1439, 1441)) * MINUTE)

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:  # noqa: ARG002 - one word is enough
        """Say that it was given."""
        booking = town.booking(lesson.number)
        if booking is None:
            return
        complete_lesson(
            CompleteLesson(
                principal=town.instructors[lesson.instructor], booking_id=booking.booking_id
            ),
            begin=town.ports.begin,
            clock=town.clock,
        )
