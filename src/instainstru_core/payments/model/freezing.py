"""A payment that nobody touches while a report or an issue is open. Source: PY-40…PY-42, PY-46."""

from datetime import datetime
from typing import Final

from attrs import evolve

from instainstru_core.kernel.errors import InvalidState
from instainstru_core.payments.events import PaymentFrozen, PaymentReleased
from instainstru_core.payments.model.operation import (
    CHARGEBACK,
    REFUND_FAILED,
    REVERSAL_FAILED,
)
from instainstru_core.payments.model.payment import Payment, PaymentState

AFTERWARDS: Final = frozenset({CHARGEBACK, REFUND_FAILED, REVERSAL_FAILED})
"""Why a payment is looked into that was settled before. Source: PY-54, PY-56."""


def freeze(payment: Payment, reason: str, *, at: datetime) -> Payment:
    """Keep every job away from the money; where it goes on from is kept too.

    Raises:
        InvalidState: The money has gone where it goes, or a person looks at it already.
    """
    if payment.over or payment.state is PaymentState.MANUAL_REVIEW:
        raise InvalidState(f"the payment is {payment.state}")
    frozen = evolve(
        payment,
        state=PaymentState.MANUAL_REVIEW,
        review_reason=reason,
        review_since=at,
        resume_state=payment.state,
    )
    return frozen.recording(PaymentFrozen(**payment.named(at), reason=reason))


def unfreeze(payment: Payment, *, at: datetime) -> Payment:
    """Nothing keeps the money any more: it goes on from where it was; again changes nothing.

    What a person looks into after the lesson was settled stays with them. Source: PY-58.
    """
    if payment.resume_state is None or payment.review_reason in AFTERWARDS:
        return payment
    thawed = evolve(payment, state=payment.resume_state, review_reason=None, resume_state=None)
    return thawed.recording(PaymentReleased(**payment.named(at)))
