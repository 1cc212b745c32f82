"""Every hour: renew the holds that would lapse while they are needed. Source: PY-16, spec 02 §7."""

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import change
from instainstru_core.payments.use_cases.record_answer import Desk
from instainstru_core.payments.use_cases.renew_hold import RENEW_BEFORE

MOST = 200
"""How many holds one run renews; the next hour goes on."""


def refresh_holds(
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> int:
    """Renew every hold that lapses within 12 hours; how many were looked at.

    One payment a unit. One that breaks something does not stop the others: what it raised is
    raised after all of them.
    """
    with begin() as work:
        lapsing = work.payments.lapsing(before=clock.now() + RENEW_BEFORE, limit=MOST)
    defect = None
    for payment_id in lapsing:
        try:
            refresh_hold(payment_id, begin=begin, gateway=gateway, ids=ids, clock=clock)
        except OutcomeUnknown:
            continue  # The sweeper asks again.
        except Exception as error:  # noqa: BLE001 - raised below, when the others had their turn
            defect = defect or error
    if defect is not None:
        raise defect
    return len(lapsing)


def refresh_hold(
    payment_id: PaymentId,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> Payment:
    """Renew one hold, if it lapses soon and is still needed.

    Raises:
        PaymentNotFound: There is no such payment.
        OutcomeUnknown: The processor didn't answer; the sweeper asks again.
    """
    with begin() as work:
        payment = work.payments.get(payment_id)

    def decide(_work: PaymentWork, desk: Desk, payment: Payment) -> Payment:
        return desk.renew_hold(payment)

    return change(payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)
