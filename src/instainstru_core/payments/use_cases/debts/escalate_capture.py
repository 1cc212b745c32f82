"""Three days without money: pay who taught, and let the student owe it. Source: PY-24, PY-25."""

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.holds import FailureKind
from instainstru_core.payments.model.payment import CAPTURE_GIVE_UP_AFTER, Payment, PaymentState
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import change_at
from instainstru_core.payments.use_cases.debts.record_debt import DebtDesk


def escalate_capture(
    payment: Payment,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> Payment:
    """Escalate a capture that failed three days ago; before that, and again, nothing changes.

    Raises:
        OutcomeUnknown: The advance was not answered; the sweeper asks again.
    """

    def decide(_work: PaymentWork, desk: DebtDesk, payment: Payment) -> Payment:
        failure = payment.failure
        if (
            failure is None
            or failure.kind is not FailureKind.CAPTURE
            or payment.state is not PaymentState.PAYMENT_METHOD_REQUIRED
            or clock.now() - failure.first_at < CAPTURE_GIVE_UP_AFTER
        ):
            return payment
        return desk.escalate(payment)

    return change_at(DebtDesk, payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)
