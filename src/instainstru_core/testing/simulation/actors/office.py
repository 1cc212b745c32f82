"""People of the staff look into what nothing automatic ends, and decide."""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar, Final

from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.tips.remedies import remedies_of
from instainstru_core.testing.simulation.deciding import decide_review, decide_tip, remedies
from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.script import Cue, Fate, Lesson, Step
from instainstru_core.testing.simulation.town import Town

HOUR: Final = timedelta(hours=1)
TROUBLE: Final = frozenset(
    {"pm_card_refund_fails", "pm_card_fails_capture", "pm_card_dispute", "pm_card_inquiry"}
)


class Reviewer:
    """Decides about a payment that waits for a person, by any remedy there is. Source: PY-58."""

    name: ClassVar[str] = "review"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """Wherever something may be wrong, and sometimes where nothing is; mostly twice."""
        if chance.random() >= (0.9 if lesson.card in TROUBLE else 0.12):
            return
        at = lesson.ends_at + chance.choice((-10, 3, 30, 100, 300)) * HOUR
        yield Cue(at=at, amount=chance.below(6))
        if chance.random() < 0.6:
            yield Cue(at=at + chance.choice((1, 30, 200)) * HOUR, amount=chance.below(6))

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """See what it comes to, and do it."""
        payment = town.payment(lesson.number)
        if payment is None or payment.state is not PaymentState.MANUAL_REVIEW:
            return
        if ways := remedies(payment):
            decide_review(town, payment, ways[step.amount % len(ways)])


class TipReviewer:
    """Gives tips back, and mends what went wrong with them. Source: PY-51, PY-58."""

    name: ClassVar[str] = "mend tip"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """After some lessons: soon, or when the tip is long with the instructor; mostly twice."""
        if lesson.fate is not Fate.TAUGHT or chance.random() >= 0.4:
            return
        at = lesson.ends_at + chance.choice((2, 27, 110, 400)) * HOUR
        yield Cue(at=at, amount=chance.below(6))
        if chance.random() < 0.6:
            yield Cue(at=at + chance.choice((2, 30)) * HOUR, amount=chance.below(6))

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """See what it comes to, and do it."""
        payment = town.payment(lesson.number)
        if payment is None:
            return
        for tip in town.store.tables.named("tips").where("payment_id", payment.payment_id):
            if ways := remedies_of(tip):
                decide_tip(town, tip, ways[step.amount % len(ways)])
