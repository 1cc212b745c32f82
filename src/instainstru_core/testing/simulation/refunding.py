"""What a refund must come to, worked out a second time from the rows. Source: PY-53."""

from typing import Final

from instainstru_core.payments.model.operation import (
    Matter,
    OperationKind,
    OperationState,
    PaymentOperation,
)
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.refunds.model import Refund, RefundState
from instainstru_core.payments.refunds.plan import Bearer
from instainstru_core.testing.simulation.breach import breach
from instainstru_core.testing.simulation.rows import LiveTables

_GONE: Final = frozenset({RefundState.PENDING, RefundState.SUCCEEDED})
_ISSUED: Final = frozenset(
    {
        "cancel_12_24",
        "cancel_lt12",
        "locked_cancel_ge12",
        "locked_cancel_lt12",
        "admin_full_credit",
    }
)


def check_refund(refund: Refund, tables: LiveTables) -> None:
    """Hold the figures of a refund that was just ordered against what the rows say.

    Raises:
        Breach: They are not the same.
    """
    plan, payment_id = refund.plan, refund.payment_id
    payment: Payment = tables.named("payments")[payment_id]
    lots = [
        lot
        for lot in tables.named("credit_lots").where("payment_id", payment_id)
        if lot.source.value in _ISSUED
    ]
    spent = sum((lot.applied + lot.forfeited + lot.reserved).cents for lot in lots)
    # What will be revoked is frozen until the card's bank has answered.
    unspent = sum((lot.available + lot.frozen).cents for lot in lots)
    others = [
        each
        for each in tables.named("refunds").where("payment_id", payment_id)
        if each.refund_id != refund.refund_id
    ]
    earlier = sum(each.plan.card.cents for each in others if each.state in _GONE)
    price = payment.breakdown
    refundable = max(0, price.card_amount.cents - earlier - spent)
    if not 1 <= plan.card.cents <= refundable:
        breach("no refund gives more than there is", refund, refundable)
    full = plan.card.cents == refundable
    used = sum(
        (each.applied + each.forfeited).cents
        for each in tables.named("credit_allocations").where("payment_id", payment_id)
    )
    asked_back = sum(
        each.plan.reversed.cents for each in others if each.state in _GONE or each.booked
    )
    still = max(0, _paid_out(payment, tables) - asked_back)
    reversal = 0
    if plan.bearer is Bearer.INSTRUCTOR:
        whole = price.lesson_price.cents + price.student_fee.cents
        part = (2 * plan.card.cents * price.payout.cents + whole) // (2 * whole)
        reversal = still if full else min(still, part)
    wanted = (full, used if full else 0, reversal, unspent if full else 0)
    found = (plan.full, plan.reinstated.cents, plan.reversed.cents, plan.revoked.cents)
    if wanted != found:
        breach("a refund is what PY-53 says", payment_id, plan.card, wanted, found)


def _paid_out(payment: Payment, tables: LiveTables) -> int:
    """What the instructor was sent for the lesson, less what disputes took, or take, back."""
    paid = 0
    operations: list[PaymentOperation] = list(
        tables.named("payment_operations").where("payment_id", payment.payment_id)
    )
    for each in operations:
        if each.matter not in {Matter.LESSON, Matter.CHARGEBACK}:
            continue
        if each.kind is OperationKind.TRANSFER and each.state is OperationState.SUCCEEDED:
            paid += each.amount.cents
        if each.kind is OperationKind.REVERSE and each.state is not OperationState.FAILED:
            paid -= each.amount.cents
    return paid
