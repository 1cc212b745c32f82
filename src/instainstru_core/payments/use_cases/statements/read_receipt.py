"""Show what was paid for a lesson. Source: PY-55."""

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.queries import PaymentReads
from instainstru_core.payments.statements.errors import ReceiptNotFound
from instainstru_core.payments.statements.receipts import Receipt, receipt_of


def read_receipt(booking_id: BookingId, *, viewer: Principal, read: Begin[PaymentReads]) -> Receipt:
    """The receipt of the lesson, for its student, or for operators who may see payments.

    Raises:
        ReceiptNotFound: No card was charged for it yet; or it is not *viewer*'s to see.
    """
    with read() as reads:
        found = reads.statement_queries.of_booking(booking_id)
    if found is None:
        raise ReceiptNotFound("nothing was charged for the lesson")
    student_id, lesson = found
    mine = student_id.value == viewer.account_id.value
    receipt = receipt_of(lesson)
    if receipt is None or not (mine or viewer.may(Permission.VIEW_FINANCIALS)):
        raise ReceiptNotFound("nothing was charged for the lesson")
    return receipt
