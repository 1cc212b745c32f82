"""Check that the books sum to zero and settled payments are cleared. Source: PY-86."""

from datetime import datetime

from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import BooksDontBalance
from instainstru_core.payments.ledger.model import TrialBalance
from instainstru_core.payments.queries import PaymentReads


def check_books(*, read: Begin[PaymentReads], now: datetime) -> TrialBalance:
    """The trial balance as of *now*.

    Raises:
        BooksDontBalance: They don't sum to zero, or a settled payment is not cleared.
    """
    with read() as reads:
        balance = reads.ledger_queries.trial_balance()
    if not balance.balanced:
        raise BooksDontBalance(now, balance.imbalance_cents, balance.unsettled)
    return balance
