"""Debts and standings in memory."""

from collections.abc import Sequence
from datetime import datetime

from attrs import define

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.money import Money
from instainstru_core.payments.debts.errors import DebtNotFound
from instainstru_core.payments.debts.model import StudentDebt
from instainstru_core.payments.ids import DebtId, PaymentId
from instainstru_core.testing.memory.tables import Tables


def _debts(tables: Tables) -> dict[DebtId, StudentDebt]:
    return tables.of("student_debts", DebtId, StudentDebt)


def _owed(tables: Tables, student_id: StudentId) -> Money:
    mine = [each.owed.cents for each in _debts(tables).values() if each.student_id == student_id]
    return Money(sum(mine))


def standing_in(tables: Tables, student_id: StudentId) -> Standing:
    """What keeps the student from booking: as it was set, else in debt while they owe."""
    kept = tables.of("payment_standings", StudentId, Standing).get(student_id, Standing.OK)
    return Standing.IN_DEBT if kept is Standing.OK and _owed(tables, student_id) else kept


@define
class InMemoryDebts:
    """The `Debts` port."""

    _tables: Tables

    def add(self, debt: StudentDebt) -> None:
        known = {each.cause for each in self.of_payment(debt.payment_id)}
        if debt.cause not in known:
            _debts(self._tables)[debt.debt_id] = debt

    def save(self, debt: StudentDebt) -> None:
        self.get(debt.debt_id)
        _debts(self._tables)[debt.debt_id] = debt

    def get(self, debt_id: DebtId) -> StudentDebt:
        if (found := _debts(self._tables).get(debt_id)) is None:
            raise DebtNotFound("there is no such debt")
        return found

    def get_for_update(self, debt_id: DebtId) -> StudentDebt:
        return self.get(debt_id)

    def of_payment(self, payment_id: PaymentId) -> Sequence[StudentDebt]:
        return sorted(
            (each for each in _debts(self._tables).values() if each.payment_id == payment_id),
            key=lambda debt: debt.debt_id,
        )

    def owed_by(self, student_id: StudentId) -> Money:
        return _owed(self._tables, student_id)


@define
class InMemoryStandings:
    """The `Standings` port."""

    _tables: Tables

    def of(self, student_id: StudentId) -> Standing:
        kept = self._tables.of("payment_standings", StudentId, Standing)
        return kept.get(student_id, Standing.OK)

    def set(self, student_id: StudentId, standing: Standing, *, at: datetime) -> None:  # noqa: ARG002
        self._tables.of("payment_standings", StudentId, Standing)[student_id] = standing


@define
class InMemoryDebtQueries:
    """The `DebtQueries` query."""

    _tables: Tables

    def debts_of(self, student_id: StudentId) -> Sequence[StudentDebt]:
        return sorted(
            (each for each in _debts(self._tables).values() if each.student_id == student_id),
            key=lambda debt: debt.debt_id,
            reverse=True,
        )

    def standing_of(self, student_id: StudentId) -> Standing:
        return standing_in(self._tables, student_id)
