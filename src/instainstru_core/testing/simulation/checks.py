"""What must hold after every unit of work, whatever went wrong before it.

Only what a unit changed is looked at, so that months of lessons can be watched to the last commit.
Source: spec 02 §10 properties 7, 8, 10 and 11; PY-80…PY-84; §3.1.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import Factory, define, frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Completed, NoShow
from instainstru_core.kernel.events import Event
from instainstru_core.payments.credits.model import CreditLot, CreditPart
from instainstru_core.payments.ids import OperationId, PaymentId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.operation import Matter, OperationState, PaymentOperation
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.processor import RefundStatus
from instainstru_core.payments.refunds.model import Refund, RefundState
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.simulation.breach import breach
from instainstru_core.testing.simulation.refunding import check_refund
from instainstru_core.testing.simulation.rows import NOT_THERE, Change, LiveTables

_WAITING: Final = frozenset({PaymentState.SCHEDULED, PaymentState.AUTHORIZED, PaymentState.LOCKED})
_BY_CALL: Final = frozenset({"charge", "refund", "transfer", "transfer_reversal"})
"""Movements of the processor's balance that a call of ours has made, and which we know at once."""

_FELL_THROUGH: Final = "refund_failure"
_CARDS: Final = frozenset({"charge", "refund", _FELL_THROUGH})
_FROM_NEWS: Final = frozenset(
    {
        JournalType.PROCESSING_FEE,
        JournalType.PLATFORM_PAYOUT,
        JournalType.CHARGEBACK_OPENED,
        JournalType.CHARGEBACK_FEE,
        JournalType.CHARGEBACK_WON,
        JournalType.CORRECTION,
    }
)
"""Journals of what the processor did by itself: told when it is heard of, not with an answer."""

_AFTERWARDS: Final = _FROM_NEWS | {
    JournalType.CHARGEBACK_LOST,
    JournalType.CHARGEBACK_RECOVERY,
    JournalType.REFUND_SETTLED,
    JournalType.TRANSFER_REVERSAL,
    JournalType.TIP_CHARGE,
    JournalType.DEBT_COLLECTED,
    JournalType.DEBT_WRITTEN_OFF,
    JournalType.CREDIT_ISSUE_PROMO,
    JournalType.CREDIT_UNLOCK,
    JournalType.CREDIT_EXPIRE,
    JournalType.CREDIT_REVOKE,
    JournalType.CREDIT_FREEZE,
    JournalType.CREDIT_UNFREEZE,
}
"""Journals that are not about how the money of a lesson ended first."""

_CREDIT: Final = {
    Account.CREDIT_PENDING: "pending",
    Account.CREDIT_AVAILABLE: "available",
    Account.CREDIT_RESERVED: "reserved",
    Account.CREDIT_FROZEN: "frozen",
}
_CALLED: Final = frozenset(
    {"authorisation", "capture", "void", "refund", "transfer", "reversal", "payout"}
)
"""Effects of calls that bring a key; each key may have one (PY-60)."""


@frozen(kw_only=True)
class SettledAs:
    """How the money of a lesson ended first, what was *decided* for it, and the booking then."""

    outcome: str
    decided: str | None
    booking: Booking


