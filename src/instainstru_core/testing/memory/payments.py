"""Payments, cards and payout accounts in memory."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from attrs import define, evolve

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.kernel.errors import InvalidState, StaleAggregate
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.errors import (
    CardInUse,
    OpenPaymentExists,
    OperationNotFound,
    PaymentNotFound,
)
from instainstru_core.payments.ids import CardId, JournalId, OperationId, PaymentId
from instainstru_core.payments.ledger.model import Account, Journal
from instainstru_core.payments.model.cards import ConnectAccount, SavedCard
from instainstru_core.payments.model.escalating import CAPTURE_ESCALATED
from instainstru_core.payments.model.health import (
    OVERDUE_AFTER,
    QUIET_FOR,
    AuthorisationHealth,
)
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.operation import (
    TRANSFER_FAILED,
    Matter,
    OperationKind,
    OperationState,
    PaymentOperation,
)
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.ports import CheckoutFacts
from instainstru_core.payments.queries import Earned, PaymentView
from instainstru_core.payments.statements.facts import ShownCard
from instainstru_core.testing.memory.debts import standing_in
from instainstru_core.testing.memory.pricing import tier_facts
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables


def _payments(tables: Tables) -> dict[PaymentId, Payment]:
    return tables.of("payments", PaymentId, Payment)


def _operations(tables: Tables) -> dict[OperationId, PaymentOperation]:
    return tables.of("payment_operations", OperationId, PaymentOperation)


def _of(tables: Tables, attribute: str, wanted: object) -> Sequence[PaymentOperation]:
    return tables.where("payment_operations", OperationId, PaymentOperation, attribute, wanted)


def _cards(tables: Tables, student_id: StudentId) -> list[SavedCard]:
    mine = list(tables.where("saved_cards", CardId, SavedCard, "student_id", student_id))
    mine.sort(key=lambda card: (card.is_default, card.created_at, card.card_id), reverse=True)
    return mine


def latest_payment(tables: Tables, booking_id: BookingId) -> Payment | None:
    """The payment of the booking that was opened last."""
    mine = tables.where("payments", PaymentId, Payment, "booking_id", booking_id)
    return max(mine, key=lambda payment: payment.payment_id, default=None)


@define
class InMemoryPayments:
    """The `Payments` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def get(self, payment_id: PaymentId) -> Payment:
        if (found := _payments(self._tables).get(payment_id)) is None:
            raise PaymentNotFound(f"there is no payment {payment_id}")
        return found

    def get_for_update(self, payment_id: PaymentId) -> Payment:
        return self.get(payment_id)

    def find_for_update(self, booking_id: BookingId) -> Payment | None:
        return latest_payment(self._tables, booking_id)

    def owing(self, instructor_id: InstructorId) -> Sequence[PaymentId]:
        return sorted(
            payment.payment_id
            for payment in _payments(self._tables).values()
            if payment.instructor_id == instructor_id
            and (payment.state is PaymentState.CAPTURED or payment.review_reason == TRANSFER_FAILED)
        )

    def escalated(self, instructor_id: InstructorId) -> Sequence[PaymentId]:
        return sorted(
            payment.payment_id
            for payment in _payments(self._tables).values()
            if payment.instructor_id == instructor_id and payment.review_reason == CAPTURE_ESCALATED
        )

    def lapsing(self, *, before: datetime, limit: int) -> Sequence[PaymentId]:
        due = [
            (payment.hold.expires_at, payment.payment_id)
            for payment in _payments(self._tables).values()
            if payment.standing is PaymentState.AUTHORIZED
            and payment.closing is None
            and payment.hold is not None
            and payment.hold.status is HoldStatus.ACTIVE
            and payment.hold.expires_at is not None
            and payment.hold.expires_at <= before
        ]
        return [payment_id for _, payment_id in sorted(due)[:limit]]

    def add(self, payment: Payment) -> Payment:
        for other in self._tables.where(
            "payments", PaymentId, Payment, "booking_id", payment.booking_id
        ):
            if not other.settled:
                raise OpenPaymentExists("the booking has an open payment")
        return self._kept(payment)

    def save(self, payment: Payment) -> Payment:
        if self.get(payment.payment_id).version != payment.version:
            raise StaleAggregate(f"payment {payment.payment_id} changed since it was read")
        return self._kept(payment)

    def _kept(self, payment: Payment) -> Payment:
        self._outbox.record(payment.events)
        kept = evolve(payment, version=payment.version + 1, events=())
        _payments(self._tables)[payment.payment_id] = kept
        return kept


