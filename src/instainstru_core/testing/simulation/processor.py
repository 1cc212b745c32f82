"""A processor that loses calls and answers, and is out of order for hours."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from attrs import Factory, define, field

from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.simulation.boundary import Boundary
from instainstru_core.testing.simulation.dice import Dice

CALM: Final = 0.0


@define
class Mood:
    """How hostile the processor is just now: *rate* of the calls go wrong, those *out* all do."""

    chance: Dice
    rate: float = CALM
    out: set[str] = Factory(set)

    def loses_call(self, kind: str) -> bool:
        """Whether the call never arrives."""
        return kind in self.out or (self.rate > 0 and self.chance.random() < self.rate / 2)

    def loses_answer(self) -> bool:
        """Whether it arrives, and its answer doesn't."""
        return self.rate > 0 and self.chance.random() < self.rate / 2


@define
class HostileProcessor:
    """Any `PaymentGateway` behind a bad line: every call passes a boundary on its way and back."""

    processor: SimulatedProcessor
    boundary: Boundary
    mood: Mood
    calls: Counter[str] = field(factory=Counter)
    faults: Counter[str] = field(factory=Counter)

    def __getattr__(self, kind: str) -> Callable[..., Any]:
        call = getattr(self.processor, kind)

        def calling(*arguments: Any, **named: Any) -> Any:
            self.boundary.reach()
            self.calls[kind] += 1
            if self.mood.loses_call(kind):
                self.faults[f"{kind} lost"] += 1
                raise OutcomeUnknown
            answer = call(*arguments, **named)
            self.boundary.reach()
            if self.mood.loses_answer():
                self.faults[f"{kind} unanswered"] += 1
                raise OutcomeUnknown
            return answer

        return calling
