"""Operators give money back, give credit, and hold what instructors are owed."""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar, Final

from instainstru_core.accounts.ids import StudentId
from instainstru_core.admin.use_cases.refund_payment import preview_refund, refund_payment
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.payments.refunds.plan import Bearer, RefundReason
from instainstru_core.payments.use_cases.credits.adjust_credit import grant_goodwill
from instainstru_core.payments.use_cases.payouts.hold_payouts import (
    HoldPayouts,
    hold_payouts,
    release_payouts,
)
from instainstru_core.payments.use_cases.refunds.order_refund import OrderRefund
from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.script import Cue, Lesson, Step
from instainstru_core.testing.simulation.town import Town

HOUR: Final = timedelta(hours=1)
WHOLE: Final = 0


class Refunder:
    """An operator gives money back, in two steps. Source: PY-52…PY-54."""

    name: ClassVar[str] = "refund"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """Few lessons; some twice, some before they are settled."""
        if chance.random() >= 0.06:
            return
        at = lesson.ends_at + chance.choice((-30, 5, 26, 30, 100, 400)) * HOUR
        for _ in range(chance.choice((1, 1, 2))):
            bearer = chance.choice(("", *Bearer))
            yield Cue(
                at=at,
                choice=f"{chance.choice(tuple(RefundReason))} {bearer}".strip(),
                amount=chance.choice((WHOLE, WHOLE, 1, 10_00, 33_33)),
            )
            at += 20 * HOUR

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """See what it comes to, and do it."""
        payment = town.payment(lesson.number)
        if payment is None:
            return
        reason, _, bearer = step.choice.partition(" ")
        order = OrderRefund(
            principal=town.operator,
            payment_id=payment.payment_id,
            cents=step.amount or None,
            reason=RefundReason(reason or RefundReason.OTHER),
            bearer=Bearer(bearer) if bearer else None,
            note="as it was agreed",
        )
        ports = town.ports
        shown = preview_refund(
            order, begin=ports.begin, ids=ports.ids, clock=town.clock, secrets=ports.secrets
        )
        refund_payment(
            order,
            confirm_token=shown.confirm_token,
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=town.clock,
            secrets=ports.secrets,
        )


class Giver:
    """An operator gives a student goodwill. Source: CR-15."""

    name: ClassVar[str] = "give credit"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """Few students, an odd sum."""
        if chance.random() < 0.05:
            yield Cue(at=lesson.booked_at - HOUR, amount=chance.choice((1, 9_99, 50_00, 500_00)))

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """Grant it."""
        student = StudentId(town.students[lesson.student].account_id.value)
        with town.ports.begin() as work:
            grant_goodwill(
                student,
                town.money(step.amount or 1_00),
                work=work,
                ids=town.ports.ids,
                now=town.clock.now(),
            )


class Withholder:
    """An operator holds an instructor's payouts for some days. Source: PY-73."""

    name: ClassVar[str] = "hold payouts"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """Around the settlement of a few lessons."""
        if chance.random() < 0.02:
            yield Cue(at=lesson.ends_at + 20 * HOUR, choice="hold")
            yield Cue(at=lesson.ends_at + chance.choice((24, 30, 80)) * HOUR, choice="release")

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """Hold them, or let them go."""
        instructor = InstructorId(town.instructors[lesson.instructor].account_id.value)
        with town.ports.begin() as work:
            if step.choice == "release":
                release_payouts(instructor, work=work, at=town.clock.now())
                return
            request = HoldPayouts(
                instructor_id=instructor,
                operator=town.operator.account_id,
                reason="papers are missing",
            )
            hold_payouts(request, work=work, at=town.clock.now())
