"""Show a student the money of every lesson. Source: PY-70."""

from instainstru_core.accounts.ids import StudentId
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.queries import PaymentReads
from instainstru_core.payments.statements.transactions import Transaction, transaction_of


def read_transactions(
    student_id: StudentId, page: PageRequest, *, read: Begin[PaymentReads]
) -> Page[Transaction]:
    """A row for each lesson that the student checked out, the latest lesson first.

    Raises:
        Malformed: The page's cursor belongs to another list.
    """
    with read() as reads:
        found = reads.statement_queries.paid(student_id, page)
    return Page(items=[transaction_of(each) for each in found.items], next_cursor=found.next_cursor)
