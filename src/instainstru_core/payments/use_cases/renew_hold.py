"""Put a new hold in the place of one that would lapse while it is needed. Source: PY-16, PY-41.

The new one is asked for first, and the old one let go with its answer: the lesson's money is never
without a hold. The void and its journal are those of any hold that another takes the place of.
"""

from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, frozen

from instainstru_core.booking.model.states import Completed
from instainstru_core.payments.model.holds import CardHold, HoldStatus
from instainstru_core.payments.model.operation import OperationKind, PaymentOperation
from instainstru_core.payments.model.payment import HOLD_LIFE, Payment, PaymentState
from instainstru_core.payments.model.processor import (
    Authorised,
    Declined,
    ProcessorAnswer,
    RequiresAction,
)
from instainstru_core.payments.use_cases.finish_move import Mover

RENEWING: Final = "renew:"
"""The slot of an authorisation that is to take a hold's place: `renew:{hold_id}`."""

RENEW_BEFORE: Final = timedelta(hours=12)
"""How long before it lapses a hold is renewed. Source: PY-16."""


def lapsing(payment: Payment, *, now: datetime) -> bool:
    """Whether the payment's hold lapses within 12 hours, and is still to be captured.

    What a person looks into is theirs, unless it is only frozen (PY-41).
    """
    hold = payment.hold
    return (
        hold is not None
        and hold.status is HoldStatus.ACTIVE
        and hold.expires_at is not None
        and hold.expires_at - now <= RENEW_BEFORE
        and payment.standing is PaymentState.AUTHORIZED
        and payment.closing is None
        and payment.move is None
    )


@frozen
class Renewer(Mover):
    """Renews holds: one unit, one instant, one locked booking."""

    def renew_hold(self, payment: Payment) -> Payment:
        """Ask for another hold beside the one that lapses; again, or not needed, does nothing."""
        hold = payment.hold
        if hold is None or not lapsing(payment, now=self._at):
            return payment
        slot = f"{RENEWING}{hold.hold_id}"
        asked = self._work.payment_operations.of(payment.payment_id)
        if any(not each.finished or each.slot == slot for each in asked):
            return payment  # What the processor has yet to say, or said before, decides.
        self.plan(
            payment,
            OperationKind.AUTHORISE,
            slot,
            amount=payment.breakdown.card_amount,
            target=payment.card_token,
            off_session=True,
        )
        return payment

    def record_renewal(
        self, operation: PaymentOperation, payment: Payment, answer: ProcessorAnswer
    ) -> Payment:
        """Swap the holds, or go by the refusal; the payment as it is afterwards, not saved yet."""
        hold = payment.hold
        operations = self._work.payment_operations
        replaces = (
            hold is not None
            and hold.status is HoldStatus.ACTIVE
            and operation.slot == f"{RENEWING}{hold.hold_id}"
        )
        match answer:
            case Authorised():
                operations.save(operation.succeed(answer.intent))
                if hold is None or not replaces:
                    self._void(payment, operation.operation_id, answer.intent, answer.amount)
                    return payment
                return self._renewed(operation, payment, answer)
            case RequiresAction():
                # Nobody is there to confirm: as good as a refusal.
                operations.save(operation.succeed(answer.intent))
                self._void(payment, operation.operation_id, answer.intent, operation.amount)
                refusal = Declined(category="authentication_required")
            case Declined():
                operations.save(operation.fail(answer.category, answer.intent))
                refusal = answer
            case _:
                return payment
        if hold is None or not replaces or payment.closing is not None:
            return payment
        return self._not_renewed(payment, hold, refusal)

    def _renewed(
        self, operation: PaymentOperation, payment: Payment, granted: Authorised
    ) -> Payment:
        new = CardHold(
            hold_id=operation.operation_id,
            intent=granted.intent,
            amount=granted.amount,
            status=HoldStatus.ACTIVE,
            authorized_at=self._at,
            expires_at=granted.expires_at or self._at + HOLD_LIFE,
        )
        renewed = evolve(self._replace_hold(payment), hold=new)
        self._work.ledger.post(self._books(renewed).authorised(new))
        if granted.amount != payment.breakdown.card_amount:
            return renewed.review("amount_mismatch", at=self._at)
        return renewed

    def _not_renewed(self, payment: Payment, hold: CardHold, refusal: Declined) -> Payment:
        """The card refused. Source: PY-16.

        A hold that is taken before it lapses is kept. Before the lesson the ladder asks on (PY-13);
        after it, it is a capture that failed (PY-23).
        """
        taken_in_time = hold.expires_at is not None and payment.capture_due_at < hold.expires_at
        if taken_in_time and payment.review_reason is None:
            return payment
        let_go = self._replace_hold(payment)
        given = isinstance(self.booking.state, Completed)
        if given or self._at >= payment.lesson.starts_at:
            failed = let_go.fail_capture(refusal.category, at=self._at)
        else:
            failed = let_go.refuse_hold(refusal, at=self._at, scheduled=True)
        self.come_back(failed)
        return failed
