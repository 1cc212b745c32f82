"""Which transfers of a lesson give something back, and what else is left of them. PY-53, PY-56."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.model.afterwards import look_into
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.operation import (
    REFUND_FAILED,
    REVERSAL_FAILED,
    Matter,
    OperationKind,
    OperationState,
    PaymentOperation,
    latest_of_legs,
)
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.refunds.model import RefundState

DISPUTE_LOST: Final = "dispute_lost"
"""Why a transfer that waited is never made."""


def transferred(work: PaymentWork, payment: Payment) -> list[PaymentOperation]:
    """The transfers of the lesson that reached the instructor, a dispute's repayments included."""
    return [
        operation
        for matter in (Matter.LESSON, Matter.CHARGEBACK)
        for operation in work.payment_operations.of(payment.payment_id, matter)
        if operation.kind is OperationKind.TRANSFER and operation.state is OperationState.SUCCEEDED
    ]


def taken_back(work: PaymentWork, payment: Payment) -> dict[str, int]:
    """What was, or is being, taken back of each transfer, in cents."""
    taken: dict[str, int] = {}
    for matter in (Matter.REFUND, Matter.CHARGEBACK):
        for operation in work.payment_operations.of(payment.payment_id, matter):
            if operation.kind is OperationKind.REVERSE and (
                operation.state is not OperationState.FAILED
            ):
                before = taken.get(operation.target, 0)
                taken[operation.target] = before + operation.amount.cents
    return taken


def unreversed(work: PaymentWork, payment: Payment) -> Money:
    """What the instructor got for the lesson and need not give back already. Source: PY-53.

    A refund that the instructor bears counts from its order on, whether or not its reversal works.
    """
    paid = sum(each.amount.cents for each in transferred(work, payment))
    due = sum(
        each.plan.reversed.cents
        for each in work.refunds.of(payment.payment_id)
        if each.counts or each.booked
    )
    disputed = sum(
        operation.amount.cents
        for operation in work.payment_operations.of(payment.payment_id, Matter.CHARGEBACK)
        if operation.kind is OperationKind.REVERSE and operation.state is not OperationState.FAILED
    )
    return Money(max(0, paid - due - disputed))


def reversals(
    work: PaymentWork, payment: Payment, amount: Money
) -> Iterator[tuple[str, str, Money]]:
    """How *amount* is taken back: a leg's name, the transfer, and what of it, oldest first."""
    taken, left = taken_back(work, payment), amount
    for number, transfer in enumerate(transferred(work, payment), start=1):
        name = transfer.processor_ref or ""
        there = Money(max(0, transfer.amount.cents - taken.get(name, 0)))
        part = min(left, there)
        if part:
            left = left - part
            yield f"{number}", name, part
        if left == NOTHING:
            return


def owed_transfers(work: PaymentWork, payment: Payment) -> list[PaymentOperation]:
    """What waits to be sent to the instructor, or was refused for good, leg by leg."""
    every = work.payment_operations.of(payment.payment_id)
    return [
        each
        for each in latest_of_legs(every, OperationKind.TRANSFER)
        if each.state is OperationState.PLANNED
        or (each.state is OperationState.FAILED and each.error_code != DISPUTE_LOST)
    ]


def went_on_without(payment: Payment, refund: PaymentOperation) -> bool:
    """Whether *refund* gave back a LOCK whose lesson went on: its card is asked anew. PY-19."""
    hold = payment.hold
    if hold is None or hold.intent != refund.target:
        return True
    undecided = payment.outcome is None and payment.closing is None
    return hold.status is HoldStatus.REFUNDED and undecided


def stuck_locks(work: PaymentWork, payment: Payment) -> list[PaymentOperation]:
    """The refunds of LOCKs that came to nothing, which no card took. Source: PY-54, PY-58."""
    every = work.payment_operations.of(payment.payment_id)
    return [
        each
        for each in latest_of_legs(every, OperationKind.REFUND)
        if each.stuck and went_on_without(payment, each)
    ]


def look_on(work: PaymentWork, payment: Payment, *, refunds: bool = True, at: datetime) -> Payment:
    """What a person looked into before a dispute is still theirs afterwards. Source: PY-58.

    Without *refunds* nobody needs those that failed: the bank gave the money back.
    """
    failed = work.refunds.of(payment.payment_id) if refunds else ()
    if any(each.state is RefundState.FAILED for each in failed):
        return look_into(payment, REFUND_FAILED, at=at)
    if stuck_locks(work, payment):
        return look_into(payment, REFUND_FAILED, at=at)
    every = work.payment_operations.of(payment.payment_id, Matter.REFUND)
    if any(each.stuck for each in latest_of_legs(every, OperationKind.REVERSE)):
        return look_into(payment, REVERSAL_FAILED, at=at)
    return payment
