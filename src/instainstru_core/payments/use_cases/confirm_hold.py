"""Finish a hold that its cardholder had to confirm: ask how it went. Source: PY-9."""

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import Authorised, Declined
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import change
from instainstru_core.payments.use_cases.record_answer import Desk


def confirm_hold(
    payment_id: PaymentId,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> Payment:
    """Look at the hold, and go on from what it is now; only ever forward (PY-65).

    Raises:
        PaymentNotFound: There is no such payment.
        OutcomeUnknown: The processor didn't answer.
    """
    with begin() as work:
        payment = work.payments.get(payment_id)
    hold = payment.hold
    if hold is None or hold.status is not HoldStatus.REQUIRES_ACTION:
        return payment
    seen = gateway.find_authorisation(hold.intent)

    def decide(_work: PaymentWork, desk: Desk, payment: Payment) -> Payment:
        current = payment.hold
        if current is None or current.intent != hold.intent:
            return payment
        if current.status is not HoldStatus.REQUIRES_ACTION or payment.closing is not None:
            return payment
        match seen:
            case Authorised():
                return desk.grant(current.hold_id, payment, seen)
            case Declined():
                return desk.refuse(payment, seen)
            case _:
                return payment

    return change(payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)
