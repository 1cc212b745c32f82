"""Credit in memory."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from attrs import define, evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Completed
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.payments.credits.errors import CreditNotFound
from instainstru_core.payments.credits.model import (
    CreditAllocation,
    CreditBalance,
    CreditLot,
    CreditPart,
    CreditUse,
    notice_due,
    spending_order,
)
from instainstru_core.payments.credits.statement import StatementLine
from instainstru_core.payments.ids import CreditLotId, JournalId, PaymentId
from instainstru_core.payments.ledger.model import Account, Journal
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables


def _lots(tables: Tables) -> dict[CreditLotId, CreditLot]:
    return tables.of("credit_lots", CreditLotId, CreditLot)


def _uses(tables: Tables) -> dict[tuple[CreditLotId, PaymentId], CreditAllocation]:
    return tables.of("credit_allocations", tuple[CreditLotId, PaymentId], CreditAllocation)


def _where(tables: Tables, wanted: Callable[[CreditLot], bool]) -> list[CreditLot]:
    return sorted((lot for lot in _lots(tables).values() if wanted(lot)), key=spending_order)


def _of(tables: Tables, attribute: str, value: object) -> list[CreditLot]:
    found = tables.where("credit_lots", CreditLotId, CreditLot, attribute, value)
    return sorted(found, key=spending_order)


def _spendable(tables: Tables, student_id: StudentId, lesson_price: Money, now: datetime) -> Money:
    mine = _of(tables, "student_id", student_id)
    return sum((lot.eligible(lesson_price, now) for lot in mine), NOTHING)


@define
class InMemoryCreditLots:
    """The `CreditLots` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def add(self, lot: CreditLot) -> bool:
        """Keep a new lot."""
        if _of(self._tables, "grant_key", lot.grant_key):
            return False
        self._outbox.record(lot.events)
        _lots(self._tables)[lot.lot_id] = evolve(lot, events=())
        return True

    def save(self, lots: Sequence[CreditLot], uses: Sequence[CreditAllocation] = ()) -> None:
        """Keep *lots*, and what payments use of them."""
        for lot in lots:
            self._outbox.record(lot.events)
            _lots(self._tables)[lot.lot_id] = evolve(lot, events=())
        for use in uses:
            _uses(self._tables)[use.lot_id, use.payment_id] = use

    def get_for_update(self, lot_id: CreditLotId) -> CreditLot:
        """One lot."""
        if (lot := _lots(self._tables).get(lot_id)) is None:
            raise CreditNotFound(lot_id)
        return lot

    def open_of(self, student_id: StudentId) -> Sequence[CreditLot]:
        """The student's lots of which something is pending or available."""
        mine = _of(self._tables, "student_id", student_id)
        return [lot for lot in mine if lot.pending or lot.available]

    def used_by(self, payment_id: PaymentId) -> Sequence[CreditUse]:
        """The lots that the payment uses or used."""
        found = self._tables.where(
            "credit_allocations",
            tuple[CreditLotId, PaymentId],
            CreditAllocation,
            "payment_id",
            payment_id,
        )
        uses = [CreditUse(lot=_lots(self._tables)[each.lot_id], allocation=each) for each in found]
        return sorted(uses, key=lambda use: spending_order(use.lot))

    def issued_by(self, payment_id: PaymentId) -> Sequence[CreditLot]:
        """The lots that were granted out of the payment, or for it."""
        return _of(self._tables, "payment_id", payment_id)

    def earned_by(self, booking_id: BookingId) -> Sequence[CreditLot]:
        """The lots that the lesson earned its student."""
        return _of(self._tables, "booking_id", booking_id)

    def of_ordinal(self, student_id: StudentId, ordinal: int) -> Sequence[CreditLot]:
        """What the student was granted for a lesson of this ordinal."""
        mine = _of(self._tables, "student_id", student_id)
        return [lot for lot in mine if lot.ordinal == ordinal]

    def expirable(self, *, now: datetime, limit: int) -> Sequence[CreditLot]:
        """Lots of which something is available though they expired."""
        return _where(self._tables, lambda lot: bool(lot.available) and not lot.live(now))[:limit]

    def noticeable(self, *, now: datetime, limit: int) -> Sequence[CreditLot]:
        """Lots of which something runs out soon, without notice."""
        return _where(self._tables, lambda lot: notice_due(lot, now) is not None)[:limit]

    def spendable(self, student_id: StudentId, *, lesson_price: Money, now: datetime) -> Money:
        """What the student could pay of a lesson of that price."""
        return _spendable(self._tables, student_id, lesson_price, now)

    def lessons_completed(self, booking_id: BookingId) -> int:
        """How many lessons the booking's student completed, up to and with it."""
        bookings = self._tables.of("bookings", BookingId, Booking)
        this = bookings[booking_id]
        if not isinstance(this.state, Completed):
            return 0
        return sum(
            (each.state.at, each.booking_id) <= (this.state.at, this.booking_id)
            for each in bookings.values()
            if each.student == this.student and isinstance(each.state, Completed)
        )


@define
class InMemoryCreditQueries:
    """The `CreditQueries` query."""

    _tables: Tables

    def lots_of(self, student_id: StudentId, *, now: datetime) -> Sequence[CreditLot]:
        """The student's lots that can be spent."""
        mine = _of(self._tables, "student_id", student_id)
        return [lot for lot in mine if lot.spendable(now)]

    def balance_of(self, student_id: StudentId, *, now: datetime) -> CreditBalance:
        """What the student can spend, has set aside, and will have."""
        return CreditBalance.of(_of(self._tables, "student_id", student_id), now=now)

    def statement(self, student_id: StudentId, page: PageRequest) -> Page[StatementLine]:
        """Every movement of the student's credit, newest first."""
        lines = [
            StatementLine(
                line_id=f"{journal.journal_id}:{position:02}",
                occurred_at=journal.occurred_at,
                kind=journal.journal_type.value,
                cents=-line.cents,
                lot_id=line.lot_id,
                payment_id=line.payment_id,
            )
            for journal in self._tables.of("journals", JournalId, Journal).values()
            for position, line in enumerate(journal.lines)
            if line.account is Account.CREDIT_AVAILABLE and line.student_id == student_id
        ]
        lines.sort(key=lambda line: line.line_id, reverse=True)
        before = None if page.cursor is None else str(page.cursor.key[0])
        rest = [line for line in lines if before is None or line.line_id < before]
        shown = rest[: page.limit]
        more = len(rest) > len(shown)
        return Page(items=shown, next_cursor=Cursor((shown[-1].line_id,)) if more else None)

    def spendable(self, student_id: StudentId, *, lesson_price: Money, now: datetime) -> Money:
        """What the student could pay of a lesson of that price."""
        return _spendable(self._tables, student_id, lesson_price, now)

    def parts_of(self, student_id: StudentId) -> Mapping[CreditPart, Money]:
        """The sum of each part over all of the student's lots."""
        mine = _of(self._tables, "student_id", student_id)
        return {part: sum((lot.part(part) for lot in mine), NOTHING) for part in CreditPart}
