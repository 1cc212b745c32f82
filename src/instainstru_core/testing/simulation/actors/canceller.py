"""A lesson is called off: by either of the two, or by an operator, in every band."""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar

from instainstru_core.booking.terms import Party
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking
from instainstru_core.payments.model.planner import MoneyPolicy
from instainstru_core.payments.use_cases.cancel_lesson import (
    CancelByAdmin,
    cancel_by_admin,
    cancel_lesson,
)
from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.script import Cue, Fate, Lesson, Step
from instainstru_core.testing.simulation.town import Town

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
_FATES = {
    Fate.STUDENT_CANCELS: (Party.STUDENT.value,),
    Fate.INSTRUCTOR_CANCELS: (Party.INSTRUCTOR.value,),
    Fate.OPERATOR_CANCELS: tuple(MoneyPolicy),
}


class Canceller:
    """Calls a lesson off. Source: PY-30…PY-39."""

    name: ClassVar[str] = "cancel"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """At, just before or just after the edges of the bands, or anywhere."""
        choices = _FATES.get(lesson.fate, ())
        if not choices and not lesson.mischief:
            return
        edge = chance.choice((36, 24, 24, 18, 12, 12, 6, 1, 0, -1)) * HOUR
        at = lesson.starts_at - edge + chance.choice((-60, -1, 0, 1, 60)) * SECOND
        yield Cue(
            at=max(at, lesson.booked_at + SECOND),
            choice=chance.choice(choices or (Party.STUDENT.value, Party.INSTRUCTOR.value)),
        )

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """Call it off, as who it is."""
        booking = town.booking(lesson.number)
        if booking is None:
            return
        begin, ids, clock = town.ports.begin, town.ports.ids, town.clock
        if step.choice in {Party.STUDENT.value, Party.INSTRUCTOR.value}:
            by_student = step.choice == Party.STUDENT.value
            who = (
                town.students[lesson.student] if by_student else town.instructors[lesson.instructor]
            )
            request = CancelBooking(principal=who, booking_id=booking.booking_id, reason="ill")
            cancel_lesson(request, begin=begin, ids=ids, clock=clock)
            return
        order = CancelByAdmin(
            principal=town.operator,
            booking_id=booking.booking_id,
            policy=MoneyPolicy(step.choice or MoneyPolicy.FULL_REFUND),
            reason="a burst pipe",
        )
        cancel_by_admin(order, begin=begin, ids=ids, clock=clock)