@define
class InMemoryPaymentOperations:
    """The `PaymentOperations` port."""

    _tables: Tables

    def add(self, operation: PaymentOperation) -> None:
        named = (operation.kind, operation.slot)
        for other in _of(self._tables, "payment_id", operation.payment_id):
            if (other.kind, other.slot) == named:
                raise InvalidState(f"{operation.kind} {operation.slot} was planned before")
        _operations(self._tables)[operation.operation_id] = operation

    def save(self, operation: PaymentOperation) -> None:
        self.get(operation.operation_id)
        if (operation.state is OperationState.PLANNED) != (operation.sent_at is None):
            raise InvalidState("what is not planned any more was sent, or withdrawn")
        _operations(self._tables)[operation.operation_id] = operation

    def get(self, operation_id: OperationId) -> PaymentOperation:
        if (found := _operations(self._tables).get(operation_id)) is None:
            raise OperationNotFound(f"there is no operation {operation_id}")
        return found

    def find_by_reference(self, reference: str) -> PaymentOperation | None:
        for each in _of(self._tables, "processor_ref", reference):
            if each.kind in {
                OperationKind.AUTHORISE,
                OperationKind.CHARGE,
                OperationKind.REFUND,
            }:
                return each
        return None

    def of(
        self, payment_id: PaymentId, matter: Matter = Matter.LESSON
    ) -> Sequence[PaymentOperation]:
        return sorted(
            (each for each in _of(self._tables, "payment_id", payment_id) if each.matter is matter),
            key=lambda operation: operation.operation_id,
        )

    def overdue(self, *, now: datetime, limit: int) -> Sequence[OperationId]:
        due = [each for each in _of(self._tables, "finished", False) if each.due(now=now)]
        due.sort(key=lambda operation: (operation.next_attempt_at, operation.operation_id))
        return [operation.operation_id for operation in due[:limit]]


@define
class InMemoryCards:
    """The `Cards` port."""

    _tables: Tables

    def of(self, student_id: StudentId) -> Sequence[SavedCard]:
        return _cards(self._tables, student_id)

    def keep(self, card: SavedCard) -> None:
        rows = self._tables.of("saved_cards", CardId, SavedCard)
        for other in rows.values():
            if other.token == card.token and other.card_id != card.card_id:
                raise CardInUse("this card is kept already")
        for other in _cards(self._tables, card.student_id):
            if card.is_default and other.card_id != card.card_id:
                rows[other.card_id] = evolve(other, is_default=False)
        rows[card.card_id] = card

    def remove(self, card: SavedCard) -> None:
        gone = self._tables.of("saved_cards", CardId, SavedCard).pop(card.card_id, None)
        if gone is not None:
            shown = ShownCard(brand=gone.brand, last4=gone.last4)
            self._tables.of("forgotten_cards", CardId, ShownCard)[card.card_id] = shown

    def paying(self, card_id: CardId) -> Sequence[PaymentId]:
        return sorted(
            payment.payment_id
            for payment in _payments(self._tables).values()
            if payment.card_id == card_id and not payment.settled
        )


