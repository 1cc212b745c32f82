"""Say whether a student may book, whatever the rules made of it. Source: PY-57, PY-71."""

from datetime import datetime

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.terms import Standing
from instainstru_core.payments.debts.errors import DebtOutstanding
from instainstru_core.payments.ports import PaymentWork


def set_standing(
    student_id: StudentId, standing: Standing, *, work: PaymentWork, at: datetime
) -> Standing:
    """Let the student's standing be ok, locked or restricted; what it was before.

    Raises:
        DebtOutstanding: It can't be ok while the student owes something.
    """
    before = work.standings.of(student_id)
    if standing is Standing.OK and work.debts.owed_by(student_id):
        raise DebtOutstanding("the student still owes something")
    if standing is not before:
        work.standings.set(student_id, standing, at=at)
    return before
