"""Act on news from the processor: look at the thing itself, and only go forward. Source: PY-65."""

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import PaymentNotFound, PayoutAccountNotFound
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.processor_events import ProcessorEvent
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.confirm_hold import confirm_hold
from instainstru_core.payments.use_cases.open_payout_account import refresh_payout_account


def process_processor_event(
    event: ProcessorEvent,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> None:
    """Bring what *event* names up to date; the same event again changes nothing.

    Of a hold that was refused, or replaced by a later one, there is nothing to do. Captures, voids
    and transfers are recorded from their own answers, so news of them only
    confirms what the sweeper would find.

    Raises:
        PaymentNotFound: No payment has such a hold, or not yet: the event is tried again.
        PayoutAccountNotFound: No instructor has such an account, or not yet.
        OutcomeUnknown: The processor didn't answer.
    """
    if event.type.startswith("payment_intent."):
        with begin() as work:
            asked = work.payment_operations.find_by_reference(event.object_id)
        if asked is None:
            raise PaymentNotFound(f"no payment asked for the hold {event.object_id}")
        confirm_hold(asked.payment_id, begin=begin, gateway=gateway, ids=ids, clock=clock)
    elif event.type == "account.updated":
        with begin() as work:
            account = work.connect_accounts.find_by_name(event.object_id)
        if account is None:
            raise PayoutAccountNotFound(f"no instructor has the account {event.object_id}")
        refresh_payout_account(account.instructor_id, begin=begin, gateway=gateway, clock=clock)
