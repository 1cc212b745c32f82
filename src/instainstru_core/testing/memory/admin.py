"""The staff's console in memory, held to its contracts."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from attrs import define

from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import Account as Person
from instainstru_core.admin.confirmations.ids import ConfirmationId
from instainstru_core.admin.confirmations.model import KEPT, LIFE, Confirmation
from instainstru_core.admin.ids import ActionId
from instainstru_core.admin.model.action import AdminAction
from instainstru_core.admin.model.files import (
    BookingFigures,
    BookingFile,
    BookingRow,
    BookingRows,
    BookingSearch,
    Cause,
    Someone,
    Takings,
    Told,
)
from instainstru_core.admin.policies.causes import causes, payment_statuses
from instainstru_core.booking.claims.model.issues import BookingIssue
from instainstru_core.booking.claims.model.reports import NoShowReport
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import BookingStatus, ReminderKind
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.ids import JournalId, OperationId, PaymentId
from instainstru_core.payments.ledger.model import Account, Journal
from instainstru_core.payments.model.operation import PaymentOperation
from instainstru_core.payments.model.payment import Payment
from instainstru_core.testing.memory.booking import bookings_in
from instainstru_core.testing.memory.notifications import everything_told
from instainstru_core.testing.memory.payments import latest_payment
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables

_REVENUE = frozenset(
    {Account.STUDENT_FEE_REVENUE, Account.COMMISSION_REVENUE, Account.REFUNDS_CONTRA}
)
_STANDING = frozenset({BookingStatus.CONFIRMED, BookingStatus.COMPLETED, BookingStatus.NO_SHOW})


@define
class InMemoryConfirmations:
    """The `Confirmations` port."""

    _tables: Tables

    def add(self, confirmation: Confirmation) -> None:
        rows, now = self._rows(), confirmation.expires_at - LIFE
        for old in [each for each in rows.values() if each.expires_at < now - KEPT]:
            del rows[old.confirmation_id]
        rows[confirmation.confirmation_id] = confirmation

    def find(self, confirmation_id: ConfirmationId) -> Confirmation | None:
        return self._rows().get(confirmation_id)

    def save(self, confirmation: Confirmation) -> None:
        self._rows()[confirmation.confirmation_id] = confirmation

    def _rows(self) -> dict[ConfirmationId, Confirmation]:
        return self._tables.of("admin_confirmations", ConfirmationId, Confirmation)


@define
class InMemoryAdminActions:
    """The `AdminActions` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def add(self, action: AdminAction) -> None:
        _actions(self._tables)[action.action_id] = action
        self._outbox.record((action.told(),))

    def alone_lately(self, actor: AccountId, target: str, *, since: datetime) -> Money:
        return sum(
            (
                each.at_stake
                for each in _actions(self._tables).values()
                if (each.actor, each.target, each.seconded) == (actor, target, None)
                and each.at >= since
            ),
            start=NOTHING,
        )


def _actions(tables: Tables) -> dict[ActionId, AdminAction]:
    return tables.of("admin_actions", ActionId, AdminAction)


