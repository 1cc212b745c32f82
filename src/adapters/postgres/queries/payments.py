"""What screens read of payments, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from attrs import define
from sqlalchemy import Connection, select, text

from adapters.postgres.cards import CARDS_OF, account_of, card_of
from adapters.postgres.payment_operations import OPERATIONS_OF, operation_of
from adapters.postgres.payments import OF_BOOKING, payment_of
from adapters.postgres.tables.payments import connect_accounts, saved_cards
from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.model.cards import ConnectAccount, SavedCard
from instainstru_core.payments.model.health import (
    OVERDUE_AFTER,
    QUIET_FOR,
    AuthorisationHealth,
)
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.queries import Earned, PaymentView

_EARNED = text(
    """
    SELECT coalesce(-sum(line.cents), 0) AS total,
           coalesce(-sum(line.cents) FILTER (
               WHERE journal.occurred_at >= :since AND journal.occurred_at < :until
           ), 0) AS within
    FROM payments payment
    JOIN journal_lines line ON line.payment_id = payment.payment_id
        AND line.account = 'connect_owner' AND line.tip_id IS NULL
    JOIN journals journal ON journal.journal_id = line.journal_id
    WHERE payment.instructor_id = :instructor
    """
)

# What was sent less what was taken back, and what is owed: never below nothing. Source: PY-68.
_BOOKED = text(
    """
    SELECT greatest(0, coalesce(-sum(cents) FILTER (WHERE account = 'connect_owner'), 0))
         + greatest(0, coalesce(-sum(cents) FILTER (WHERE account = 'instructor_payable'), 0))
    FROM journal_lines
    WHERE payment_id = :payment AND tip_id IS NULL
        AND account IN ('connect_owner', 'instructor_payable')
    """
)

# A payment goes along with its lesson: where it is now, from wherever the lesson once was.
_MOVED_TO = text(
    """
    WITH RECURSIVE moved AS (
        SELECT booking_id, successor_id, 0 AS step FROM bookings WHERE booking_id = :booking
        UNION ALL
        SELECT next.booking_id, next.successor_id, moved.step + 1
        FROM moved JOIN bookings next ON next.booking_id = moved.successor_id
    )
    SELECT booking_id FROM moved
    WHERE EXISTS (SELECT FROM payments WHERE payments.booking_id = moved.booking_id)
    ORDER BY step LIMIT 1
    """
)

_AUTHORISATIONS = text(
    """
    SELECT
        (
            SELECT count(*) FROM payments
            WHERE state = 'scheduled' AND auth_due_at < :late
        ) AS overdue,
        (
            SELECT count(*) FROM payments
            WHERE state IN ('scheduled', 'payment_method_required') AND closing IS NULL
                AND auth_due_at > :since AND auth_due_at <= :late AND created_at <= auth_due_at
        ) AS unpaid,
        (SELECT count(*) FROM card_holds WHERE authorized_at > :since) AS granted
    """
)


@define
class PostgresPaymentQueries:
    """The `PaymentQueries` query."""

    _connection: Connection

    def of_booking(self, booking_id: BookingId, *, viewer: AccountId) -> PaymentView | None:
        row = self._connection.execute(OF_BOOKING, {"booking_id": booking_id}).one_or_none()
        if row is None:
            return None
        payment = payment_of(row)
        if viewer.value not in {payment.student_id.value, payment.instructor_id.value}:
            return None
        operations = self._connection.execute(OPERATIONS_OF, {"payment_id": payment.payment_id})
        card = self._connection.execute(
            select(saved_cards).where(saved_cards.c.card_id == payment.card_id)
        ).one_or_none()
        return PaymentView(
            payment=payment,
            operations=tuple(operation_of(each) for each in operations),
            card=None if card is None else card_of(card),
            booked=self._booked(payment)
            if viewer.value == payment.instructor_id.value
            else NOTHING,
        )

    def of_lesson(self, booking_id: BookingId, *, viewer: AccountId) -> PaymentView | None:
        found = self._connection.execute(_MOVED_TO, {"booking": booking_id.value}).scalar()
        return None if found is None else self.of_booking(BookingId(found), viewer=viewer)

    def _booked(self, payment: Payment) -> Money:
        asked = {"payment": payment.payment_id.value}
        return Money(int(self._connection.execute(_BOOKED, asked).scalar_one()))

    def earned(self, instructor_id: InstructorId, within: Interval) -> Earned:
        values = {
            "instructor": instructor_id.value,
            "since": within.starts_at,
            "until": within.ends_at,
        }
        row = self._connection.execute(_EARNED, values).one()
        return Earned(total=Money(int(row.total)), within=Money(int(row.within)))

    def authorisations(self, *, now: datetime) -> AuthorisationHealth:
        asked = {"late": now - OVERDUE_AFTER, "since": now - QUIET_FOR}
        row = self._connection.execute(_AUTHORISATIONS, asked).one()
        return AuthorisationHealth(overdue=row.overdue, unpaid=row.unpaid, granted=row.granted)

    def cards(self, student_id: StudentId) -> Sequence[SavedCard]:
        rows = self._connection.execute(CARDS_OF, {"student_id": student_id})
        return [card_of(row) for row in rows]

    def payout_account(self, instructor_id: InstructorId) -> ConnectAccount | None:
        statement = select(connect_accounts).where(
            connect_accounts.c.instructor_id == instructor_id
        )
        return account_of(self._connection.execute(statement).one_or_none())