@define
class InMemoryConnectAccounts:
    """The `ConnectAccounts` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def find(self, instructor_id: InstructorId) -> ConnectAccount | None:
        return self._rows().get(instructor_id)

    def find_by_name(self, account: str) -> ConnectAccount | None:
        for each in self._rows().values():
            if each.account == account:
                return each
        return None

    def paid_out_after(
        self, instructor_id: InstructorId | None, *, limit: int
    ) -> Sequence[ConnectAccount]:
        mine = sorted(self._rows().values(), key=lambda account: account.instructor_id)
        return [
            account
            for account in mine
            if (instructor_id is None or account.instructor_id > instructor_id)
            and account.details_submitted
            and not account.deauthorised
        ][:limit]

    def keep(self, account: ConnectAccount) -> ConnectAccount:
        self._outbox.record(account.events)
        kept = evolve(account, events=())
        self._rows()[account.instructor_id] = kept
        return kept

    def _rows(self) -> dict[InstructorId, ConnectAccount]:
        return self._tables.of("connect_accounts", InstructorId, ConnectAccount)


@define
class InMemoryCheckouts:
    """The `Checkouts` port."""

    _tables: Tables

    def facts(
        self,
        *,
        student_id: StudentId,
        instructor_id: InstructorId,
        card_id: CardId | None,
        since: datetime,
    ) -> CheckoutFacts:
        wanted = [
            card
            for card in _cards(self._tables, student_id)
            if (card.card_id == card_id if card_id is not None else card.is_default)
        ]
        accounts = self._tables.of("connect_accounts", InstructorId, ConnectAccount)
        teacher = self._tables.of("instructors", InstructorId, Instructor).get(instructor_id)
        return CheckoutFacts(
            card=wanted[0] if wanted else None,
            visible=teacher is not None and teacher.is_visible,
            standing=standing_in(self._tables, student_id),
            account=accounts.get(instructor_id),
            tier=tier_facts(self._tables, instructor_id, since),
        )


@define
class InMemoryPaymentQueries:
    """The `PaymentQueries` query."""

    _tables: Tables

    def of_booking(self, booking_id: BookingId, *, viewer: AccountId) -> PaymentView | None:
        payment = latest_payment(self._tables, booking_id)
        if payment is None:
            return None
        if viewer.value not in {payment.student_id.value, payment.instructor_id.value}:
            return None
        return PaymentView(
            payment=payment,
            operations=tuple(
                sorted(
                    (
                        each
                        for each in _operations(self._tables).values()
                        if each.payment_id == payment.payment_id
                    ),
                    key=lambda operation: operation.operation_id,
                )
            ),
            card=self._tables.of("saved_cards", CardId, SavedCard).get(payment.card_id),
            booked=self._booked(payment)
            if viewer.value == payment.instructor_id.value
            else NOTHING,
        )

    def of_lesson(self, booking_id: BookingId, *, viewer: AccountId) -> PaymentView | None:
        bookings = self._tables.of("bookings", BookingId, Booking)
        booking = bookings.get(booking_id)
        while booking is not None and latest_payment(self._tables, booking.booking_id) is None:
            after = booking.chain.successor_id
            booking = None if after is None else bookings[after]
        return None if booking is None else self.of_booking(booking.booking_id, viewer=viewer)

    def _booked(self, payment: Payment) -> Money:
        sums: Counter[Account] = Counter()
        for journal in self._tables.of("journals", JournalId, Journal).values():
            for line in journal.lines:
                if line.payment_id == payment.payment_id and line.tip_id is None:
                    sums[line.account] -= line.cents
        parts = (Account.CONNECT_OWNER, Account.INSTRUCTOR_PAYABLE)
        return Money(sum(max(0, sums[each]) for each in parts))

    def earned(self, instructor_id: InstructorId, within: Interval) -> Earned:
        paid = [
            (journal.occurred_at in within, -line.cents)
            for journal in self._tables.of("journals", JournalId, Journal).values()
            for line in journal.lines
            if line.account is Account.CONNECT_OWNER
            and line.instructor_id == instructor_id
            and line.payment_id is not None
            and line.tip_id is None
        ]
        return Earned(
            total=Money(sum(cents for _, cents in paid)),
            within=Money(sum(cents for then, cents in paid if then)),
        )

    def authorisations(self, *, now: datetime) -> AuthorisationHealth:
        late = now - OVERDUE_AFTER
        payments = list(_payments(self._tables).values())
        scheduled = [each for each in payments if each.state is PaymentState.SCHEDULED]
        unpaid = [
            each
            for each in payments
            if each.state in {PaymentState.SCHEDULED, PaymentState.PAYMENT_METHOD_REQUIRED}
            and each.closing is None
            and now - QUIET_FOR < each.auth_due_at <= late
            and each.created_at <= each.auth_due_at
        ]
        return AuthorisationHealth(
            overdue=sum(each.auth_due_at < late for each in scheduled),
            unpaid=len(unpaid),
            granted=sum(
                each.hold is not None
                and each.hold.authorized_at is not None
                and each.hold.authorized_at > now - QUIET_FOR
                for each in payments
            ),
        )

    def cards(self, student_id: StudentId) -> Sequence[SavedCard]:
        return _cards(self._tables, student_id)

    def payout_account(self, instructor_id: InstructorId) -> ConnectAccount | None:
        rows = self._tables.of("connect_accounts", InstructorId, ConnectAccount)
        return rows.get(instructor_id)
