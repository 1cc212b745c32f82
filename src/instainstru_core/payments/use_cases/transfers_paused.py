"""Whether money may leave for an instructor's account now. Source: PY-73, PY-86."""

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.payments.ports import PaymentWork


def transfers_paused(work: PaymentWork, instructor_id: InstructorId) -> bool:
    """Whether transfers to the instructor wait in instructor_payable.

    They do while the books don't balance (PY-86), while an operator or a rule holds them, and while
    the instructor is suspended (PY-73).
    """
    if work.ledger.is_breached() or work.payout_holds.find(instructor_id) is not None:
        return True
    return not work.instructors.get(instructor_id).status_active