@define
class Checks:
    """Watches what is kept, and what the processor has really done."""

    tables: LiveTables
    processor: SimulatedProcessor
    events: int = 0
    """How many steps of the domain were seen: see `docs/guide/simulation.md`."""

    sums: Counter[Account] = Factory(Counter)
    by_payment: dict[PaymentId | None, Counter[Account]] = Factory(lambda: defaultdict(Counter))
    flows: Counter[tuple[Account, Account]] = Factory(Counter)
    """What one account gave to another: from the debited to the credited one."""

    outcomes: Counter[str] = Factory(Counter)
    settled_as: dict[PaymentId, SettledAs] = Factory(dict)
    """How each payment ended first: refunds and banks may change that afterwards."""

    settling: dict[PaymentId | None, Counter[Account]] = Factory(lambda: defaultdict(Counter))
    """What every account came to by lessons alone: no tips, refunds, disputes or fees."""

    by_student: dict[StudentId, Counter[Account]] = Factory(lambda: defaultdict(Counter))
    by_instructor: dict[str, Counter[Account]] = Factory(lambda: defaultdict(Counter))
    posted: dict[PaymentId | None, int] = Factory(lambda: defaultdict(int))
    _students: set[StudentId] = Factory(set)
    _keys: dict[tuple[str, str], str] = Factory(dict)
    _of_object: dict[str, str] = Factory(dict)
    _net: dict[PaymentId, int] = Factory(lambda: defaultdict(int))
    taken: dict[PaymentId, int] = Factory(lambda: defaultdict(int))
    _effects: int = 0
    _transactions: int = 0

    def after_unit(self, changes: Sequence[Change], events: Sequence[Event], now: datetime) -> None:
        """Look at everything that a unit of work has left behind.

        Raises:
            Breach: Something is not as it must be.
        """
        self.events += len(changes) + len(events)
        seen: dict[tuple[str, object], Change] = {}
        for change in changes:
            seen.setdefault((change.name, change.key), change)
        touched: set[PaymentId] = set(self._hear_processor())
        for change in seen.values():
            look = _LOOKS.get(change.name)
            if look is not None:
                look(self, change, touched, now)
        for payment_id in touched:
            self._look_at_money(payment_id)
        for student_id in self._students:
            self._look_at_credit(student_id)
        self._students.clear()

    def balance(self, payment_id: PaymentId, account: Account) -> int:
        """What one account comes to for one payment."""
        return self.by_payment[payment_id][account]

    def _journal(self, change: Change, touched: set[PaymentId], _now: datetime) -> None:
        if change.before is not NOT_THERE:
            breach("a journal never changes", change.before)
        journal: Journal = change.after
        if sum(line.cents for line in journal.lines):
            breach("a journal sums to zero", journal)
        twins = self.tables.named("journals").where("source_id", journal.source_id)
        if sum(each.journal_type is journal.journal_type for each in twins) > 1:
            breach("one fact is told once", journal.journal_type, journal.source_id)
        called = journal.journal_type not in _FROM_NEWS
        of_lesson = self._is_of_lesson(journal)
        for line in journal.lines:
            if called and line.account is Account.PROCESSOR_BALANCE:
                self.posted[line.payment_id] += line.cents
            self._of_somebody(line)
            if of_lesson:
                self.settling[line.payment_id][line.account] += line.cents
            self.sums[line.account] += line.cents
            self.by_payment[line.payment_id][line.account] += line.cents
            if line.payment_id is not None:
                touched.add(line.payment_id)
        if sum(self.sums.values()):
            breach("the books sum to zero", dict(self.sums))
        self._flow(journal)

    def _of_somebody(self, line: Line) -> None:
        """What a student can spend, and what an instructor has at the processor."""
        if line.account in _CREDIT and line.student_id is not None:
            self.by_student[line.student_id][line.account] += line.cents
            self._students.add(line.student_id)
        elif line.account is Account.CONNECT_BALANCE:
            self.by_instructor[str(line.instructor_id)][line.account] += line.cents

    def _is_of_lesson(self, journal: Journal) -> bool:
        """Whether the journal is about how a lesson's money ended, and not what came after."""
        if journal.journal_type is JournalType.TRANSFER:
            made = self._made(journal.source_id)
            return made is not None and made.matter in {Matter.LESSON, Matter.DEBT}
        what, _, source = journal.source_id.partition(":")
        if journal.journal_type is JournalType.CORRECTION and what == "refund":
            made = self._made(source)
            return made is not None and made.matter is Matter.LESSON
        return journal.journal_type not in _AFTERWARDS

    def _made(self, source: str) -> PaymentOperation | None:
        """The operation that a journal names as its source."""
        return self.tables.named("payment_operations").get(OperationId.parse(source))

    def _flow(self, journal: Journal) -> None:
        """Who gave to whom: debits are matched with credits in the order of the lines."""
        left = [-line.cents for line in journal.lines]
        for giver in (line for line in journal.lines if line.cents > 0):
            given = giver.cents
            for number, taker in enumerate(journal.lines):
                moved = min(given, left[number])
                if moved > 0:
                    self.flows[giver.account, taker.account] += moved
                    left[number] -= moved
                    given -= moved

    def _payment(self, change: Change, touched: set[PaymentId], _now: datetime) -> None:
        payment: Payment = change.after
        price, state = payment.breakdown, payment.state
        touched.add(payment.payment_id)
        if price.card_amount + price.credit != price.lesson_price + price.student_fee:
            breach("A + CR = LP + SF", price)
        if (state is PaymentState.SETTLED) != (payment.settled_at is not None):
            breach("what is settled says since when", payment)
        if state is PaymentState.SETTLED and payment.outcome is None:
            breach("what is settled has an outcome", payment)
        if payment.standing in _WAITING and payment.outcome is not None:
            breach("what waits has no outcome", payment)
        if (state is PaymentState.MANUAL_REVIEW) != (payment.review_reason is not None):
            breach("a review says why", payment)
        if payment.outcome is not None and payment.payment_id not in self.settled_as:
            self.outcomes[payment.outcome.value] += 1
            self.settled_as[payment.payment_id] = SettledAs(
                outcome=payment.outcome.value,
                decided=None if payment.closing is None else payment.closing.value,
                booking=self.tables.named("bookings")[payment.booking_id],
            )

    def _lot(self, change: Change, _touched: set[PaymentId], _now: datetime) -> None:
        lot: CreditLot = change.after
        self._students.add(lot.student_id)
        if sum(getattr(lot, part.value).cents for part in CreditPart) != lot.amount.cents:
            breach("all of a credit is somewhere", lot)

    def _refund(self, change: Change, touched: set[PaymentId], _now: datetime) -> None:
        """PY-53 anew, as a refund of a settled lesson is ordered."""
        refund: Refund = change.after
        touched.add(refund.payment_id)
        if change.before is NOT_THERE and refund.state is not RefundState.CLOSED:
            check_refund(refund, self.tables)

    def _operation(self, change: Change, touched: set[PaymentId], _now: datetime) -> None:
        operation: PaymentOperation = change.after
        touched.add(operation.payment_id)
        before = change.before
        if before is NOT_THERE:
            return
        if before.finished and operation.state is not before.state:
            self._look_at_fall(before, operation)
        if (before.amount, before.target, before.kind) != (
            operation.amount,
            operation.target,
            operation.kind,
        ):
            breach("one key is one call, to the letter", before, operation)

    def _look_at_fall(self, before: PaymentOperation, operation: PaymentOperation) -> None:
        """An answer is for ever, but for a refund that the card's bank sent back (PY-54)."""
        made = self.processor.books.refunds.get(before.processor_ref or "")
        fell_through = made is not None and made.status is RefundStatus.FAILED
        if (
            not fell_through
            or before.state is not OperationState.SUCCEEDED
            or operation.state is not OperationState.FAILED
            or operation.processor_ref != before.processor_ref
        ):
            breach("what was answered stays answered", before, operation)

    def _booking(self, change: Change, _touched: set[PaymentId], _now: datetime) -> None:
        if change.before is NOT_THERE:
            return
        before, after = change.before, change.after
        if isinstance(before.state, Cancelled | NoShow) and before.state != after.state:
            breach("what is over stays over", before.state, after.state)
        if isinstance(before.state, Completed) and not isinstance(after.state, Completed | NoShow):
            breach("what was taught stays taught", before.state, after.state)

    def _hear_processor(self) -> Sequence[PaymentId]:
        """Whom the processor did something for since the last look."""
        books, operations = self.processor.books, self.tables.named("payment_operations")
        touched = []
        for effect in books.effects[self._effects :]:
            self.events += 1
            self._of_object[effect.object_id] = effect.key
            if effect.kind in _CALLED:
                if (effect.kind, effect.key) in self._keys:
                    breach("one key has one effect", effect)
                self._keys[effect.kind, effect.key] = effect.object_id
        self._effects = len(books.effects)
        for row in books.balance_transactions[self._transactions :]:
            if row.kind.value not in _BY_CALL | {_FELL_THROUGH}:
                continue
            key = OperationId.parse(self._of_object[row.source])
            operation: PaymentOperation | None = operations.get(key)
            if operation is None:
                breach("no money moves without an operation on file", row)
            if row.kind.value != _FELL_THROUGH:
                self._net[operation.payment_id] += row.amount_cents
            if operation.matter is Matter.LESSON and row.kind.value in _CARDS:
                self.taken[operation.payment_id] += row.amount_cents
            touched.append(operation.payment_id)
        self._transactions = len(books.balance_transactions)
        return touched

    def _look_at_money(self, payment_id: PaymentId) -> None:
        """PY-83, PY-84 for one payment, and that no card pays for a lesson twice."""
        payment: Payment | None = self.tables.named("payments").get(payment_id)
        if payment is None:
            return
        sums, state = self.by_payment[payment_id], payment.state
        if self.taken[payment_id] > payment.breakdown.card_amount.cents:
            breach("no card pays for a lesson twice", payment_id, self.taken[payment_id])
        if sums[Account.BOOKING_ESCROW] > 0:
            breach("escrow gives out what came in", payment_id, sums)
        locked = state is PaymentState.LOCKED
        if locked and -sums[Account.BOOKING_ESCROW] != payment.captured.cents:
            breach("a lock keeps what was taken in escrow", payment_id, sums)
        holding = payment.hold is not None and payment.hold.status is HoldStatus.ACTIVE
        if not holding and payment.move is None and sums[Account.AUTH_HELD]:
            breach("what is held is what the card granted", payment_id, sums)
        if state is PaymentState.SETTLED and (
            sums[Account.BOOKING_ESCROW] or sums[Account.AUTH_HELD] or sums[Account.CREDIT_RESERVED]
        ):
            breach("what is settled is cleared", payment_id, sums)
        operations = self.tables.named("payment_operations").where("payment_id", payment_id)
        if all(each.finished for each in operations) and not self._waits(payment_id):
            posted, happened = self.posted[payment_id], self._net[payment_id]
            if posted != happened:
                breach("the books say what the processor says", payment_id, posted, happened)

    def _waits(self, payment_id: PaymentId) -> bool:
        """Whether a cardholder may confirm a tip or the payment of a debt at any moment."""
        tips = self.tables.named("tips").where("payment_id", payment_id)
        debts = self.tables.named("student_debts").where("payment_id", payment_id)
        return any(tip.open for tip in tips) or any(debt.waiting is not None for debt in debts)

    def _look_at_credit(self, student_id: StudentId) -> None:
        """PY-84 and property 10 for one student."""
        lots = self.tables.named("credit_lots").where("student_id", student_id)
        for account, part in _CREDIT.items():
            kept = sum(getattr(lot, part).cents for lot in lots)
            if kept != -self.by_student[student_id][account]:
                breach("the books say what the lots say", student_id, account, kept, lots)


_LOOKS: Final[Mapping[str, Callable[[Checks, Change, set[PaymentId], datetime], None]]] = {
    "journals": Checks._journal,  # noqa: SLF001
    "payments": Checks._payment,  # noqa: SLF001
    "payment_operations": Checks._operation,  # noqa: SLF001
    "refunds": Checks._refund,  # noqa: SLF001
    "credit_lots": Checks._lot,  # noqa: SLF001
    "bookings": Checks._booking,  # noqa: SLF001
}
"""Who looks at which table."""
