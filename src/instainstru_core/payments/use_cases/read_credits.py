"""Look at a student's credit. Source: CR-11."""

from collections.abc import Sequence

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.credits.model import CreditBalance, CreditLot
from instainstru_core.payments.queries import PaymentReads


@frozen(kw_only=True)
class CreditsOf:
    """A student's balance, and the lots it comes from, the first to expire first."""

    balance: CreditBalance
    lots: Sequence[CreditLot]


def read_credits(student_id: StudentId, *, read: Begin[PaymentReads], clock: Clock) -> CreditsOf:
    """What the student can spend now."""
    now = clock.now()
    with read() as reads:
        lots = reads.credit_queries.lots_of(student_id, now=now)
        balance = reads.credit_queries.balance_of(student_id, now=now)
    return CreditsOf(balance=balance, lots=lots)
