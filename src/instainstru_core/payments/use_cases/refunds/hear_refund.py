"""The processor tells of a refund: it may fail days after it was made. Source: PY-54, PY-65."""

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.operation import Matter, OperationKind, OperationState
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import RefundStatus
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.refunds.model import RefundState
from instainstru_core.payments.use_cases.carry_out import change, change_at
from instainstru_core.payments.use_cases.refunds.record_refund import RefundDesk, refund_named
from instainstru_core.payments.use_cases.tips.record_tip import TipDesk

FAILED_LATER = "failed_at_the_bank"


def hear_refund(
    reference: str,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> None:
    """Look at the refund that the processor calls *reference*, and only go forward.

    Such as stand well need nothing: what they moved is recorded from their own answers.

    Raises:
        OutcomeUnknown: The processor didn't answer.
    """
    seen = gateway.find_refund(reference)
    if seen is None or seen.status is not RefundStatus.FAILED:
        return
    with begin() as work:
        asked = work.payment_operations.find_by_reference(reference)
        if asked is None or asked.kind is not OperationKind.REFUND:
            return
        payment = work.payments.get(asked.payment_id)
        refund = work.refunds.find_by_reference(reference)
    match asked.matter:
        case Matter.LESSON:
            change(
                payment,
                lambda work, desk, payment: desk.refund_failed(
                    work.payment_operations.get(asked.operation_id), payment, FAILED_LATER
                ),
                begin=begin,
                gateway=gateway,
                ids=ids,
                clock=clock,
            )
        case Matter.TIP:
            change_at(
                TipDesk,
                payment,
                lambda work, desk, payment: desk.fall_through(
                    work.payment_operations.get(asked.operation_id), payment, FAILED_LATER
                ),
                begin=begin,
                gateway=gateway,
                ids=ids,
                clock=clock,
            )
    if refund is None:
        return
    refund_id = refund.refund_id

    def decide(work: PaymentWork, desk: RefundDesk, payment: Payment) -> Payment:
        refund = work.refunds.get(refund_id)
        if refund.state is not RefundState.SUCCEEDED or refund.reference != reference:
            return payment
        done = [
            each
            for each in work.payment_operations.of(payment.payment_id, Matter.REFUND)
            if each.kind is OperationKind.REFUND
            and each.state is OperationState.SUCCEEDED
            and refund_named(each) == refund_id
        ]
        return desk.fall_through(refund, done[-1], payment, FAILED_LATER)

    change_at(RefundDesk, payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)