@define
class InMemoryAdminQueries:
    """The `AdminQueries` query."""

    _tables: Tables

    def page(self, wanted: BookingSearch, *, now: datetime) -> BookingRows:
        found = [
            row
            for row in (self._row(each, now) for each in self._bookings())
            if self._shown(row, wanted)
        ]
        found.sort(key=lambda row: (row.booking.created_at, row.booking.booking_id), reverse=True)
        first = (wanted.page - 1) * wanted.per_page
        return BookingRows(
            items=found[first : first + wanted.per_page],
            total=len(found),
            page=wanted.page,
            per_page=wanted.per_page,
        )

    def file(self, booking_id: BookingId, *, now: datetime) -> BookingFile:
        booking = bookings_in(self._tables).get(booking_id)
        if booking is None:
            raise BookingNotFound(booking_id)
        chain = [each for each in self._bookings() if each.chain.chain_id == booking.chain.chain_id]
        chain.sort(key=lambda each: (each.chain.reschedule_count, each.booking_id))
        sent = self._tables.of("booking_reminders", tuple[BookingId, ReminderKind], datetime)
        return BookingFile(
            row=self._row(booking, now),
            report=self._report(booking_id),
            issue=self._issue(booking_id),
            chain=chain,
            actions=sorted(
                (each for each in _actions(self._tables).values() if each.booking_id == booking_id),
                key=lambda each: each.action_id,
            ),
            reminders={kind: at for (of, kind), at in sent.items() if of == booking_id},
            told=[
                Told(at=each.created_at, kind=each.kind.value, account_id=each.account_id)
                for each in everything_told(self._tables)
                if each.data.get("booking_id") == str(booking_id)
            ],
        )

    def figures(self, *, day: Interval, week: Interval, now: datetime) -> BookingFigures:
        rows = [self._row(each, now) for each in self._bookings()]
        return BookingFigures(
            today=self._takings(day),
            week=self._takings(week),
            needs_action={cause: sum(cause in row.causes for row in rows) for cause in Cause},
        )

    def _takings(self, within: Interval) -> Takings:
        lessons = [
            each
            for each in self._bookings()
            if each.status in _STANDING and each.lesson.starts_at in within
        ]
        journals = self._tables.of("journals", JournalId, Journal).values()
        return Takings(
            lessons=len(lessons),
            gross=sum((each.price for each in lessons), start=NOTHING),
            revenue_cents=-sum(
                line.cents
                for journal in journals
                if journal.occurred_at in within
                for line in journal.lines
                if line.account in _REVENUE
            ),
        )

    def _shown(self, row: BookingRow, wanted: BookingSearch) -> bool:
        booking = row.booking
        paid = payment_statuses(latest_payment(self._tables, booking.booking_id))
        day = booking.zone.local(booking.lesson.starts_at).date()
        return (
            (not wanted.search or any(self._matches(row, wanted.part)))
            and (not wanted.statuses or booking.status in wanted.statuses)
            and (not wanted.payment_statuses or not paid.isdisjoint(wanted.payment_statuses))
            and (wanted.first_day is None or day >= wanted.first_day)
            and (wanted.last_day is None or day <= wanted.last_day)
            and wanted.needs_action in {None, bool(row.causes)}
        )

    def _matches(self, row: BookingRow, sought: str) -> Iterable[bool]:
        for text in (
            row.booking.service_name,
            row.student.name,
            row.student.email,
            row.instructor.name,
            row.instructor.email,
        ):
            yield sought in text.lower()
        yield sought == str(row.booking.booking_id).lower()
        payments = self._tables.of("payments", PaymentId, Payment).values()
        paid = {each.payment_id for each in payments if each.booking_id == row.booking.booking_id}
        yield sought in {str(each).lower() for each in paid}
        operations = self._tables.of("payment_operations", OperationId, PaymentOperation)
        for operation in operations.values():
            if operation.payment_id in paid:
                yield (operation.processor_ref or "").lower() == sought

    def _row(self, booking: Booking, now: datetime) -> BookingRow:
        payment: Payment | None = latest_payment(self._tables, booking.booking_id)
        return BookingRow(
            booking=booking,
            student=self._someone(AccountId(booking.student.value)),
            instructor=self._someone(AccountId(booking.instructor.value)),
            payment_id=None if payment is None else payment.payment_id,
            payment_state=None if payment is None else payment.state,
            card_amount=None if payment is None else payment.breakdown.card_amount,
            causes=causes(
                booking,
                report=self._report(booking.booking_id),
                issue=self._issue(booking.booking_id),
                payment=payment,
                now=now,
            ),
        )

    def _someone(self, account_id: AccountId) -> Someone:
        person = self._tables.of("accounts", AccountId, Person).get(account_id)
        return Someone(
            account_id=account_id,
            name="" if person is None else f"{person.first_name} {person.last_name}",
            email="" if person is None else person.email,
        )

    def _bookings(self) -> Sequence[Booking]:
        return list(bookings_in(self._tables).values())

    def _report(self, booking_id: BookingId) -> NoShowReport | None:
        return self._tables.of("no_show_reports", BookingId, NoShowReport).get(booking_id)

    def _issue(self, booking_id: BookingId) -> BookingIssue | None:
        return self._tables.of("booking_issues", BookingId, BookingIssue).get(booking_id)
