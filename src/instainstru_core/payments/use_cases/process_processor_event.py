"""Act on news from the processor: look at the thing itself, and only go forward. Source: PY-65."""

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import PaymentNotFound
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.operation import Matter
from instainstru_core.payments.model.processor_events import ProcessorEvent, Subject
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.chargebacks.hear_dispute import hear_dispute
from instainstru_core.payments.use_cases.confirm_hold import confirm_hold
from instainstru_core.payments.use_cases.debts.hear_debt_charge import hear_debt_charge
from instainstru_core.payments.use_cases.payouts.hear_account import hear_account
from instainstru_core.payments.use_cases.payouts.hear_payout import hear_payout
from instainstru_core.payments.use_cases.refunds.hear_refund import hear_refund
from instainstru_core.payments.use_cases.tips.hear_tip_charge import hear_tip_charge


def process_processor_event(
    event: ProcessorEvent,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> None:
    """Bring what *event* names up to date; the same event again changes nothing. Source: PY-66.

    Of a hold that was refused, or replaced by a later one, there is nothing to do. Transfers and
    their reversals are recorded from their own answers, so news of them only confirms what the
    sweeper would find; so is what a charge gave back, whose refund has events of its own; a payout
    of the platform's own balance is posted by the reconciliation (PY-85), and a card form is read
    when its card is kept (PY-4).

    Raises:
        PaymentNotFound: No payment has such a hold or charge, or not yet: the event is tried again.
        PayoutAccountNotFound: No instructor has such an account, or not yet.
        ProcessorObjectUnknown: The processor knows no such dispute, or not yet.
        BankPayoutNotFound: The processor knows no such payout, or not yet.
        OutcomeUnknown: The processor didn't answer.
    """
    name = event.object_id
    match event.subject:
        case Subject.INTENT:
            _hear_intent(name, begin=begin, gateway=gateway, ids=ids, clock=clock)
        case Subject.REFUND:
            hear_refund(name, begin=begin, gateway=gateway, ids=ids, clock=clock)
        case Subject.DISPUTE:
            hear_dispute(name, begin=begin, gateway=gateway, ids=ids, clock=clock)
        case Subject.ACCOUNT:
            hear_account(event.account or name, begin=begin, gateway=gateway, clock=clock)
        case Subject.DEAUTHORISATION:
            account = event.account or name
            hear_account(account, deauthorised=True, begin=begin, gateway=gateway, clock=clock)
        case Subject.PAYOUT if event.account is not None:
            hear_payout(event.account, name, begin=begin, gateway=gateway, ids=ids, clock=clock)
        case _:
            pass


def _hear_intent(
    intent: str, *, begin: Begin[PaymentWork], gateway: PaymentGateway, ids: Ids, clock: Clock
) -> None:
    with begin() as work:
        asked = work.payment_operations.find_by_reference(intent)
    if asked is None:
        raise PaymentNotFound(f"no payment asked for {intent}")
    match asked.matter:
        case Matter.TIP:
            hear_tip_charge(asked, begin=begin, gateway=gateway, ids=ids, clock=clock)
        case Matter.DEBT:
            payment_id = asked.payment_id
            hear_debt_charge(payment_id, begin=begin, gateway=gateway, ids=ids, clock=clock)
        case _:
            confirm_hold(asked.payment_id, begin=begin, gateway=gateway, ids=ids, clock=clock)
