"""Every night at 04:00 UTC: reconcile yesterday, and what was slept through. Source: PY-85."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Final

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import BooksGateway
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.reconciliation.model import Run
from instainstru_core.payments.use_cases.reconciliation.reconcile_day import reconcile_day

MOST_DAYS: Final = 31
"""How many nights one night makes up for."""


def reconcile_due(
    *, begin: Begin[PaymentWork], gateway: BooksGateway, ids: Ids, clock: Clock
) -> Sequence[Run]:
    """A run for each day that is over since the latest run, yesterday's in any case.

    Raises:
        OutcomeUnknown: The processor did not answer.
    """
    with begin() as work:
        latest = work.reconciliations.latest_day()
    yesterday = clock.now().astimezone(UTC).date() - timedelta(days=1)
    first = yesterday if latest is None else min(latest + timedelta(days=1), yesterday)
    days = [first + timedelta(days=n) for n in range((yesterday - first).days + 1)]
    return [
        reconcile_day(day, begin=begin, gateway=gateway, ids=ids, clock=clock)
        for day in days[-MOST_DAYS:]
    ]
