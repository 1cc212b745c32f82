"""An instructor who does not want to wait for the next payout day."""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar, Final

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.payments.use_cases.payouts.ask_for_instant_payout import (
    AskForInstantPayout,
    ask_for_instant_payout,
    offer_instant_payout,
)
from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.script import Cue, Lesson, Step
from instainstru_core.testing.simulation.town import Town

HOUR: Final = timedelta(hours=1)
ALL: Final = 0


class Collector:
    """Has the balance paid out at once, whole or in part. Source: PY-49."""

    name: ClassVar[str] = "instant payout"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """After the payout of some lessons: all, hardly enough, too little, or far too much."""
        if chance.random() < 0.06:
            at = lesson.ends_at + chance.choice((24.5, 26, 40, 100)) * HOUR
            yield Cue(at=at, amount=chance.choice((ALL, ALL, 99, 1_00, 10_00, 33_33, 99_999_99)))

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """See what there is and what it costs, and ask for it."""
        ports = town.ports
        instructor = InstructorId(town.instructors[lesson.instructor].account_id.value)
        offer = offer_instant_payout(instructor, begin=ports.begin, gateway=ports.gateway)
        ask_for_instant_payout(
            AskForInstantPayout(
                instructor_id=instructor, amount_cents=step.amount or offer.available.cents
            ),
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=town.clock,
        )
