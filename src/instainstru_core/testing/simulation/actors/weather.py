"""What nobody does and everybody suffers: a processor out of order, and a platform asleep."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final

from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.script import Cue, Step
from instainstru_core.testing.simulation.town import Town

NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
KINDS: Final = ("authorise", "capture", "void", "refund", "transfer", "find_authorisation")


class Outage:
    """For some time no call of one kind arrives at the processor."""

    name: ClassVar[str] = "outage"

    def forecast(self, days: int, chance: Dice) -> Iterable[tuple[float, Cue]]:
        """One every ten days or so, of minutes up to two days."""
        for _ in range(days // 10):
            minutes = chance.choice((5, 30, 240, 1500, 2880))
            yield chance.random() * days, Cue(at=NEVER, choice=chance.choice(KINDS), amount=minutes)

    def act(self, town: Town, step: Step) -> None:
        """Let it begin."""
        town.break_down(step.choice, town.clock.now() + timedelta(minutes=step.amount))


class Sleep:
    """The platform stands still for hours, and then finds everything overdue at once."""

    name: ClassVar[str] = "sleep"

    def forecast(self, days: int, chance: Dice) -> Iterable[tuple[float, Cue]]:
        """One every fortnight or so; the clock jumps."""
        for _ in range(days // 15):
            yield chance.random() * days, Cue(at=NEVER, amount=chance.choice((1, 6, 30, 100)))

    def act(self, town: Town, step: Step) -> None:
        """Jump."""
        town.clock.move(timedelta(hours=step.amount))
