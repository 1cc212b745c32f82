"""What a refund of a payment goes by, read under its lock. Source: PY-53."""

from datetime import datetime

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.operation import OperationKind, OperationState
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.refunds.plan import RefundFacts
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.payments.use_cases.reversing import unreversed


def refund_facts(payment: Payment, *, work: PaymentWork, ids: Ids, now: datetime) -> RefundFacts:
    """What was given back before, and what became of the credit and of the payout."""
    earlier = [each for each in work.refunds.of(payment.payment_id) if each.counts]
    issued = CreditTill(work, ids, now).issued(payment.payment_id)
    return RefundFacts(
        breakdown=payment.breakdown,
        captured_at=_captured_at(payment, work),
        earlier=sum((each.plan.card for each in earlier), NOTHING),
        refunded_in_full=_ended_with_a_refund(payment) or any(each.plan.full for each in earlier),
        spent=issued.spent,
        unspent=issued.unspent,
        consumed=_consumed(payment, work),
        unreversed=unreversed(work, payment),
    )


def _ended_with_a_refund(payment: Payment) -> bool:
    """Whether the lesson's own ending gave all of it back. Source: PY-38, PY-43, AD-6."""
    return payment.hold is not None and payment.hold.status is HoldStatus.REFUNDED


def _captured_at(payment: Payment, work: PaymentWork) -> datetime | None:
    """When the card was charged: the call that did it, which is answered at once. Source: PY-54."""
    taken = [
        operation.sent_at
        for operation in work.payment_operations.of(payment.payment_id)
        if operation.kind is OperationKind.CAPTURE and operation.state is OperationState.SUCCEEDED
    ]
    return max((each for each in taken if each is not None), default=None)


def _consumed(payment: Payment, work: PaymentWork) -> Money:
    """The credit that paid for the lesson, or was forfeited with it. Source: CR-13."""
    uses = work.credit_lots.used_by(payment.payment_id)
    return sum((use.allocation.used for use in uses), NOTHING)
