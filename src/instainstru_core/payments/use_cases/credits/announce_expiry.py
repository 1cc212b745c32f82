"""Tell students in time that their credit runs out. Source: CR-14."""

from attrs import evolve

from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.credits.events import CreditExpiring
from instainstru_core.payments.credits.model import notice_due
from instainstru_core.payments.ports import PaymentWork

_AT_ONCE = 50


def announce_expiry(*, begin: Begin[PaymentWork], clock: Clock) -> int:
    """Record `credit.expiring` once 30 days before, and once 7 days before; how many it was."""
    total = 0
    while True:
        with begin() as work:
            now = clock.now()
            lots = work.credit_lots.noticeable(now=now, limit=_AT_ONCE)
            told = []
            for lot in lots:
                days = notice_due(lot, now)
                if days is None or lot.expires_at is None:
                    continue
                news = CreditExpiring(
                    occurred_at=now,
                    lot_id=lot.lot_id,
                    student_id=lot.student_id,
                    amount=lot.available,
                    expires_at=lot.expires_at,
                    days=days,
                )
                told.append(evolve(lot, noticed=days).recording(news))
            work.credit_lots.save(told)
        total += len(told)
        if len(lots) < _AT_ONCE:
            return total
