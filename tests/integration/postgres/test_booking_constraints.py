"""What the database itself refuses of a booking, whatever wrote it. Source: spec 01 §4."""

import pytest
from attrs import evolve
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.bookings import successor_of
from instainstru_core.testing.strategies.booking import a_booking

COMPLETED = "status = 'COMPLETED', hold_expires_at = NULL, confirmed_at = now()"


@pytest.fixture
def ids() -> CountedIds:
    return CountedIds()


@pytest.fixture
def held(units: PostgresUnits, ids: CountedIds) -> Booking:
    booking = a_booking(
        ids.new(BookingId), student=ids.new(StudentId), instructor=ids.new(InstructorId)
    )
    with units.begin() as work:
        return work.bookings.add(booking)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("ends_at = starts_at, duration_minutes = 0", "duration"),
        ("ends_at = starts_at - interval '1 hour'", "duration_is_span"),
        ("duration_minutes = 45", "duration_is_span"),
        ("ends_at = starts_at + interval '25 min', duration_minutes = 25", "duration"),
        ("ends_at = starts_at + interval '245 min', duration_minutes = 245", "duration"),
        ("ends_at = starts_at + interval '62 min', duration_minutes = 62", "duration"),
        ("status = 'HELD', hold_expires_at = NULL", "status"),
        ("location_type = 'moon'", "location_type"),
        ("student_id = instructor_id", "two_people"),
        ("cancelled_at = now()", "cancelled"),
        ("cancel_kind = 'by_student'", "cancel_kind"),
        ("status = 'CANCELLED', hold_expires_at = NULL, cancel_kind = 'by_student'", "cancelled"),
        ("status = 'CANCELLED', hold_expires_at = NULL, cancelled_at = now()", "cancel_kind"),
        (
            "status = 'CANCELLED', hold_expires_at = NULL, cancelled_at = now(), cancel_kind = 'x'",
            "cancel_kind_known",
        ),
        (COMPLETED, "completed"),
        (f"{COMPLETED}, completed_at = now()", "completed_after_end"),
        ("status = 'CONFIRMED', hold_expires_at = NULL", "confirmed"),
        ("hold_expires_at = NULL", "hold"),
        ("predecessor_id = booking_id", "predecessor"),
        ("reschedule_count = -1", "reschedule_count"),
        ("price_cents = -1", "money"),
        ("location_type = 'student_location'", "place_unless_online"),
        ("lat = 40.7", "place"),
        ("status = 'NO_SHOW', hold_expires_at = NULL, confirmed_at = now()", "no_show"),
    ],
)
@pytest.mark.usefixtures("held")
def test_a_booking_that_can_never_be_is_not_kept(
    engine: Engine, change: str, constraint: str
) -> None:
    with pytest.raises(IntegrityError) as refused, engine.begin() as connection:
        connection.execute(text(f"UPDATE bookings SET {change}"))
    assert name_of(refused.value) == f"bookings_{constraint}_check"


@pytest.mark.parametrize(
    ("shared", "constraint"),
    [
        ("instructor_id", "booking_instructor_excl"),
        ("student_id", "booking_student_excl"),
    ],
)
def test_two_chains_never_own_one_time(
    engine: Engine,
    units: PostgresUnits,
    ids: CountedIds,
    held: Booking,
    shared: str,
    constraint: str,
) -> None:
    """§10.10; whoever writes past the application is told, too."""
    other = a_booking(
        ids.new(BookingId), student=ids.new(StudentId), instructor=ids.new(InstructorId)
    )
    with units.begin() as work:
        work.bookings.add(other)
    with pytest.raises(IntegrityError) as refused, engine.begin() as connection:
        connection.execute(
            text(
                f"UPDATE bookings SET {shared} ="
                f" (SELECT {shared} FROM bookings WHERE booking_id = :held)"
                " WHERE booking_id = :other"
            ),
            {"held": held.booking_id.value, "other": other.booking_id.value},
        )
    assert name_of(refused.value) == constraint


def test_bk33_a_booking_has_one_live_successor(
    engine: Engine, units: PostgresUnits, ids: CountedIds, held: Booking
) -> None:
    first = successor_of(held, ids.new(BookingId))
    second = evolve(first, booking_id=ids.new(BookingId))
    with units.begin() as work:
        work.bookings.add(first)
    with pytest.raises(IntegrityError) as refused, engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO bookings SELECT (jsonb_populate_record(b, jsonb_build_object("
                "'booking_id', CAST(:second AS uuid)))).* FROM bookings AS b"
                " WHERE booking_id = :first"
            ),
            {"first": first.booking_id.value, "second": second.booking_id.value},
        )
    assert name_of(refused.value) == "bookings_one_live_successor_key"


def name_of(refused: IntegrityError) -> str:
    """Which constraint it was."""
    return str(getattr(refused.orig, "diag").constraint_name)  # noqa: B009 - the driver's own
