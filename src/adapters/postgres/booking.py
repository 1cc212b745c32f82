"""Bookings in PostgreSQL. Source: BK-14, BK-56, spec 01 §4."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from attrs import define, evolve
from sqlalchemy import Connection, Row, and_, bindparam, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.booking_log import SET, logging_insert, logging_update, row_parameters
from adapters.postgres.deadlocks import deadlock_is_conflict
from adapters.postgres.outbox import Outbox
from adapters.postgres.tables.booking import bookings
from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.errors.refusals import InstructorConflict, StudentConflict
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import MAX_DURATION_MINUTES, Chain, Place
from instainstru_core.booking.model.states import (
    Cancelled,
    Completed,
    Confirmed,
    NoShow,
    Pending,
    State,
)
from instainstru_core.booking.terms import (
    BookingStatus,
    CancelKind,
    NoShowType,
    Party,
    PolicyCase,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.time import Interval

_LONGEST: Final = timedelta(minutes=MAX_DURATION_MINUTES)
_B = bookings.c

_GET: Final = select(bookings).where(_B.booking_id == bindparam("id"))

# The calendar first, then the row: creating a booking takes them in this order too. The row is read
# after both locks are held, so it is the latest, whatever the statement's snapshot says.
_GET_FOR_UPDATE: Final = text(
    """
    WITH marked AS (
        INSERT INTO calendars (instructor_id, changed_xid)
        SELECT instructor_id, pg_current_xact_id() FROM bookings WHERE booking_id = :id
        ON CONFLICT (instructor_id) DO UPDATE SET changed_xid = EXCLUDED.changed_xid
        RETURNING instructor_id
    )
    SELECT b.* FROM marked JOIN bookings AS b USING (instructor_id)
    WHERE b.booking_id = :id
    FOR UPDATE OF b
    """
).columns(*_B)

_HURRY: Final = text("SET LOCAL lock_timeout = '100ms'")

_STUDENTS_HOLDS: Final = and_(_B.student_id == bindparam("student"), _B.status == "PENDING")
_NEAR: Final = select(bookings).where(
    or_(
        and_(
            or_(
                _B.instructor_id == bindparam("instructor"),
                _B.student_id == bindparam("student"),
            ),
            _B.status != "CANCELLED",
            # A lesson lasts four hours at most, so the index on its start bounds it on both sides.
            _B.starts_at > bindparam("earliest"),
            _B.starts_at < bindparam("ends_at"),
            _B.ends_at > bindparam("starts_at"),
        ),
        _STUDENTS_HOLDS,
    )
)
_HOLDS: Final = select(bookings).where(_STUDENTS_HOLDS)

# The exclusion constraints are the judges: DO NOTHING keeps the transaction usable.
_ADD: Final = logging_insert(insert(bookings).values(SET).on_conflict_do_nothing())
_IN_THE_WAY: Final = (
    select(_B.booking_id, _B.instructor_id)
    .where(
        or_(
            _B.instructor_id == bindparam("instructor"),
            _B.student_id == bindparam("student"),
        ),
        _B.status != "CANCELLED",
        _B.chain_id != bindparam("chain"),
        _B.starts_at < bindparam("ends_at"),
        _B.ends_at > bindparam("starts_at"),
    )
    .order_by((_B.instructor_id == bindparam("instructor")).desc())
    .limit(1)
)
_SAVE: Final = logging_update(
    update(bookings)
    .values(SET)
    .where(_B.booking_id == bindparam("id"), _B.version == bindparam("read_version"))
)


@define
class PostgresBookings:
    """The `Bookings` port, one statement per call."""

    _connection: Connection
    _outbox: Outbox

    def get(self, booking_id: BookingId) -> Booking:
        """The booking as it stands."""
        row = self._connection.execute(_GET, {"id": booking_id}).one_or_none()
        if row is None:
            raise BookingNotFound(booking_id)
        return booking_of(row)

    def get_for_update(self, booking_id: BookingId, *, patient: bool = True) -> Booking:
        """The booking, locked after its instructor's calendar."""
        with deadlock_is_conflict():
            if not patient:
                self._connection.execute(_HURRY)
            rows = self._connection.execute(_GET_FOR_UPDATE, {"id": booking_id.value})
        row = rows.one_or_none()
        if row is None:
            raise BookingNotFound(booking_id)
        return booking_of(row)

    def near(
        self, *, student: StudentId, instructor: InstructorId, around: Interval | None
    ) -> Sequence[Booking]:
        """Bookings of either that own time in *around*, and every hold of the student."""
        if around is None:
            rows = self._connection.execute(_HOLDS, {"student": student})
        else:
            rows = self._connection.execute(
                _NEAR,
                {
                    "student": student,
                    "instructor": instructor,
                    "earliest": around.starts_at - _LONGEST,
                    "starts_at": around.starts_at,
                    "ends_at": around.ends_at,
                },
            )
        return [booking_of(row) for row in rows]

    def add(self, booking: Booking) -> Booking:
        """Keep a new booking; a constraint says which of the two has another one then."""
        with deadlock_is_conflict():
            version = self._connection.scalar(_ADD, row_parameters(booking, columns_of(booking)))
        if version is None:
            raise self._refusal(booking)
        return self._recorded(booking, version)

    def save(self, booking: Booking) -> Booking:
        """Keep a booking as it is now."""
        changes = row_parameters(booking, columns_of(booking))
        keys = {"id": booking.booking_id, "read_version": booking.version}
        version = self._connection.scalar(_SAVE, {**changes, **keys})
        if version is None:
            raise StaleAggregate(f"booking {booking.booking_id} changed since it was read")
        return self._recorded(booking, version)

    def _refusal(self, booking: Booking) -> InstructorConflict | StudentConflict:
        row = self._connection.execute(
            _IN_THE_WAY,
            {
                "instructor": booking.instructor,
                "student": booking.student,
                "chain": booking.chain.chain_id,
                "starts_at": booking.lesson.starts_at,
                "ends_at": booking.lesson.ends_at,
            },
        ).one_or_none()
        if row is None or row.instructor_id == booking.instructor:
            return InstructorConflict(booking.lesson)
        return StudentConflict(booking.lesson, row.booking_id)

    def _recorded(self, booking: Booking, version: int) -> Booking:
        self._outbox.record(booking.events)
        return evolve(booking, version=version, events=())


