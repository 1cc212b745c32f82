"""Record how a payout to a bank stands, and its journals, once each. Source: PY-48, PY-65."""

from datetime import datetime

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.payments.ledger.payout_postings import PayoutBookkeeper
from instainstru_core.payments.model.processor import BankPayout
from instainstru_core.payments.payouts.model import KnownPayout
from instainstru_core.payments.ports import PaymentWork


def record_payout(
    seen: BankPayout, instructor_id: InstructorId, *, work: PaymentWork, ids: Ids, at: datetime
) -> KnownPayout:
    """The payout as it is kept now; what was shown before is never gone back to."""
    before = work.bank_payouts.find_for_update(seen.payout)
    if before is None:
        known = KnownPayout(instructor_id=instructor_id, seen=seen)
    elif (known := before.as_seen(seen)) == before:
        return before
    work.bank_payouts.keep(known)
    books = PayoutBookkeeper(instructor_id, ids, at)
    work.ledger.post(books.paid_out(known.seen))
    if known.came_back:
        work.ledger.post(books.came_back(known.seen))
    return known
