"""Operators give money back, give and take credit, and hold what instructors are owed."""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar, Final

from instainstru_core.accounts.ids import StudentId
from instainstru_core.admin.model.acts import Why
from instainstru_core.admin.use_cases.adjust_student_credit import (
    AdjustStudentCredit,
    adjust_student_credit,
    preview_credit_adjustment,
)
from instainstru_core.admin.use_cases.refund_payment import preview_refund, refund_payment
from instainstru_core.admin.use_cases.revoke_student_credit import (
    RevokeStudentCredit,
    preview_credit_revocation,
    revoke_student_credit,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.money import Money
from instainstru_core.payments.credits.model import CreditLot, CreditSource
from instainstru_core.payments.refunds.plan import Bearer, RefundReason
from instainstru_core.payments.use_cases.add_credit import AddCredit, add_credit
from instainstru_core.payments.use_cases.payouts.hold_payouts import (
    HoldPayouts,
    hold_payouts,
    release_payouts,
)
from instainstru_core.payments.use_cases.refunds.order_refund import OrderRefund
from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.script import Cue, Lesson, Step
from instainstru_core.testing.simulation.seconding import seconded
from instainstru_core.testing.simulation.town import Town

HOUR: Final = timedelta(hours=1)
WHOLE: Final = 0
GRANT: Final = "grant"
BALANCE: Final = "set to"
REVOKE: Final = "revoke"
GOODWILL: Final = Why(reason_code="goodwill")


class Refunder:
    """An operator gives money back, in two steps. Source: PY-52…PY-54."""

    name: ClassVar[str] = "refund"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """Few lessons; some twice, some before they are settled, more where the card refuses it."""
        if chance.random() >= (0.3 if lesson.card == "pm_card_refund_fails" else 0.06):
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

        def give_back() -> None:
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

        seconded(town, give_back)


class Giver:
    """An operator gives, takes back or sets a student's credit, in two steps. Source: CR-15."""

    name: ClassVar[str] = "give credit"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """Few students, an odd sum; some of it is taken back later."""
        if chance.random() >= 0.05:
            return
        amount = chance.choice((1, 9_99, 50_00, 500_00, 500_01))
        yield Cue(at=lesson.booked_at - HOUR, choice=GRANT, amount=amount)
        if chance.random() < 0.3:
            yield Cue(
                at=lesson.ends_at + chance.choice((-30, 0, 50)) * HOUR,
                choice=chance.choice((BALANCE, REVOKE)),
                amount=chance.choice((1, 5_00, 60_00)),
            )

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """See what it comes to, and do it."""
        student = StudentId(town.students[lesson.student].account_id.value)
        amount = town.money(step.amount or 1_00)
        if step.choice == REVOKE:
            for lot in town.store.tables.named("credit_lots").where("student_id", student):
                if lot.source is CreditSource.GOODWILL and lot.available:
                    self._revoke(town, lot, min(amount, lot.available))
            return
        ports = town.ports
        request = AdjustStudentCredit(
            principal=town.operator,
            student_id=student,
            why=GOODWILL,
            amount=amount,
            to_balance=step.choice == BALANCE,
        )

        def adjust() -> None:
            shown = preview_credit_adjustment(
                request, begin=ports.begin, ids=ports.ids, clock=town.clock, secrets=ports.secrets
            )
            adjust_student_credit(
                request,
                confirm_token=shown.confirm_token,
                begin=ports.begin,
                ids=ports.ids,
                clock=town.clock,
                secrets=ports.secrets,
            )

        seconded(town, adjust)

    def _revoke(self, town: Town, lot: CreditLot, amount: Money) -> None:
        ports = town.ports
        request = RevokeStudentCredit(
            principal=town.operator, lot_id=lot.lot_id, why=GOODWILL, amount=amount
        )
        shown = preview_credit_revocation(
            request, begin=ports.begin, ids=ports.ids, clock=town.clock, secrets=ports.secrets
        )
        revoke_student_credit(
            request,
            confirm_token=shown.confirm_token,
            begin=ports.begin,
            ids=ports.ids,
            clock=town.clock,
            secrets=ports.secrets,
        )


class Adder:
    """More of a lesson that is booked is paid with credit after all. Source: CR-4, RF-23."""

    name: ClassVar[str] = "add credit"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """Some time before the lesson, or too late."""
        if chance.random() < 0.08:
            wait = (lesson.ends_at - lesson.booked_at) * chance.random()
            at = lesson.booked_at + max(wait, HOUR)
            yield Cue(at=at, amount=chance.choice((1, 10_00, 33_33, 500_00)))

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """Let the credit rise, and the card's part fall."""
        booking = town.booking(lesson.number)
        if booking is None:
            return
        add_credit(
            AddCredit(
                student_id=booking.student,
                booking_id=booking.booking_id,
                more=town.money(step.amount or 10_00),
            ),
            begin=town.ports.begin,
            ids=town.ports.ids,
            clock=town.clock,
            config=town.ports.pricing,
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
