"""What payments needs from the world."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.terms import Standing
from instainstru_core.catalog.ports import CatalogWork
from instainstru_core.due_work.ports import DueWork
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.ports import InstructorWork
from instainstru_core.payments.chargebacks.ports import Chargebacks
from instainstru_core.payments.credits.ports import CreditLots
from instainstru_core.payments.debts.ports import Debts, Standings
from instainstru_core.payments.ids import CardId, OperationId, PaymentId
from instainstru_core.payments.ledger.ports import Ledger, Seals
from instainstru_core.payments.model.cards import ConnectAccount, SavedCard
from instainstru_core.payments.model.operation import Matter, PaymentOperation
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.payouts.ports import BankPayouts, InstantPayouts, PayoutHolds
from instainstru_core.payments.reconciliation.ports import Reconciliations
from instainstru_core.payments.refunds.ports import Refunds
from instainstru_core.payments.tips.ports import Tips
from instainstru_core.pricing.model.tiers import TierFacts
from instainstru_core.pricing.ports import PricingWork


class Payments(Protocol):
    """The money of every lesson."""

    def get(self, payment_id: PaymentId) -> Payment:
        """The payment as it stands.

        Raises:
            PaymentNotFound: There is none.
        """
        ...

    def get_for_update(self, payment_id: PaymentId) -> Payment:
        """The payment, locked for this unit. Who needs its booking too locks that first.

        Raises:
            PaymentNotFound: There is none.
        """
        ...

    def find_for_update(self, booking_id: BookingId) -> Payment | None:
        """The latest payment of the booking, locked for this unit; None: no checkout yet."""
        ...

    def owing(self, instructor_id: InstructorId) -> Sequence[PaymentId]:
        """The instructor's payments whose money was taken and not all paid out, oldest first."""
        ...

    def escalated(self, instructor_id: InstructorId) -> Sequence[PaymentId]:
        """The instructor's payments that no card paid and that are not settled. Source: PY-25."""
        ...

    def lapsing(self, *, before: datetime, limit: int) -> Sequence[PaymentId]:
        """Authorised payments, frozen or not, whose hold lapses by *before*; the soonest first.

        Without those whose end is decided. Source: PY-16, PY-41.
        """
        ...

    def add(self, payment: Payment) -> Payment:
        """Keep a new payment.

        Raises:
            OpenPaymentExists: The booking has an open one. Source: PY-1.
        """
        ...

    def save(self, payment: Payment) -> Payment:
        """Keep the payment, and its latest hold, as they are now.

        Raises:
            StaleAggregate: It changed since it was read.
        """
        ...


class PaymentOperations(Protocol):
    """Every intended call of the processor. Its payment's lock guards it."""

    def add(self, operation: PaymentOperation) -> None:
        """Write it down, before the call. Its payment, kind and slot are unique (PY-60)."""
        ...

    def save(self, operation: PaymentOperation) -> None:
        """Keep what became of it."""
        ...

    def get(self, operation_id: OperationId) -> PaymentOperation:
        """The operation as it stands.

        Raises:
            OperationNotFound: There is none.
        """
        ...

    def find_by_reference(self, reference: str) -> PaymentOperation | None:
        """The hold, charge or refund that was asked for and is called *reference*.

        Granted or not.
        """
        ...

    def of(
        self, payment_id: PaymentId, matter: Matter = Matter.LESSON
    ) -> Sequence[PaymentOperation]:
        """The payment's operations in one *matter*, oldest first."""
        ...

    def overdue(self, *, now: datetime, limit: int) -> Sequence[OperationId]:
        """Unfinished operations that are to be called at *now*, the longest overdue first."""
        ...


class Cards(Protocol):
    """Every saved card. Source: PY-67."""

    def of(self, student_id: StudentId) -> Sequence[SavedCard]:
        """The student's cards, locked for this unit; the default, then the newest."""
        ...

    def keep(self, card: SavedCard) -> None:
        """Keep the card as it is; where one is the default, no other of the student's is.

        Raises:
            CardInUse: Another one is kept under the processor's token.
        """
        ...

    def remove(self, card: SavedCard) -> None:
        """Forget the card."""
        ...

    def paying(self, card_id: CardId) -> Sequence[PaymentId]:
        """The open payments that this card is to pay."""
        ...


class ConnectAccounts(Protocol):
    """Every instructor's account at the processor."""

    def find(self, instructor_id: InstructorId) -> ConnectAccount | None:
        """The instructor's account, as last seen."""
        ...

    def find_by_name(self, account: str) -> ConnectAccount | None:
        """The account that the processor calls so."""
        ...

    def paid_out_after(
        self, instructor_id: InstructorId | None, *, limit: int
    ) -> Sequence[ConnectAccount]:
        """Accounts that were onboarded and did not leave, in the order of their instructors' ids.

        Those after *instructor_id*, or from the first on. Source: PY-48.
        """
        ...

    def keep(self, account: ConnectAccount) -> ConnectAccount:
        """Keep it as it was seen, and record what is new about it."""
        ...


@frozen(kw_only=True)
class CheckoutFacts:
    """What a checkout goes by, besides the booking. *card* is the one named, or the default.

    *standing* is the student's; *visible* says whether the public still sees the instructor.
    Source: BK-7, IN-9, PY-71.
    """

    card: SavedCard | None
    visible: bool
    standing: Standing = Standing.OK
    account: ConnectAccount | None
    tier: TierFacts


class Checkouts(Protocol):
    """What checkouts go by."""

    def facts(
        self,
        *,
        student_id: StudentId,
        instructor_id: InstructorId,
        card_id: CardId | None,
        since: datetime,
    ) -> CheckoutFacts:
        """The student's card, the instructor's account, and the lessons taught from *since* on."""
        ...


class PaymentWork(BookingWork, PricingWork, InstructorWork, CatalogWork, DueWork, Protocol):
    """What one unit of work in payments can reach."""

    @property
    def payments(self) -> Payments:
        """The money of every lesson."""
        ...

    @property
    def payment_operations(self) -> PaymentOperations:
        """Every intended call of the processor."""
        ...

    @property
    def cards(self) -> Cards:
        """Every saved card."""
        ...

    @property
    def connect_accounts(self) -> ConnectAccounts:
        """Every instructor's account at the processor."""
        ...

    @property
    def tips(self) -> Tips:
        """Every tip."""
        ...

    @property
    def bank_payouts(self) -> BankPayouts:
        """Every payout to an instructor's bank."""
        ...

    @property
    def instant_payouts(self) -> InstantPayouts:
        """Every payout that was asked for at once."""
        ...

    @property
    def payout_holds(self) -> PayoutHolds:
        """What keeps transfers back."""
        ...

    @property
    def checkouts(self) -> Checkouts:
        """What checkouts go by."""
        ...

    @property
    def refunds(self) -> Refunds:
        """Every refund that operators ordered."""
        ...

    @property
    def chargebacks(self) -> Chargebacks:
        """Every disputed charge."""
        ...

    @property
    def credit_lots(self) -> CreditLots:
        """Every grant of credit."""
        ...

    @property
    def debts(self) -> Debts:
        """What students owe."""
        ...

    @property
    def standings(self) -> Standings:
        """Whether students may book."""
        ...

    @property
    def ledger(self) -> Ledger:
        """The books."""
        ...

    @property
    def reconciliations(self) -> Reconciliations:
        """Comparisons with the processor."""
        ...

    @property
    def seals(self) -> Seals:
        """The chain of sealed journals."""
        ...
