"""Every hour: is our account of the processor its balance? Source: PY-84, PY-86."""

from datetime import datetime, timedelta
from typing import Final

from attrs import evolve

from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import BooksGateway
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.reconciliation.balance import SETTLING, agreed, finding
from instainstru_core.payments.reconciliation.events import BalanceDiffers
from instainstru_core.payments.reconciliation.model import Item, day_of
from instainstru_core.payments.use_cases.reconciliation.reconcile_day import FIRST_DAY, parts

_OVERLAP: Final = timedelta(hours=1)
_AHEAD: Final = timedelta(minutes=1)
"""How far the processor's clock may be ahead of ours."""


def watch_balance(*, begin: Begin[PaymentWork], gateway: BooksGateway, clock: Clock) -> Item | None:
    """Compare with the balance that the processor states; what is open about it, if anything.

    A difference that nothing explains is an item of the latest run and told of once, until both
    agree or an operator explains it. Nothing is compared before the first night, or while the
    balance moves under the comparison: the next hour does.

    Raises:
        OutcomeUnknown: The processor did not answer.
    """
    now = clock.now()
    with begin() as work:
        day = work.reconciliations.latest_day()
    if day is None or (told := _take_in(begin=begin, gateway=gateway, now=now)) is None:
        return None
    with begin() as work:
        kept = work.reconciliations
        known = kept.open_balance()
        facts = kept.balance_facts(since=now - SETTLING)
        beyond = facts.unexplained(told)
        if not beyond:
            if known is not None:
                kept.save_item(evolve(known, resolution=agreed(now)))
            return None
        if known is not None:
            return known
        found = finding(day, facts, told, at=now)
        kept.add_item(found)
        kept.tell(BalanceDiffers(day=day, difference_cents=beyond, occurred_at=now))
        return found


def _take_in(*, begin: Begin[PaymentWork], gateway: BooksGateway, now: datetime) -> int | None:
    """Keep the latest movements; the balance, if it stood still meanwhile."""
    with begin() as work:
        latest = work.reconciliations.latest_import()
    since = day_of(FIRST_DAY)[0] if latest is None else latest - _OVERLAP
    before = gateway.balance()
    for part in parts(gateway.balance_transactions(since=since, until=now + _AHEAD)):
        with begin() as work:
            work.reconciliations.import_transactions(part)
    return before if gateway.balance() == before else None
