"""What people read of their money, in memory."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final

from attrs import define

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.accounts.model import Account as Person
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import EntityId
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.payments.ids import CardId, JournalId, PaymentId
from instainstru_core.payments.ledger.model import Account, Journal
from instainstru_core.payments.model.cards import SavedCard
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.statements import earnings, transactions
from instainstru_core.payments.statements.facts import (
    ENDED,
    LessonMoney,
    Posting,
    ShownCard,
    called,
)
from instainstru_core.payments.statements.periods import WHOLE, Period
from instainstru_core.payments.statements.ports import cursor_after, place_of
from instainstru_core.testing.memory.payments import latest_payment
from instainstru_core.testing.memory.tables import Tables

FORGOTTEN: Final = "forgotten_cards"


@define
class InMemoryStatementQueries:
    """The `StatementQueries` query."""

    _tables: Tables

    def taught(
        self, instructor_id: InstructorId, page: PageRequest, period: Period = WHOLE
    ) -> Page[LessonMoney]:
        return _page(self._taught(instructor_id, period), page)

    def every_taught(self, instructor_id: InstructorId, period: Period) -> list[LessonMoney]:
        return self._taught(instructor_id, period)

    def paid(self, student_id: StudentId, page: PageRequest) -> Page[LessonMoney]:
        mine = [
            (payment, booking)
            for payment, booking in self._confirmed()
            if payment.student_id == student_id
        ]
        return _page(self._lessons(mine, transactions.ACCOUNTS), page)

    def of_booking(self, booking_id: BookingId) -> tuple[StudentId, LessonMoney] | None:
        bookings = self._tables.of("bookings", BookingId, Booking)
        payment, booking = latest_payment(self._tables, booking_id), bookings.get(booking_id)
        while payment is None and booking is not None and booking.chain.successor_id is not None:
            booking = bookings[booking.chain.successor_id]
            payment = latest_payment(self._tables, booking.booking_id)
        if payment is None or booking is None:
            return None
        (found,) = self._lessons([(payment, booking)], transactions.ACCOUNTS)
        return payment.student_id, found

    def _taught(self, instructor_id: InstructorId, period: Period) -> list[LessonMoney]:
        mine = [
            (payment, booking)
            for payment, booking in self._confirmed()
            if payment.instructor_id == instructor_id
            and booking.status in ENDED
            and booking.zone.today(booking.lesson.starts_at) in period
        ]
        return self._lessons(mine, earnings.ACCOUNTS)

    def _confirmed(self) -> Iterable[tuple[Payment, Booking]]:
        bookings = self._tables.of("bookings", BookingId, Booking)
        for payment in self._tables.of("payments", PaymentId, Payment).values():
            booking = bookings[payment.booking_id]
            if booking.confirmed_at is not None:
                yield payment, booking

    def _lessons(
        self, found: list[tuple[Payment, Booking]], accounts: Iterable[Account]
    ) -> list[LessonMoney]:
        postings = self._postings({payment.payment_id for payment, _ in found}, frozenset(accounts))
        lessons = [
            self._lesson(payment, booking, postings[payment.payment_id])
            for payment, booking in found
        ]
        return sorted(
            lessons, key=lambda lesson: (lesson.starts_at, lesson.payment_id), reverse=True
        )

    def _lesson(self, payment: Payment, booking: Booking, postings: list[Posting]) -> LessonMoney:
        price, state = payment.breakdown, booking.state
        return LessonMoney(
            payment_id=payment.payment_id,
            booking_id=payment.booking_id,
            student=self._called(payment.student_id),
            instructor=self._called(payment.instructor_id),
            service_name=booking.service_name,
            starts_at=payment.lesson.starts_at,
            zone=booking.zone,
            student_zone=booking.student_zone,
            minutes=price.minutes,
            lesson_price=price.lesson_price,
            student_fee=price.student_fee,
            student_fee_bps=price.student_fee_bps,
            credit=price.credit,
            payout=price.payout,
            commission_bps=price.commission_bps,
            state=payment.standing,
            outcome=payment.outcome,
            closing=payment.closing,
            locked=booking.chain.lock_funded,
            status=booking.status,
            cancelled_at=state.at if isinstance(state, Cancelled) else None,
            card=self._card(payment.card_id),
            postings=tuple(postings),
        )

    def _called(self, who: EntityId) -> str:
        person = self._tables.of("accounts", AccountId, Person).get(AccountId(who.value))
        return "" if person is None else called(person.first_name, person.last_name)

    def _card(self, card_id: CardId) -> ShownCard | None:
        saved = self._tables.of("saved_cards", CardId, SavedCard).get(card_id)
        if saved is not None:
            return ShownCard(brand=saved.brand, last4=saved.last4)
        return self._tables.of(FORGOTTEN, CardId, ShownCard).get(card_id)

    def _postings(
        self, wanted: set[PaymentId], accounts: frozenset[Account]
    ) -> dict[PaymentId, list[Posting]]:
        found: dict[PaymentId, list[Posting]] = defaultdict(list)
        journals = self._tables.of("journals", JournalId, Journal).values()
        by_id: Callable[[Journal], JournalId] = lambda journal: journal.journal_id  # noqa: E731
        for journal in sorted(journals, key=by_id):
            for line in journal.lines:
                if line.payment_id in wanted and line.account in accounts:
                    found[line.payment_id].append(
                        Posting(
                            journal_type=journal.journal_type,
                            account=line.account,
                            cents=line.cents,
                            occurred_at=journal.occurred_at,
                            of_tip=line.tip_id is not None,
                            reference=line.processor_ref,
                        )
                    )
        return found


def _page(lessons: list[LessonMoney], page: PageRequest) -> Page[LessonMoney]:
    if page.cursor is not None:
        before = place_of(page.cursor)
        lessons = [each for each in lessons if (each.starts_at, each.payment_id) < before]
    shown = lessons[: page.limit]
    more = len(lessons) > len(shown)
    return Page(items=shown, next_cursor=cursor_after(shown[-1]) if more else None)
