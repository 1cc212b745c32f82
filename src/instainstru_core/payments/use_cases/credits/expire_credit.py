"""Let credit run out, every night. Source: CR-14."""

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.credits.till import CreditTill

_AT_ONCE = 50


def expire_credit(*, begin: Begin[PaymentWork], ids: Ids, clock: Clock) -> int:
    """Expire what is available and past its time, some lots per unit; how many lots it was."""
    total = 0
    while True:
        with begin() as work:
            now = clock.now()
            till = CreditTill(work, ids, now)
            lots = work.credit_lots.expirable(now=now, limit=_AT_ONCE)
            for lot in lots:
                till.expire(lot)
        total += len(lots)
        if len(lots) < _AT_ONCE:
            return total
