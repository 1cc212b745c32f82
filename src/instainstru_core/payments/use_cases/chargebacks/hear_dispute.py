"""The processor tells of a disputed charge: look at it, and only go forward.

Source: PY-56, PY-57.
"""

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.chargebacks.model import Chargeback, ChargebackStatus, status_of
from instainstru_core.payments.errors import (
    OutcomeUnknown,
    PaymentNotFound,
    ProcessorObjectUnknown,
)
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import ChargebackId
from instainstru_core.payments.model.operation import (
    IN_FLIGHT,
    Matter,
    OperationKind,
    PaymentOperation,
)
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import DisputeSeen
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import carry_out, change_at
from instainstru_core.payments.use_cases.chargebacks.record_chargeback import ChargebackDesk
from instainstru_core.payments.use_cases.refunds.record_refund import RefundDesk


def hear_dispute(
    dispute: str,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> None:
    """Bring the chargeback that the processor calls *dispute* up to date; again changes nothing.

    What was never heard of before is opened first, however late it is heard. A transfer or a
    refund that was sent and not answered is asked for first: whether the payout can be held, or
    must be taken back, hangs on them. Source: PY-65.

    Raises:
        ProcessorObjectUnknown: There is no such dispute, or not yet: the event is tried again.
        PaymentNotFound: Nothing was paid with the charge, or not yet.
        OutcomeUnknown: The processor didn't answer: the event is tried again.
    """
    seen = gateway.find_dispute(dispute)
    if seen is None:
        raise ProcessorObjectUnknown(f"the processor knows no dispute {dispute}")
    with begin() as work:
        asked = work.payment_operations.find_by_reference(seen.intent)
        if asked is None:
            raise PaymentNotFound(f"no payment asked for {seen.intent}")
        payment = work.payments.get(asked.payment_id)
        transfers, refunds = _transfers_under_way(payment, work), _refunds_under_way(payment, work)
    if transfers:
        carry_out(transfers, payment, begin=begin, gateway=gateway, ids=ids, clock=clock)
    if refunds:
        carry_out(
            refunds, payment, begin=begin, gateway=gateway, ids=ids, clock=clock, desk=RefundDesk
        )

    def decide(work: PaymentWork, desk: ChargebackDesk, payment: Payment) -> Payment:
        if _transfers_under_way(payment, work) or _refunds_under_way(payment, work):
            raise OutcomeUnknown("money is on its way")
        chargeback = work.chargebacks.find(seen.dispute)
        if chargeback is None:
            chargeback = Chargeback.heard(
                ids.new(ChargebackId),
                payment.payment_id,
                seen,
                beside=asked.matter is not Matter.LESSON,
            )
            if status_of(seen) is ChargebackStatus.INQUIRY:
                return desk.hear_inquiry(chargeback, payment)
        return _forward(chargeback, payment, seen, work, desk)

    change_at(ChargebackDesk, payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)


def _transfers_under_way(payment: Payment, work: PaymentWork) -> list[PaymentOperation]:
    """The lesson's transfers that were sent, and that nobody knows the end of."""
    return [
        each
        for each in work.payment_operations.of(payment.payment_id)
        if each.kind is OperationKind.TRANSFER and each.state in IN_FLIGHT
    ]


def _refunds_under_way(payment: Payment, work: PaymentWork) -> list[PaymentOperation]:
    """The refunds that were ordered and not answered: a disputed charge may refuse them."""
    return [
        each
        for each in work.payment_operations.of(payment.payment_id, Matter.REFUND)
        if each.kind is OperationKind.REFUND and each.state in IN_FLIGHT
    ]


def _forward(
    chargeback: Chargeback,
    payment: Payment,
    seen: DisputeSeen,
    work: PaymentWork,
    desk: ChargebackDesk,
) -> Payment:
    """Go as far as the dispute is by now, one step after the other."""
    status = status_of(seen)
    if not chargeback.leads_to(status):
        return payment
    if status is ChargebackStatus.CLOSED:
        return desk.drop(chargeback, payment)
    if chargeback.status is ChargebackStatus.INQUIRY:
        payment = desk.open(chargeback, payment, seen)
        chargeback = work.chargebacks.get(chargeback.chargeback_id)
    if status is ChargebackStatus.WON:
        return desk.win(chargeback, payment)
    if status is ChargebackStatus.LOST:
        return desk.lose(chargeback, payment)
    return payment
