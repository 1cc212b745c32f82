"""Where debts and standings are kept. Source: PY-26, PY-71."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.money import Money
from instainstru_core.payments.debts.model import StudentDebt
from instainstru_core.payments.ids import DebtId, PaymentId


class Debts(Protocol):
    """What students owe. The payment's lock guards a debt, the standing's what they owe in all."""

    def add(self, debt: StudentDebt) -> None:
        """Keep a new debt; one for the same payment and cause again is passed over."""
        ...

    def save(self, debt: StudentDebt) -> None:
        """Keep the debt as it is now.

        Raises:
            DebtNotFound: There is none.
        """
        ...

    def get(self, debt_id: DebtId) -> StudentDebt:
        """The debt as it stands.

        Raises:
            DebtNotFound: There is none.
        """
        ...

    def get_for_update(self, debt_id: DebtId) -> StudentDebt:
        """The debt, locked for this unit; its payment was locked before.

        Raises:
            DebtNotFound: There is none.
        """
        ...

    def of_payment(self, payment_id: PaymentId) -> Sequence[StudentDebt]:
        """The debts for one payment, oldest first; its lock guards them."""
        ...

    def owed_by(self, student_id: StudentId) -> Money:
        """What the student owes in all."""
        ...


class Standings(Protocol):
    """Whether a student may book. Source: PY-71."""

    def of(self, student_id: StudentId) -> Standing:
        """Ok, locked or restricted as it was set, locked for this unit; debts count apart."""
        ...

    def set(self, student_id: StudentId, standing: Standing, *, at: datetime) -> None:
        """Let it be *standing* from now on."""
        ...


class DebtQueries(Protocol):
    """Debts as screens show them."""

    def debts_of(self, student_id: StudentId) -> Sequence[StudentDebt]:
        """The student's debts, the latest first."""
        ...

    def standing_of(self, student_id: StudentId) -> Standing:
        """What keeps the student from booking: as it was set, else in debt while they owe."""
        ...
