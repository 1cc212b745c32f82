"""Look how a payment of a debt that waits for its cardholder stands. Source: PY-26, PY-65."""

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import ChargeResult
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import change_at
from instainstru_core.payments.use_cases.debts.record_debt import DebtDesk


def hear_debt_charge(
    payment_id: PaymentId,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> ChargeResult | None:
    """How what the payment's debts wait for stands now, recorded if that is news; None: nothing.

    Raises:
        PaymentNotFound: There is no such payment.
        OutcomeUnknown: The processor didn't answer.
    """
    with begin() as work:
        payment = work.payments.get(payment_id)
        waiting = [
            (debt.debt_id, debt.waiting.intent)
            for debt in work.debts.of_payment(payment_id)
            if debt.waiting is not None
        ]
    latest: ChargeResult | None = None
    for debt_id, intent in waiting:
        seen = gateway.find_charge(intent)
        if seen is None:
            continue
        answer = latest = seen

        def decide(work: PaymentWork, desk: DebtDesk, payment: Payment) -> Payment:
            debt = work.debts.get_for_update(debt_id)  # noqa: B023 - called in this very turn
            if debt.waiting is None or debt.waiting.intent != intent:  # noqa: B023 - likewise
                return payment
            return desk.hear(debt, payment, answer)  # noqa: B023 - likewise

        change_at(DebtDesk, payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)
    return latest
