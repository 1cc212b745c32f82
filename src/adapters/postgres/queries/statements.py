"""What people read of their money, in PostgreSQL: one statement for a page. Source: PY-68…PY-70."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final

from attrs import define
from sqlalchemy import Connection, Row, TextClause, text

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import BookingStatus
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.kernel.zones import Zone
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.ledger.model import Account, JournalType
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
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

_EARLIEST: Final = date(1970, 1, 1).toordinal()
_LATEST: Final = date(9999, 1, 1).toordinal()


def _listed(values: Collection[str]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


def _lessons(chosen: str, accounts: Collection[Account], order: str) -> TextClause:
    """Payments that are *chosen*, in *order*, and their postings; nothing else is looked up."""
    return text(
        f"""
        WITH page AS MATERIALIZED (
            SELECT payment.*, booking.service_name, booking.zone, booking.student_zone,
                   booking.lock_funded, booking.cancelled_at, booking.status
            FROM payments payment
            JOIN bookings booking ON booking.booking_id = payment.booking_id
            WHERE {chosen}
            {order}
        )
        SELECT page.payment_id, page.booking_id, page.student_id, page.starts_at, page.minutes,
               page.lesson_price_cents, page.student_fee_cents, page.student_fee_bps,
               page.credit_cents, page.payout_cents, page.commission_bps, page.state,
               page.resume_state, page.outcome, page.closing, page.service_name, page.zone,
               page.student_zone,
               page.lock_funded, page.cancelled_at, page.status,
               student.first_name AS student_first, student.last_name AS student_last,
               teacher.first_name AS teacher_first, teacher.last_name AS teacher_last,
               coalesce(card.brand, gone.brand) AS brand,
               coalesce(card.last4, gone.last4) AS last4, books.postings
        FROM page
        LEFT JOIN accounts student ON student.account_id = page.student_id
        LEFT JOIN accounts teacher ON teacher.account_id = page.instructor_id
        LEFT JOIN saved_cards card ON card.card_id = page.card_id
        LEFT JOIN forgotten_cards gone ON gone.card_id = page.card_id
        LEFT JOIN LATERAL (
            SELECT json_agg(
                json_build_array(
                    journal.journal_type, line.account, line.cents, journal.occurred_at,
                    line.tip_id IS NOT NULL, line.processor_ref
                )
                ORDER BY journal.journal_id, line.position
            ) AS postings
            FROM journal_lines line
            JOIN journals journal ON journal.journal_id = line.journal_id
            WHERE line.payment_id = page.payment_id AND line.account IN ({_listed(accounts)})
        ) books ON true
        ORDER BY page.starts_at DESC, page.payment_id DESC
        """  # noqa: S608 - made of this module's own words
    )


_BEFORE: Final = """
    AND (
        CAST(:starts_at AS timestamptz) IS NULL
        OR (payment.starts_at, payment.payment_id)
            < (CAST(:starts_at AS timestamptz), CAST(:payment_id AS uuid))
    )
"""
_NEWEST: Final = "ORDER BY payment.starts_at DESC, payment.payment_id DESC LIMIT :rows"
# The days are those of the lesson's own calendar; the instants let the index choose.
_TAUGHT_BY: Final = f"""
    payment.instructor_id = :owner AND booking.confirmed_at IS NOT NULL
    AND booking.status IN ({_listed(ENDED)})
    AND (
        CAST(:first AS date) IS NULL
        OR (booking.local_date >= :first AND payment.starts_at >= :since)
    )
    AND (
        CAST(:last AS date) IS NULL
        OR (booking.local_date <= :last AND payment.starts_at < :until)
    )