def columns_of(booking: Booking) -> dict[str, Any]:
    """One row's worth of *booking*, one version on."""
    place, chain = booking.place, booking.chain
    return {
        "booking_id": booking.booking_id,
        "chain_id": chain.chain_id,
        "predecessor_id": chain.predecessor_id,
        "predecessor_start": chain.predecessor_start,
        "successor_id": chain.successor_id,
        "reschedule_count": chain.reschedule_count,
        "late_reschedule": chain.late_reschedule,
        "lock_funded": chain.lock_funded,
        "student_id": booking.student,
        "instructor_id": booking.instructor,
        "service_id": booking.service_id,
        "starts_at": booking.lesson.starts_at,
        "ends_at": booking.lesson.ends_at,
        "duration_minutes": booking.lesson.minutes,
        "zone": booking.zone,
        "student_zone": booking.student_zone,
        "local_date": local_date(booking),
        "service_name": booking.service_name,
        "hourly_rate_cents": booking.hourly_rate,
        "price_cents": booking.price,
        "service_area": booking.service_area,
        "location_type": booking.location_type.value,
        "address": None if place is None else place.address,
        "lat": None if place is None else place.lat,
        "lng": None if place is None else place.lng,
        "place_id": None if place is None else place.place_id,
        "meeting_details": booking.meeting_details,
        "note": booking.note,
        "instructor_note": booking.instructor_note,
        "created_at": booking.created_at,
        "version": booking.version + 1,
        **_state_columns(booking),
    }


def local_date(booking: Booking) -> date:
    """The date of the lesson where it is given."""
    return booking.zone.local(booking.lesson.starts_at).date()


def _state_columns(booking: Booking) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "status": booking.status.value,
        "hold_expires_at": None,
        "confirmed_at": booking.confirmed_at,
        "completed_at": None,
        "cancelled_at": None,
        "cancel_kind": None,
        "cancelled_by_party": None,
        "cancelled_by": None,
        "cancel_reason": None,
        "policy_case": None,
        "no_show_at": None,
        "no_show_type": None,
    }
    match booking.state:
        case Pending(hold_expires_at):
            columns["hold_expires_at"] = hold_expires_at
        case Confirmed():
            pass
        case Completed(at=at):
            columns["completed_at"] = at
        case Cancelled() as ended:
            columns["cancelled_at"] = ended.at
            columns["cancel_kind"] = ended.kind.value
            columns["cancelled_by_party"] = None if ended.by is None else ended.by.value
            columns["cancelled_by"] = ended.actor
            columns["cancel_reason"] = ended.reason
            columns["policy_case"] = None if ended.policy_case is None else ended.policy_case.value
        case NoShow() as missed:
            columns["completed_at"] = missed.completed_at
            columns["no_show_at"] = missed.at
            columns["no_show_type"] = missed.type.value
    return columns


def booking_of(row: Row[*tuple[Any, ...]]) -> Booking:
    """The booking that *row* is."""
    return Booking(
        booking_id=row.booking_id,
        chain=Chain(
            chain_id=row.chain_id,
            predecessor_id=row.predecessor_id,
            predecessor_start=row.predecessor_start,
            successor_id=row.successor_id,
            reschedule_count=row.reschedule_count,
            late_reschedule=row.late_reschedule,
            lock_funded=row.lock_funded,
        ),
        student=row.student_id,
        instructor=row.instructor_id,
        service_id=row.service_id,
        lesson=Interval(row.starts_at, row.ends_at),
        zone=row.zone,
        student_zone=row.student_zone,
        location_type=LocationType(row.location_type),
        place=None
        if row.address is None
        else Place(address=row.address, lat=row.lat, lng=row.lng, place_id=row.place_id),
        service_name=row.service_name,
        hourly_rate=row.hourly_rate_cents,
        price=row.price_cents,
        service_area=row.service_area,
        note=row.note,
        instructor_note=row.instructor_note,
        meeting_details=row.meeting_details,
        created_at=row.created_at,
        state=_state_of(row),
        version=row.version,
    )


def _state_of(row: Row[*tuple[Any, ...]]) -> State:
    match BookingStatus(row.status):
        case BookingStatus.PENDING:
            return Pending(row.hold_expires_at)
        case BookingStatus.CONFIRMED:
            return Confirmed(row.confirmed_at)
        case BookingStatus.COMPLETED:
            return Completed(at=row.completed_at, confirmed_at=row.confirmed_at)
        case BookingStatus.CANCELLED:
            party, case = row.cancelled_by_party, row.policy_case
            return Cancelled(
                at=row.cancelled_at,
                kind=CancelKind(row.cancel_kind),
                confirmed_at=row.confirmed_at,
                by=None if party is None else Party(party),
                actor=row.cancelled_by,
                reason=row.cancel_reason,
                policy_case=None if case is None else PolicyCase(case),
            )
        case BookingStatus.NO_SHOW:
            return NoShow(
                at=row.no_show_at,
                confirmed_at=row.confirmed_at,
                completed_at=row.completed_at,
                type=NoShowType(row.no_show_type),
            )
