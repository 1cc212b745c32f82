"""What screens read of payments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from attrs import frozen

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.credits.ports import CreditQueries
from instainstru_core.payments.debts.ports import DebtQueries
from instainstru_core.payments.ledger.ports import ChainQueries, LedgerQueries
from instainstru_core.payments.model.cards import ConnectAccount, SavedCard
from instainstru_core.payments.model.health import AuthorisationHealth
from instainstru_core.payments.model.operation import PaymentOperation
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.planner import final_plan
from instainstru_core.payments.office.queries import OfficeQueries
from instainstru_core.payments.payouts.ports import PayoutQueries
from instainstru_core.payments.reconciliation.ports import ReconciliationQueries
from instainstru_core.payments.statements.ports import StatementQueries
from instainstru_core.payments.tips.ports import TipQueries


@frozen(kw_only=True)
class PaymentView:
    """A lesson's money as its parties see it: the payment and what the processor was asked for.

    *booked* is what the books say that the instructor has of the lesson: sent and not taken back,
    or owed; it is read for the instructor alone, and without tips.
    """

    payment: Payment
    operations: tuple[PaymentOperation, ...]
    card: SavedCard | None
    booked: Money = NOTHING

    @property
    def payout(self) -> Money:
        """What the instructor gets of the lesson: once it ended, what the books say. PY-68."""
        if self.payment.outcome is not None:
            return self.booked
        planned = final_plan(self.payment)
        return self.payment.breakdown.payout if planned is None else planned.payout


@frozen(kw_only=True)
class Earned:
    """What an instructor's account was paid for lessons, less what was taken back. Source: BK-46.

    Money counts when it moves, not when the lesson was.
    """

    total: Money
    within: Money


class PaymentQueries(Protocol):
    """Payments as their parties see them."""

    def of_booking(self, booking_id: BookingId, *, viewer: AccountId) -> PaymentView | None:
        """The money of the booking; None where there is none, or *viewer* is not a party to it."""
        ...

    def of_lesson(self, booking_id: BookingId, *, viewer: AccountId) -> PaymentView | None:
        """The money of the booking, or of the one that it was moved to. Source: PY-1."""
        ...

    def earned(self, instructor_id: InstructorId, within: Interval) -> Earned:
        """What the instructor was paid in all, and *within* an interval."""
        ...

    def authorisations(self, *, now: datetime) -> AuthorisationHealth:
        """How the holds that fell due by *now* are doing."""
        ...

    def cards(self, student_id: StudentId) -> Sequence[SavedCard]:
        """The student's cards, the default first, then the newest."""
        ...

    def payout_account(self, instructor_id: InstructorId) -> ConnectAccount | None:
        """The instructor's account at the processor, as last seen."""
        ...


class PaymentReads(Protocol):
    """What can be read of payments without a unit of work."""

    @property
    def payment_queries(self) -> PaymentQueries:
        """Payments as their parties see them."""
        ...

    @property
    def credit_queries(self) -> CreditQueries:
        """Credit as its student sees it."""
        ...

    @property
    def debt_queries(self) -> DebtQueries:
        """What students owe, as they see it."""
        ...

    @property
    def tip_queries(self) -> TipQueries:
        """Tips as their parties see them."""
        ...

    @property
    def payout_queries(self) -> PayoutQueries:
        """Payouts to banks, to be read."""
        ...

    @property
    def statement_queries(self) -> StatementQueries:
        """Lessons with their money, for those whose money it is."""
        ...

    @property
    def office_queries(self) -> OfficeQueries:
        """Payments as operators see them."""
        ...

    @property
    def ledger_queries(self) -> LedgerQueries:
        """The books."""
        ...

    @property
    def reconciliation_queries(self) -> ReconciliationQueries:
        """Comparisons with the processor."""
        ...

    @property
    def chain_queries(self) -> ChainQueries:
        """The chain of sealed journals."""
        ...