"""
_TAUGHT: Final = _lessons(_TAUGHT_BY + _BEFORE, earnings.ACCOUNTS, _NEWEST)
_EVERY: Final = _lessons(_TAUGHT_BY, earnings.ACCOUNTS, "")
_PAID: Final = _lessons(
    f"payment.student_id = :owner AND booking.confirmed_at IS NOT NULL {_BEFORE}",
    transactions.ACCOUNTS,
    _NEWEST,
)
_OF_BOOKING: Final = _lessons(
    """payment.booking_id IN (
        WITH RECURSIVE moved AS (
            SELECT booking_id, successor_id FROM bookings WHERE booking_id = :booking
            UNION ALL
            SELECT later.booking_id, later.successor_id
            FROM bookings later JOIN moved ON later.booking_id = moved.successor_id
        )
        SELECT booking_id FROM moved
    )""",
    transactions.ACCOUNTS,
    "ORDER BY payment.payment_id DESC LIMIT 1",
)


@define
class PostgresStatementQueries:
    """The `StatementQueries` query."""

    _connection: Connection

    def taught(
        self, instructor_id: InstructorId, page: PageRequest, period: Period = WHOLE
    ) -> Page[LessonMoney]:
        values = {"owner": instructor_id.value, **_days(period), **_place(page)}
        return _page(self._connection.execute(_TAUGHT, values).all(), page)

    def every_taught(self, instructor_id: InstructorId, period: Period) -> list[LessonMoney]:
        values = {"owner": instructor_id.value, **_days(period)}
        return [_lesson(row) for row in self._connection.execute(_EVERY, values)]

    def paid(self, student_id: StudentId, page: PageRequest) -> Page[LessonMoney]:
        values = {"owner": student_id.value, **_place(page)}
        return _page(self._connection.execute(_PAID, values).all(), page)

    def of_booking(self, booking_id: BookingId) -> tuple[StudentId, LessonMoney] | None:
        row = self._connection.execute(_OF_BOOKING, {"booking": booking_id.value}).one_or_none()
        return None if row is None else (StudentId(row.student_id), _lesson(row))


def _days(period: Period) -> dict[str, Any]:
    """The days, and instants that are surely before and after them in any zone."""
    first, last = period.first, period.last
    return {
        "first": first,
        "last": last,
        "since": None if first is None else _instant(first.toordinal() - 1),
        "until": None if last is None else _instant(last.toordinal() + 2),
    }


def _instant(ordinal: int) -> datetime:
    day = date.fromordinal(min(max(ordinal, _EARLIEST), _LATEST))
    return datetime.combine(day, time(), UTC)


def _place(page: PageRequest) -> dict[str, Any]:
    if page.cursor is None:
        return {"starts_at": None, "payment_id": None, "rows": page.limit + 1}
    starts_at, payment_id = place_of(page.cursor)
    return {"starts_at": starts_at, "payment_id": payment_id.value, "rows": page.limit + 1}


def _page(rows: Sequence[Row[Any]], page: PageRequest) -> Page[LessonMoney]:
    shown = [_lesson(row) for row in rows[: page.limit]]
    more = len(rows) > len(shown)
    return Page(items=shown, next_cursor=cursor_after(shown[-1]) if more else None)


def _lesson(row: Row[Any]) -> LessonMoney:
    return LessonMoney(
        payment_id=PaymentId(row.payment_id),
        booking_id=BookingId(row.booking_id),
        student=_called(row.student_first, row.student_last),
        instructor=_called(row.teacher_first, row.teacher_last),
        service_name=row.service_name,
        starts_at=row.starts_at,
        zone=Zone(row.zone),
        student_zone=Zone(row.student_zone),
        minutes=row.minutes,
        lesson_price=Money(row.lesson_price_cents),
        student_fee=Money(row.student_fee_cents),
        student_fee_bps=row.student_fee_bps,
        credit=Money(row.credit_cents),
        payout=Money(row.payout_cents),
        commission_bps=row.commission_bps,
        state=PaymentState(row.resume_state or row.state),
        outcome=None if row.outcome is None else Outcome(row.outcome),
        closing=None if row.closing is None else Outcome(row.closing),
        locked=row.lock_funded,
        status=BookingStatus(row.status),
        cancelled_at=row.cancelled_at,
        card=None if row.brand is None else ShownCard(brand=row.brand, last4=row.last4),
        postings=tuple(_posting(each) for each in row.postings or ()),
    )


def _posting(line: list[Any]) -> Posting:
    kind, account, cents, at, of_tip, reference = line
    return Posting(
        journal_type=JournalType(kind),
        account=Account(account),
        cents=cents,
        occurred_at=datetime.fromisoformat(at),
        of_tip=of_tip,
        reference=reference,
    )


def _called(first: str | None, last: str | None) -> str:
    return "" if first is None or last is None else called(first, last)
