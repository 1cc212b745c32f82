"""A student moves a lesson: for nothing, late with the money taken, or too late."""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar

from instainstru_core.booking.use_cases.propose_move import AskedMove
from instainstru_core.payments.use_cases.reschedule_booking import reschedule_booking
from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.script import Cue, Lesson, Step
from instainstru_core.testing.simulation.town import Town

HOUR = timedelta(hours=1)


class Mover:
    """Asks for another time. Source: PY-17…PY-20."""

    name: ClassVar[str] = "move"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """Some lessons, a few of them twice."""
        if chance.random() >= 0.15:
            return
        ahead = chance.choice((0.5, 11, 12, 13, 16, 20, 23, 24, 30, 48))
        yield Cue(at=lesson.starts_at - ahead * HOUR, amount=chance.choice((24, 48, 49, 96)))
        if chance.random() < 0.3:
            yield Cue(at=lesson.starts_at - ahead * HOUR / 2, amount=72)

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """Ask for so many hours later."""
        booking = town.booking(lesson.number)
        if booking is None:
            return
        reschedule_booking(
            AskedMove(
                principal=town.students[lesson.student],
                booking_id=booking.booking_id,
                start=lesson.starts_at + step.amount * HOUR,
            ),
            begin=town.ports.begin,
            gateway=town.ports.gateway,
            places=town.ports.places,
            ids=town.ports.ids,
            clock=town.clock,
            config=town.ports.pricing,
        )
