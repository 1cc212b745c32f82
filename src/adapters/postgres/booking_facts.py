"""What booking must know of others, read in one statement each. Source: BK-11, BK-14, BK-22."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from attrs import define
from sqlalchemy import Connection, Row, bindparam, text

from adapters.postgres.deadlocks import deadlock_is_conflict
from adapters.postgres.queries.availability import private_busy_of
from adapters.postgres.types import IdOf, ZoneName
from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.model.planes import CLOSED, DayPlanes
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.parts import Place
from instainstru_core.booking.policies.facts import Offered, Parties, Teacher
from instainstru_core.booking.terms import Standing
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.zones import NEW_YORK

# The lock makes one student's bookings wait for one another, whoever they are with: what the next
# statement reads of the student's lessons and holds then stays true until the unit ends.
_PARTIES: Final = (
    text(
        """
        SELECT
            pg_advisory_xact_lock(hashtextextended('booking.student:' || :student, 0)),
            account.zone AS student_zone,
            coalesce(
                (
                    SELECT nullif(kept.standing, 'ok') FROM payment_standings AS kept
                    WHERE kept.student_id = :student
                ),
                CASE WHEN EXISTS (
                    SELECT FROM student_debts AS debt
                    WHERE debt.student_id = :student
                        AND debt.paid_cents + debt.written_off_cents < debt.amount_cents
                ) THEN 'credit_balance_negative' ELSE 'ok' END
            ) AS standing,
            teacher.instructor_id IS NOT NULL AS has_teacher,
            teacher.is_live AND teacher.status_active AND teacher.payable AS is_bookable,
            teacher.teaching_address, teacher.teaching_lat, teacher.teaching_lng,
            ARRAY(
                SELECT region_slug FROM instructor_areas WHERE instructor_id = :instructor
            ) AS service_area,
            service.is_active AS service_active,
            service.name AS service_name,
            offering.rate_travel_cents, offering.rate_studio_cents, offering.rate_online_cents,
            offering.durations, offering.active,
            open_day.travel, open_day.studio, open_day.online,
            elsewhere.days AS elsewhere_days, elsewhere.planes AS elsewhere_planes,
            EXISTS (
                SELECT FROM blackouts WHERE instructor_id = :instructor AND day = :day
            ) AS blocked
        FROM (SELECT) AS always
        LEFT JOIN accounts AS account ON account.account_id = :student
        LEFT JOIN instructors AS teacher ON teacher.instructor_id = :instructor
        LEFT JOIN services AS service ON service.service_id = :service
        LEFT JOIN offerings AS offering
            ON offering.instructor_id = :instructor AND offering.service_id = :service
        LEFT JOIN availability_days AS open_day
            ON open_day.instructor_id = :instructor AND open_day.day = :day
        CROSS JOIN LATERAL (
            SELECT array_agg(day ORDER BY day, feed_id) AS days,
                string_agg(slots, ''::bytea ORDER BY day, feed_id) AS planes
            FROM private_busy
            WHERE private_busy.instructor_id = :instructor
                AND day BETWEEN CAST(:day AS date) - 1 AND CAST(:day AS date) + 1
        ) AS elsewhere
        """
    )
    .bindparams(
        bindparam("student", type_=IdOf(StudentId)),
        bindparam("instructor", type_=IdOf(InstructorId)),
        bindparam("service", type_=IdOf(ServiceId)),
    )
    .columns(student_zone=ZoneName)
)
_LOCKED: Final = text(
    "SELECT EXISTS (SELECT FROM payments"
    " WHERE booking_id = :booking AND coalesce(resume_state, state) = 'locked')"
).bindparams(bindparam("booking", type_=IdOf(BookingId)))
_READY: Final = text(
    "SELECT EXISTS (SELECT FROM payments"
    " WHERE booking_id = :booking AND state IN ('authorized', 'locked'))"
).bindparams(bindparam("booking", type_=IdOf(BookingId)))

_OVERDUE: Final = text(
    """
    SELECT b.booking_id FROM bookings AS b
    WHERE b.status = 'CONFIRMED' AND b.ends_at <= :before
      AND EXISTS (
          SELECT FROM payments AS p
          WHERE p.booking_id = b.booking_id AND p.state IN ('authorized', 'locked')
      )
      AND NOT EXISTS (
          SELECT FROM no_show_reports AS r
          WHERE r.booking_id = b.booking_id AND r.resolved_at IS NULL
      )
      AND NOT EXISTS (
          SELECT FROM booking_issues AS i
          WHERE i.booking_id = b.booking_id AND i.resolved_at IS NULL
      )
    ORDER BY b.ends_at, b.booking_id
    LIMIT :most
    """
).columns(booking_id=IdOf(BookingId))

_PAYMENT_STATUS: Final = text(
    "SELECT CASE WHEN state <> 'settled' AND closing IS NOT NULL"
    " AND failure_kind IS DISTINCT FROM 'capture' THEN 'captured' ELSE state END"
    " FROM payments WHERE booking_id = :booking ORDER BY payment_id DESC LIMIT 1"
).bindparams(bindparam("booking", type_=IdOf(BookingId)))


@define
class PostgresBookingParties:
    """The `BookingParties` port: one statement for everything but the lessons themselves."""

    _connection: Connection

    def find(
        self,
        *,
        student: StudentId,
        instructor: InstructorId,
        service_id: ServiceId,
        day: date | None,
    ) -> Parties:
        """What is known of them, with the student locked until the unit ends."""
        with deadlock_is_conflict():
            rows = self._connection.execute(
                _PARTIES,
                {"student": student, "instructor": instructor, "service": service_id, "day": day},
            )
        row = rows.one()
        return Parties(
            student_zone=row.student_zone or NEW_YORK,
            standing=Standing(row.standing),
            teacher=_teacher(row) if row.has_teacher else None,
            service_active=row.service_active,
            offered=None if row.durations is None else _offered(row),
            planes=CLOSED if row.travel is None else _planes(row),
            blocked=row.blocked,
            private_busy=private_busy_of(row.elsewhere_days, row.elsewhere_planes),
        )


@define
class PostgresPaymentReadiness:
    """The `PaymentReadiness` port, over the table of payments."""

    _connection: Connection

    def is_ready(self, booking_id: BookingId) -> bool:
        """Whether the lesson's money is authorised or locked in."""
        return bool(self._connection.scalar(_READY, {"booking": booking_id}))

    def is_locked(self, booking_id: BookingId) -> bool:
        """Whether the money was taken at a late reschedule, and waits."""
        return bool(self._connection.scalar(_LOCKED, {"booking": booking_id}))

    def overdue(self, *, before: datetime, limit: int) -> Sequence[BookingId]:
        """Confirmed lessons that ended by *before*, with their money there and no open claim."""
        return self._connection.scalars(_OVERDUE, {"before": before, "most": limit}).all()

    def status_of(self, booking_id: BookingId) -> str | None:
        """The public name of its payment's state."""
        status: str | None = self._connection.scalar(_PAYMENT_STATUS, {"booking": booking_id})
        return status


def _teacher(row: Row[*tuple[Any, ...]]) -> Teacher:
    place = None
    if row.teaching_address is not None:
        place = Place(address=row.teaching_address, lat=row.teaching_lat, lng=row.teaching_lng)
    return Teacher(
        is_bookable=row.is_bookable,
        service_area=frozenset(row.service_area),
        teaching_place=place,
    )


def _offered(row: Row[*tuple[Any, ...]]) -> Offered:
    cents = {
        Format.TRAVEL: row.rate_travel_cents,
        Format.STUDIO: row.rate_studio_cents,
        Format.ONLINE: row.rate_online_cents,
    }
    return Offered(
        service_name=row.service_name,
        rates={each: Money(rate) for each, rate in cents.items() if rate is not None},
        durations=tuple(row.durations),
        active=row.active,
    )


def _planes(row: Row[*tuple[Any, ...]]) -> DayPlanes:
    return DayPlanes(
        int.from_bytes(row.travel, "little"),
        int.from_bytes(row.studio, "little"),
        int.from_bytes(row.online, "little"),
    )
