"""A student gives a tip, and pays what they owe."""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar

from instainstru_core.payments.use_cases.debts.pay_debt import PayDebt, pay_debt
from instainstru_core.payments.use_cases.tips.give_tip import GiveTip, give_tip
from instainstru_core.testing.simulation.actors.booker import GOOD_CARD, card_of
from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.script import Cue, Fate, Lesson, Step
from instainstru_core.testing.simulation.town import Town

HOUR = timedelta(hours=1)
CARDS = (
    GOOD_CARD,
    GOOD_CARD,
    "pm_card_mastercard",
    "pm_card_three_d_secure",
    "pm_card_declined",
    "pm_card_refund_fails",
)


class Tipper:
    """Tips after the lesson. Source: PY-50, PY-51."""

    name: ClassVar[str] = "tip"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """Some of those who were taught; some again, some after a month, some far too much."""
        if lesson.fate is not Fate.TAUGHT or chance.random() >= 0.2:
            return
        amount = chance.choice((1_00, 5_00, 12_34, 500_00, 500_01))
        at = lesson.ends_at + chance.choice((1, 25, 30, 100, 30 * 24)) * HOUR
        yield Cue(at=at, choice=chance.choice(CARDS), amount=amount)
        if chance.random() < 0.4:
            yield Cue(at=at + HOUR, choice=GOOD_CARD, amount=amount)

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """Give it; who must confirm does, and comes back."""
        booking = town.booking(lesson.number)
        if booking is None:
            return
        request = GiveTip(
            student_id=booking.student,
            booking_id=booking.booking_id,
            amount_cents=step.amount,
            card_id=card_of(town, lesson, step.choice or GOOD_CARD),
        )
        ports = town.ports
        given = give_tip(
            request,
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=town.clock,
            config=ports.pricing,
        )
        if given.client_secret is not None:
            town.confirm_everything(given.client_secret)
            give_tip(
                request,
                begin=ports.begin,
                gateway=ports.gateway,
                ids=ports.ids,
                clock=town.clock,
                config=ports.pricing,
            )


class Debtor:
    """Pays what no card paid in time. Source: PY-26."""

    name: ClassVar[str] = "pay debt"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """A week later, where the card was no good; sometimes a part first."""
        if lesson.card in {"pm_card_fails_capture", "pm_card_dispute"}:
            days = chance.choice((5, 6, 9, 20))
            yield Cue(at=lesson.ends_at + days * 24 * HOUR, choice=GOOD_CARD, amount=10_00)
            yield Cue(at=lesson.ends_at + (days * 24 + 1) * HOUR, choice=chance.choice(CARDS))

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """Pay every debt, whole or in part."""
        ports, payment = town.ports, town.payment(lesson.number)
        if payment is None:
            return
        debts = town.store.tables.named("student_debts").where("student_id", payment.student_id)
        for debt in debts:
            if debt.owed:
                pay_debt(
                    PayDebt(
                        student_id=payment.student_id,
                        debt_id=debt.debt_id,
                        amount=min(debt.owed, town.money(step.amount)) if step.amount else None,
                        card_id=card_of(town, lesson, step.choice or GOOD_CARD),
                    ),
                    begin=ports.begin,
                    gateway=ports.gateway,
                    ids=ports.ids,
                    clock=town.clock,
                )
