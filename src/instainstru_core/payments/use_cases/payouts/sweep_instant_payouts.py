"""Repeat the instant payouts that were never answered. Source: PY-62."""

from contextlib import suppress

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.payouts.call_instant_payout import call_instant_payout

MAX_AT_ONCE = 20


def sweep_instant_payouts(
    *, begin: Begin[PaymentWork], gateway: PaymentGateway, ids: Ids, clock: Clock
) -> int:
    """Ask again for every overdue one, with its own key; how many were asked for."""
    with begin() as work:
        overdue = work.instant_payouts.overdue(now=clock.now(), limit=MAX_AT_ONCE)
    for payout_id in overdue:
        with begin() as work:
            payout = work.instant_payouts.get_for_update(payout_id)
            if payout.finished or payout.next_attempt_at > clock.now():
                continue
            payout = payout.ask_again(at=clock.now())
            work.instant_payouts.save(payout)
        with suppress(OutcomeUnknown):
            call_instant_payout(payout, begin=begin, gateway=gateway, ids=ids, clock=clock)
    return len(overdue)
