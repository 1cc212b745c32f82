"""What a student can do about a payment now. Source: PY-9, PY-15, PY-26, spec 02 §6."""

from collections.abc import Sequence
from enum import StrEnum

from instainstru_core.payments.model.escalating import CAPTURE_ESCALATED
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.payment import Payment, PaymentState


class NextAction(StrEnum):
    """One thing that helps the payment on."""

    CONFIRM_CARD = "confirm_card"
    CHANGE_CARD = "change_card"
    RETRY_PAYMENT = "retry_payment"
    PAY_DEBT = "pay_debt"


def next_actions(payment: Payment) -> Sequence[NextAction]:
    """What its student can do: the most helpful first; nothing where it goes on by itself."""
    if payment.review_reason == CAPTURE_ESCALATED:
        return (NextAction.PAY_DEBT,)
    if payment.hold is not None and payment.hold.status is HoldStatus.REQUIRES_ACTION:
        return (NextAction.CONFIRM_CARD, NextAction.CHANGE_CARD)
    ends = payment.closing is not None and not payment.failed_capture
    if ends or payment.move is not None:
        return ()
    if payment.state is PaymentState.SCHEDULED:
        return (NextAction.CHANGE_CARD,)
    if payment.state is PaymentState.PAYMENT_METHOD_REQUIRED:
        return (NextAction.CHANGE_CARD, NextAction.RETRY_PAYMENT)
    return ()
