"""Where credit is kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.payments.credits.model import (
    CreditAllocation,
    CreditBalance,
    CreditLot,
    CreditPart,
    CreditUse,
)
from instainstru_core.payments.credits.statement import StatementLine
from instainstru_core.payments.ids import CreditLotId, PaymentId


class CreditLots(Protocol):
    """Every grant of credit; what is read here is locked for this unit, in CR-4's order."""

    def add(self, lot: CreditLot) -> bool:
        """Keep a new lot; False: the same was granted before, and nothing is kept."""
        ...

    def save(self, lots: Sequence[CreditLot], uses: Sequence[CreditAllocation] = ()) -> None:
        """Keep *lots*, and what payments use of them, as they are now."""
        ...

    def get_for_update(self, lot_id: CreditLotId) -> CreditLot:
        """One lot.

        Raises:
            CreditNotFound: There is none.
        """
        ...

    def open_of(self, student_id: StudentId) -> Sequence[CreditLot]:
        """The student's lots of which something is pending or available, expired or not."""
        ...

    def used_by(self, payment_id: PaymentId) -> Sequence[CreditUse]:
        """The lots that the payment uses or used, with what it does of each."""
        ...

    def issued_by(self, payment_id: PaymentId) -> Sequence[CreditLot]:
        """The lots that were granted out of the payment, or for it."""
        ...

    def earned_by(self, booking_id: BookingId) -> Sequence[CreditLot]:
        """The lots that the lesson earned its student. Source: CR-10."""
        ...

    def of_ordinal(self, student_id: StudentId, ordinal: int) -> Sequence[CreditLot]:
        """What the student was granted for a lesson of this ordinal. Source: CR-10, CR-12."""
        ...

    def expirable(self, *, now: datetime, limit: int) -> Sequence[CreditLot]:
        """Lots of which something is available though they expired. Source: CR-14.

        Those that another unit holds are passed over.
        """
        ...

    def noticeable(self, *, now: datetime, limit: int) -> Sequence[CreditLot]:
        """Lots of which something runs out within 30 days, or 7, without notice. Source: CR-14.

        Those that another unit holds are passed over, and so are referral's (RF-21).
        """
        ...

    def spendable(self, student_id: StudentId, *, lesson_price: Money, now: datetime) -> Money:
        """What the student could pay of a lesson of that price; nothing is locked. Source: PR-5."""
        ...

    def lessons_completed(self, booking_id: BookingId) -> int:
        """How many lessons the booking's student completed, up to and with it. Source: CR-10."""
        ...


class CreditQueries(Protocol):
    """Credit as its student sees it."""

    def lots_of(self, student_id: StudentId, *, now: datetime) -> Sequence[CreditLot]:
        """The student's lots that can be spent at *now*, the first to expire first. Source: CR-4.

        Those that expire together come in the order they were granted.
        """
        ...

    def balance_of(self, student_id: StudentId, *, now: datetime) -> CreditBalance:
        """What the student can spend, has set aside, and will have. Source: CR-11."""
        ...

    def statement(self, student_id: StudentId, page: PageRequest) -> Page[StatementLine]:
        """Every movement of the student's credit, newest first."""
        ...

    def spendable(self, student_id: StudentId, *, lesson_price: Money, now: datetime) -> Money:
        """What the student could pay of a lesson of that price. Source: CR-4, PR-5."""
        ...

    def parts_of(self, student_id: StudentId) -> Mapping[CreditPart, Money]:
        """The sum of each part over all of the student's lots. Source: PY-84."""
        ...
