"""Look how a tip that waits for its cardholder stands, and go on. Source: PY-51, PY-65."""

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import TipId
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import ChargeResult
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.tips.model import TipState
from instainstru_core.payments.use_cases.carry_out import change_at
from instainstru_core.payments.use_cases.tips.record_tip import TipDesk


def hear_tip(
    tip_id: TipId,
    payment: Payment,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> ChargeResult | None:
    """How the tip's latest attempt stands at the processor, recorded if that is news.

    Only forward: what is over already is not looked at.

    Raises:
        TipNotFound: There is none.
        OutcomeUnknown: The processor didn't answer.
    """
    with begin() as work:
        tip = work.tips.get(tip_id)
    if tip.state is not TipState.REQUIRES_ACTION or tip.intent is None:
        return None
    intent = tip.intent
    seen = gateway.find_charge(intent)
    if seen is None:
        return None

    def decide(work: PaymentWork, desk: TipDesk, payment: Payment) -> Payment:
        current = work.tips.get(tip_id)
        if current.intent == intent:
            desk.hear(current, payment, seen)
        return payment

    change_at(TipDesk, payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)
    return seen
