"""Show a student what they owe, and what that keeps them from. Source: PY-26, PY-71."""

from collections.abc import Sequence

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.debts.model import StudentDebt
from instainstru_core.payments.queries import PaymentReads


@frozen(kw_only=True)
class WhatIsOwed:
    """A student's debts, the latest first, and their standing."""

    debts: Sequence[StudentDebt]
    standing: Standing

    @property
    def owed(self) -> Money:
        """What they owe in all."""
        return Money(sum(debt.owed.cents for debt in self.debts))


def read_debts(student_id: StudentId, *, read: Begin[PaymentReads]) -> WhatIsOwed:
    """All debts, those that were paid included."""
    with read() as reads:
        return WhatIsOwed(
            debts=reads.debt_queries.debts_of(student_id),
            standing=reads.debt_queries.standing_of(student_id),
        )
