"""One intended call of the processor: written down before, answered after. Source: PY-60…62."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from attrs import evolve, frozen

from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import OperationId, PaymentId
from instainstru_core.payments.model.processor import Declined, ProcessorAnswer, Refused

REPEAT_WITHIN = timedelta(hours=23)
"""How long one key is repeated: the processor forgets keys after 24 hours. Source: PY-62."""

REPEAT_AFTER = timedelta(minutes=1)
"""How long an answer may take before the sweeper asks again. Source: PY-62."""

REVIEW_PAUSE = timedelta(hours=1)

NEVER_ARRIVED = "never_arrived"
TRANSFER_FAILED = "transfer_failed"
REFUND_FAILED = "refund_failed"
MISSING_AUTHORIZATION = "missing_authorization"
REVERSAL_FAILED = "reversal_failed"
VOID_REFUSED = "void_refused"
CHARGEBACK = "chargeback"

BORNE = "borne_by_the_platform"
"""What became of a reversal that nobody asks for any more. Source: PY-54, PY-58."""

TRANSFER_RETRIES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
"""When a refused transfer is tried again; after the last a person must look. Source: PY-47."""


class OperationKind(StrEnum):
    """What the processor is asked for."""

    AUTHORISE = "authorise"
    CAPTURE = "capture"
    VOID = "void"
    TRANSFER = "transfer"
    REFUND = "refund"
    CHARGE = "charge"
    REVERSE = "reverse"


class Matter(StrEnum):
    """What of a payment an operation is about; each has a desk of its own that hears its answers.

    Source: spec 02 §4 (the owner of a PaymentOperation).
    """

    LESSON = "lesson"
    TIP = "tip"
    DEBT = "debt"
    REFUND = "refund"
    CHARGEBACK = "chargeback"


class OperationState(StrEnum):
    """How far it got. Source: spec 02 §3.2."""

    PLANNED = "planned"
    SENT = "sent"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


IN_FLIGHT = frozenset({OperationState.SENT, OperationState.UNKNOWN})
UNFINISHED = IN_FLIGHT | {OperationState.PLANNED}


@frozen(kw_only=True)
class PaymentOperation:
    """One intended call; its id is the idempotency key.

    *target* is whom it is about: the card's token, the hold's or charge's intent, the instructor's
    account, or the transfer that is reversed. Slots of other matters than the lesson's own name
    their tip, debt, refund or chargeback: `tip:{id}#1`.
    *charge* is what a transfer is taken out of; without one it comes from the platform's balance.
    Everything the call needs is kept here, so that a repeat is the same call to the letter.
    *sent_at* is when it was called first: from then on the processor knows the key.
    """

    operation_id: OperationId
    payment_id: PaymentId
    matter: Matter = Matter.LESSON
    kind: OperationKind
    slot: str
    amount: Money
    target: str
    charge: str | None = None
    off_session: bool = False
    state: OperationState = OperationState.PLANNED
    attempts: int = 0
    planned_at: datetime
    sent_at: datetime | None = None
    next_attempt_at: datetime
    processor_ref: str | None = None
    error_code: str | None = None

    @property
    def finished(self) -> bool:
        """Whether its result is known."""
        return self.state not in UNFINISHED

    def send(self, *, at: datetime) -> Self:
        """It is about to be called; if no answer is recorded, it is repeated later."""
        return evolve(
            self,
            state=OperationState.SENT,
            attempts=self.attempts + 1,
            sent_at=self.sent_at or at,
            next_attempt_at=at + REPEAT_AFTER,
        )

    def lose_answer(self, *, at: datetime) -> Self:
        """No answer came. Source: PY-62."""
        return evolve(self, state=OperationState.UNKNOWN, next_attempt_at=at + REPEAT_AFTER)

    def succeed(self, reference: str) -> Self:
        """The processor did it, and calls it *reference*."""
        return evolve(
            self, state=OperationState.SUCCEEDED, processor_ref=reference, error_code=None
        )

    def fail(self, reason: str, reference: str | None = None) -> Self:
        """The processor will not do it; what it made of the try is called *reference*."""
        return evolve(self, state=OperationState.FAILED, processor_ref=reference, error_code=reason)

    def withdraw(self, reason: str, *, at: datetime) -> Self:
        """It is not called any more; one that never was (no *attempts*) is as good as sent now."""
        return evolve(self.fail(reason, self.processor_ref), sent_at=self.sent_at or at)

    def put_off(self, *, at: datetime) -> Self:
        """Look again in an hour: a person looks into it meanwhile. Source: PY-58, PY-86."""
        return evolve(self, next_attempt_at=at + REVIEW_PAUSE)

    def repeatable(self, *, now: datetime) -> bool:
        """Whether the processor still knows its key, or has never seen it. Source: PY-62."""
        return self.sent_at is None or now - self.sent_at < REPEAT_WITHIN

    @property
    def never_arrived(self) -> ProcessorAnswer:
        """What is recorded once the processor says that it never got the call. Source: PY-62."""
        if self.kind in {OperationKind.AUTHORISE, OperationKind.CHARGE}:
            return Declined(category="processing_error")
        return Refused(reason=NEVER_ARRIVED)

    @property
    def number(self) -> int:
        """Which try of its thing it is. Source: PY-60."""
        return int(self.slot.partition("#")[2] or 1)

    @property
    def next_slot(self) -> str:
        """The slot of another operation in this one's place. Source: PY-60."""
        return f"{self.slot.partition('#')[0]}#{self.number + 1}"

    @property
    def stuck(self) -> bool:
        """Whether it failed, and nobody let that be."""
        return self.state is OperationState.FAILED and self.error_code != BORNE

    def due(self, *, now: datetime) -> bool:
        """Whether it is to be called now."""
        return not self.finished and self.next_attempt_at <= now


def latest_of_legs(
    operations: Iterable[PaymentOperation], kind: OperationKind
) -> list[PaymentOperation]:
    """Of each thing that was asked for, the latest try."""
    latest: dict[str, PaymentOperation] = {}
    for operation in operations:
        leg = operation.slot.partition("#")[0]
        if operation.kind is kind and (leg not in latest or latest[leg].number < operation.number):
            latest[leg] = operation
    return list(latest.values())
