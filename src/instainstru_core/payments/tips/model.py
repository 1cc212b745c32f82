"""A tip: charged at once, and transferred whole. Source: PY-50, PY-51."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from attrs import evolve, frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import InvalidState
from instainstru_core.kernel.events import Aggregate
from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import PaymentId, TipId
from instainstru_core.payments.tips.errors import TipAmountOutOfRange
from instainstru_core.payments.tips.events import TipFailed, TipSucceeded


class TipState(StrEnum):
    """How far a tip got. Source: PY-51."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class TipTrouble(StrEnum):
    """What a person must look into. Source: PY-47, PY-54, PY-58."""

    TRANSFER_FAILED = "transfer_failed"
    REFUND_FAILED = "refund_failed"
    REVERSAL_FAILED = "reversal_failed"


OPEN = frozenset({TipState.PENDING, TipState.REQUIRES_ACTION, TipState.PROCESSING})


def check_amount(amount_cents: int, *, least: Money, most: Money) -> Money:
    """The tip of so many cents.

    Raises:
        TipAmountOutOfRange: It is less or more than a tip may be. Source: PY-50, spec 02 §8.
    """
    if not least.cents <= amount_cents <= most.cents:
        raise TipAmountOutOfRange(least, most)
    return Money(amount_cents)


@frozen(kw_only=True)
class Tip(Aggregate):
    """What a student gives on top of one lesson, in as many attempts as their cards need.

    *intent* is the latest attempt at the processor and *charge* the money taken; *transfer* is how
    it reached the instructor. While *transfer* is missing the instructor is owed it; *stuck* says
    that nothing more is tried by itself (PY-47), and a person must look.
    """

    tip_id: TipId
    payment_id: PaymentId
    booking_id: BookingId
    student_id: StudentId
    instructor_id: InstructorId
    amount: Money
    card_token: str
    state: TipState
    created_at: datetime
    attempt: int = 1
    intent: str | None = None
    failure: str | None = None
    charge: str | None = None
    succeeded_at: datetime | None = None
    transfer: str | None = None
    stuck: bool = False
    refunded_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether the card has yet to say yes or no."""
        return self.state in OPEN

    @property
    def succeeded(self) -> bool:
        """Whether the money was taken."""
        return self.state is TipState.SUCCEEDED

    @property
    def trouble(self) -> TipTrouble | None:
        """What a person must look into; None: nothing. Source: PY-58."""
        if not self.stuck:
            return None
        if self.refunded_at is not None:
            return TipTrouble.REVERSAL_FAILED
        return TipTrouble.TRANSFER_FAILED if self.transfer is None else TipTrouble.REFUND_FAILED

    @property
    def slot(self) -> str:
        """The slot of this attempt's charge. Source: PY-60."""
        return f"tip:{self.tip_id}#{self.attempt}"

    def again(self, amount: Money, card_token: str) -> Self:
        """Another attempt at a tip that failed. Source: PY-51."""
        self._expect(TipState.FAILED)
        return evolve(
            self,
            amount=amount,
            card_token=card_token,
            state=TipState.PENDING,
            attempt=self.attempt + 1,
            intent=None,
            failure=None,
        )

    def with_card(self, card_token: str) -> Self:
        """Another card shall pay instead of the one whose holder has not confirmed."""
        self._expect(TipState.REQUIRES_ACTION)
        return evolve(self, card_token=card_token)

    def replaced(self) -> Self:
        """The attempt that waited for its cardholder is gone: here is the next."""
        self._expect(TipState.REQUIRES_ACTION)
        return evolve(self, state=TipState.PENDING, attempt=self.attempt + 1, intent=None)

    def process(self) -> Self:
        """The processor has not said yet how it went. Source: PY-62."""
        return evolve(self, state=TipState.PROCESSING) if self.open else self

    def await_cardholder(self, intent: str) -> Self:
        """The cardholder must confirm first (3-D Secure)."""
        return evolve(self, state=TipState.REQUIRES_ACTION, intent=intent)

    def succeed(self, intent: str, charge: str, *, at: datetime) -> Self:
        """The money was taken."""
        event = TipSucceeded(
            payment_id=self.payment_id,
            booking_id=self.booking_id,
            student_id=self.student_id,
            instructor_id=self.instructor_id,
            tip_id=self.tip_id,
            amount=self.amount,
            occurred_at=at,
        )
        return evolve(
            self,
            state=TipState.SUCCEEDED,
            intent=intent,
            charge=charge,
            failure=None,
            succeeded_at=at,
            events=(*self.events, event),
        )

    def fail(self, category: str, *, at: datetime) -> Self:
        """The card said no. Source: PY-51."""
        event = TipFailed(
            payment_id=self.payment_id,
            booking_id=self.booking_id,
            student_id=self.student_id,
            instructor_id=self.instructor_id,
            tip_id=self.tip_id,
            amount=self.amount,
            category=category,
            occurred_at=at,
        )
        return evolve(self, state=TipState.FAILED, failure=category, events=(*self.events, event))

    def pay_out(self, transfer: str) -> Self:
        """The instructor's account has it."""
        return evolve(self, transfer=transfer, stuck=False)

    def give_up(self) -> Self:
        """What it needs was refused: a person must look. Source: PY-47, PY-54."""
        return evolve(self, stuck=True)

    def let_be(self) -> Self:
        """A person looked, and nothing more is to be done. Source: PY-58."""
        return evolve(self, stuck=False)

    def refund(self, *, at: datetime) -> Self:
        """An operator gave it back to the card, whole. Source: PY-51."""
        self._expect(TipState.SUCCEEDED)
        return evolve(self, refunded_at=at, stuck=False)

    def fall_through(self, *, reversed_: bool) -> Self:
        """The card did not take it after all, days later; it is the instructor's again. PY-54.

        Where it was *reversed_* from their account, they are owed it.
        """
        transfer = None if reversed_ else self.transfer
        return evolve(self, refunded_at=None, transfer=transfer, stuck=True)

    def _expect(self, state: TipState) -> None:
        if self.state is not state:
            raise InvalidState(f"the tip is {self.state}")
