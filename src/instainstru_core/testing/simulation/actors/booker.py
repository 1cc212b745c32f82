"""A student books a lesson and pays, as well as their card lets them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Pending
from instainstru_core.booking.policies.facts import Proposal
from instainstru_core.booking.use_cases.create_booking import CreateBooking, create_booking
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.payments.ids import CardId
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.use_cases.change_card import ChangeCard, change_card
from instainstru_core.payments.use_cases.check_out import CheckOut, check_out
from instainstru_core.pricing.use_cases.quote_lesson import QuoteLesson, quote_lesson
from instainstru_core.testing.fakes.processor.books import IntentState
from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.script import Cue, Lesson, Step
from instainstru_core.testing.simulation.town import Town
from instainstru_core.testing.world import PIANO

MINUTE = timedelta(minutes=1)
GOOD_CARD = "pm_card_visa"


def pay(town: Town, lesson: Lesson, card: str) -> None:
    """Agree to today's price, and check out."""
    booking = town.booking(lesson.number)
    if booking is None:
        return
    student = town.students[lesson.student]
    quoted = quote_lesson(
        QuoteLesson(
            instructor_id=booking.instructor,
            service_id=booking.service_id,
            location_type=booking.location_type,
            duration_minutes=booking.lesson.minutes,
            credit_cents=lesson.credit_cents,
            student_id=booking.student,
        ),
        read=town.ports.read,
        clock=town.clock,
        config=town.ports.pricing,
    )
    check_out(
        CheckOut(
            student_id=StudentId(student.account_id.value),
            booking_id=booking.booking_id,
            fingerprint=quoted.fingerprint,
            card_id=card_of(town, lesson, card),
            credit_cents=lesson.credit_cents,
        ),
        begin=town.ports.begin,
        gateway=town.ports.gateway,
        ids=town.ports.ids,
        clock=town.clock,
        config=town.ports.pricing,
    )


def card_of(town: Town, lesson: Lesson, token: str) -> CardId:
    """The student's card behind *token*; it is kept when it is used first."""
    return town.world.add_card(town.students[lesson.student], token).card_id


class Booker:
    """Finds a time, holds it, and checks out; after a refusal tries again, perhaps otherwise."""

    name: ClassVar[str] = "book"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """Once; and sometimes again, with a card that works."""
        yield Cue(at=lesson.booked_at, choice=lesson.card)
        if lesson.card != GOOD_CARD and chance.random() < 0.5:
            yield Cue(at=lesson.booked_at + 6 * MINUTE, choice=GOOD_CARD)

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """Hold the time, unless it is held, and pay."""
        if lesson.number not in town.chains:
            if lesson.spare and not town.is_behind:
                return
            self._hold(town, lesson)
        pay(town, lesson, step.choice)

    def _hold(self, town: Town, lesson: Lesson) -> None:
        student = town.students[lesson.student]
        teacher = town.instructors[lesson.instructor]
        proposal = Proposal(
            student=StudentId(student.account_id.value),
            instructor=InstructorId(teacher.account_id.value),
            service_id=PIANO,
            start=lesson.starts_at,
            duration_minutes=lesson.minutes,
            location_type=LocationType.ONLINE,
        )

        def remember(_work: object, booking: Booking) -> None:
            town.chains.setdefault(lesson.number, booking.booking_id)

        create_booking(
            CreateBooking(principal=student, proposal=proposal),
            begin=town.ports.begin,
            places=town.ports.places,
            ids=town.ports.ids,
            clock=town.clock,
            pricing=town.ports.pricing,
            answer=remember,
        )


class Confirmer:
    """A cardholder who must confirm does so, mostly; their client then finishes the checkout."""

    name: ClassVar[str] = "confirm"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """A few minutes later, or never."""
        if lesson.card == "pm_card_three_d_secure" and chance.random() < 0.8:
            yield Cue(at=lesson.booked_at + chance.choice((1, 3, 20, 45)) * MINUTE)

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:  # noqa: ARG002 - one word is enough
        """Say yes at the bank, then come back."""
        payment = town.payment(lesson.number)
        if payment is None or payment.hold is None:
            return
        if payment.hold.status is not HoldStatus.REQUIRES_ACTION:
            return
        intent = town.processor.books.intents[payment.hold.intent]
        if intent.state is not IntentState.REQUIRES_ACTION:
            return
        town.processor.confirm(intent.intent, intent.client_secret)
        booking = town.booking(lesson.number)
        if booking is not None and isinstance(booking.state, Pending):
            pay(town, lesson, lesson.card)


class CardSwitcher:
    """Lets another card pay, or the same one once more."""

    name: ClassVar[str] = "switch card"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """Where the card is no good, mostly; some time between booking and long after."""
        if chance.random() < (0.08 if lesson.card == GOOD_CARD else 0.4):
            wait = (lesson.starts_at - lesson.booked_at) * chance.random()
            at = lesson.booked_at + wait if chance.random() < 0.6 else lesson.ends_at
            at = at + chance.choice((0, 25, 30)) * 60 * MINUTE
            yield Cue(at=at, choice=chance.choice((GOOD_CARD, GOOD_CARD, "", "pm_card_mastercard")))

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """Name the card."""
        booking = town.booking(lesson.number)
        if booking is None:
            return
        change_card(
            ChangeCard(
                student_id=booking.student,
                booking_id=booking.booking_id,
                card_id=card_of(town, lesson, step.choice) if step.choice else None,
            ),
            begin=town.ports.begin,
            gateway=town.ports.gateway,
            ids=town.ports.ids,
            clock=town.clock,
        )
