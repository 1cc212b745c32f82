"""A cardholder's bank takes a charge back, or asks about it, and decides some weeks later."""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar, Final

from instainstru_core.payments.model.processor import DisputeSeen, DisputeStatus
from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.script import Cue, Lesson, Step
from instainstru_core.testing.simulation.town import Town

DAY: Final = timedelta(days=1)
INQUIRY: Final = "inquiry"


class Bank:
    """Disputes charges. Source: PY-56, PY-57."""

    name: ClassVar[str] = "dispute"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """Few lessons: before they are settled, or long after."""
        if chance.random() >= 0.04:
            return
        at = lesson.ends_at + chance.choice((-0.5, 0.5, 1.5, 5, 20)) * DAY
        inquiry = chance.random() < 0.2
        yield Cue(at=at, choice=INQUIRY if inquiry else DisputeStatus.OPEN.value)
        verdict = chance.choice((DisputeStatus.WON, DisputeStatus.LOST))
        if inquiry:
            verdict = DisputeStatus.INQUIRY_CLOSED
        if chance.random() < 0.8:
            yield Cue(at=at + chance.choice((0.01, 3, 14)) * DAY, choice=verdict.value)

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """Open a dispute about what was charged, or close it."""
        payment = town.payment(lesson.number)
        if payment is None or payment.hold is None or payment.hold.charge is None:
            return
        intent = payment.hold.intent
        if step.choice in {INQUIRY, DisputeStatus.OPEN.value}:
            refundable = town.processor.books.intents[intent]
            if refundable.captured_cents > refundable.refunded_cents:
                town.processor.open_dispute(intent, inquiry=step.choice == INQUIRY)
            return
        for disputed in town.processor.books.disputes.values():
            if disputed.intent == intent:
                seen = town.processor.close_dispute(disputed.dispute, DisputeStatus(step.choice))
                town.notes[f"disputes {step.choice}"] += isinstance(seen, DisputeSeen)
