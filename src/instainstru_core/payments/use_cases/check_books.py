"""Check that the books sum to zero and agree with payments and credit. Source: PY-83…PY-86."""

from datetime import datetime

from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import BooksDontBalance
from instainstru_core.payments.events import LedgerBreached
from instainstru_core.payments.ledger.model import TrialBalance
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.queries import PaymentReads


def check_books(*, read: Begin[PaymentReads], now: datetime) -> TrialBalance:
    """The trial balance as of *now*.

    Raises:
        BooksDontBalance: They don't sum to zero, a settled payment is not cleared, or a student's
            credit is not what their lots say.
    """
    with read() as reads:
        balance = reads.ledger_queries.trial_balance()
    if not balance.balanced:
        raise BooksDontBalance(
            now, balance.imbalance_cents, balance.unsettled, balance.credit_mismatches
        )
    return balance


def watch_books(
    *, begin: Begin[PaymentWork], read: Begin[PaymentReads], clock: Clock
) -> TrialBalance:
    """Check the books; a breach is told of once, and no transfer is begun until it is mended.

    Raises:
        BooksDontBalance: As `check_books` says.
    """
    now = clock.now()
    try:
        balance = check_books(read=read, now=now)
    except BooksDontBalance as breach:
        news = LedgerBreached(
            imbalance_cents=breach.imbalance_cents,
            unsettled=breach.unsettled,
            credit_mismatches=breach.credit_mismatches,
            occurred_at=now,
        )
        with begin() as work:
            work.ledger.open_breach(news)
        raise
    with begin() as work:
        work.ledger.close_breach(at=now)
    return balance
