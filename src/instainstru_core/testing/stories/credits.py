"""Credit that is given and spent, as stories of money tell it.

A lesson costs $90.00, its fee is $10.80, and the instructor gets $76.50 of it.
"""

from datetime import datetime, timedelta

from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.credits.model import (
    CreditBalance,
    CreditLot,
    CreditPart,
    CreditSource,
)
from instainstru_core.payments.ids import CreditLotId
from instainstru_core.payments.ledger.credit_postings import STANDING
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.payments.use_cases.read_credits import read_credits
from instainstru_core.testing.strategies.payments import Till

LESSON, FEE, PAYOUT = 9000, 1080, 7650
DAY = timedelta(days=1)


def give(
    till: Till,
    cents: int,
    *,
    expires_at: datetime | None = None,
    never: bool = False,
    min_lesson_price: Money = NOTHING,
) -> CreditLot:
    """Goodwill for the student."""
    with till.begin() as work:
        lot = CreditLot.granted(
            till.ids.new(CreditLotId),
            student_id=till.student,
            source=CreditSource.GOODWILL,
            amount=Money(cents),
            at=till.clock.now(),
            expires_at=None if never else expires_at or till.clock.now() + 365 * DAY,
            min_lesson_price=min_lesson_price,
        )
        assert CreditTill(work, till.ids, till.clock.now()).grant(lot)
    return kept(till, lot)


def kept(till: Till, lot: CreditLot) -> CreditLot:
    """The lot as it is now."""
    with till.begin() as work:
        return work.credit_lots.get_for_update(lot.lot_id)


def balance(till: Till) -> CreditBalance:
    """What the student can spend now."""
    return read_credits(till.student, read=till.read, clock=till.clock).balance


def parts(till: Till) -> dict[CreditPart, int]:
    """Where the student's credit is; checked against the books, account by account (PY-84)."""
    with till.read() as reads:
        found = reads.credit_queries.parts_of(till.student)
    books = till.balances()
    for part, account in STANDING.items():
        assert -books.get(account, 0) == found[part].cents, (part, books)
    return {part: amount.cents for part, amount in found.items() if amount}


def paid(till: Till, *, credit: int, hours_ahead: float = 72) -> Booking:
    """A lesson paid with so much credit, and its card asked when that is due."""
    booking = till.hold(hours_ahead=hours_ahead)
    till.pay(booking, credit_cents=credit)
    return till.booking(booking)


def used(till: Till, booking: Booking) -> dict[CreditLotId, int]:
    """What the booking's payment has set aside, by lot."""
    with till.begin() as work:
        uses = work.credit_lots.used_by(till.payment(booking).payment_id)
    return {
        use.lot.lot_id: use.allocation.reserved.cents for use in uses if use.allocation.reserved
    }


def taught(till: Till, booking: Booking) -> Payment:
    """The lesson is given, and its money settled."""
    till.at(booking.lesson.ends_at)
    till.complete(till.booking(booking))
    till.after(hours=25)
    return till.payment(booking)
