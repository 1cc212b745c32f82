"""Act on the processor's news of a tip's charge. Source: PY-65, PY-66."""

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.operation import PaymentOperation
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.tips.hear_tip import hear_tip
from instainstru_core.payments.use_cases.tips.record_tip import tip_named


def hear_tip_charge(
    charge: PaymentOperation,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> None:
    """Bring the tip that *charge* paid, or is to pay, up to date; again changes nothing.

    That its transfer is not answered is the sweeper's.

    Raises:
        OutcomeUnknown: The processor didn't say how the charge stands.
    """
    tip_id = tip_named(charge)
    with begin() as work:
        payment = work.payments.get(charge.payment_id)
        before = work.tips.get(tip_id)
    try:
        hear_tip(tip_id, payment, begin=begin, gateway=gateway, ids=ids, clock=clock)
    except OutcomeUnknown:
        with begin() as work:
            after = work.tips.get(tip_id)
        if after.state is before.state:
            raise
