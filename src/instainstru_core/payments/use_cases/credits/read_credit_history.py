"""Look at what moved a student's credit. Source: spec 02 §5, §6."""

from instainstru_core.accounts.ids import StudentId
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.credits.statement import StatementLine
from instainstru_core.payments.queries import PaymentReads


def read_credit_history(
    student_id: StudentId, page: PageRequest, *, read: Begin[PaymentReads]
) -> Page[StatementLine]:
    """Every movement of what the student can spend, newest first."""
    with read() as reads:
        return reads.credit_queries.statement(student_id, page)
