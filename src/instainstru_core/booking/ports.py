"""What booking needs from the world."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.ports import AvailabilityWork
from instainstru_core.booking.claims.ports import Claims
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.policies.facts import Parties
from instainstru_core.booking.video.ports import VideoSessions
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.due_work.ports import DueWork
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Interval


class Bookings(Protocol):
    """Every booking ever made.

    Whoever changes one reads it with `get_for_update`, or holds the lock of its instructor's
    calendar; both mark the calendar as changed, so that nobody is shown the time it had before.
    """

    def get(self, booking_id: BookingId) -> Booking:
        """The booking as it stands.

        Raises:
            BookingNotFound: There is none.
        """
        ...

    def get_for_update(self, booking_id: BookingId, *, patient: bool = True) -> Booking:
        """The booking, locked for this unit, after its instructor's calendar. Source: BK-56.

        Who holds another calendar already must not be *patient*: the other one's holder may be
        waiting for it.

        Raises:
            BookingNotFound: There is none.
            OperationInProgress: Somebody else has it, and goes on having it.
        """
        ...

    def near(
        self,
        *,
        student: StudentId,
        instructor: InstructorId,
        around: Interval | None,
    ) -> Sequence[Booking]:
        """Bookings of either that own time in *around*, and every hold of the student.

        Holds that have expired are among them until somebody lets them go.
        """
        ...

    def add(self, booking: Booking) -> Booking:
        """Keep a new booking.

        Raises:
            InstructorConflict: The instructor has another one then; the constraint
                `booking_instructor_excl` is the last line. Source: BK-14.
            StudentConflict: The student has; `booking_student_excl`.
        """
        ...

    def save(self, booking: Booking) -> Booking:
        """Keep a booking as it is now.

        Raises:
            StaleAggregate: It changed since it was read.
        """
        ...


class BookingParties(Protocol):
    """Who and what a proposal names."""

    def find(
        self,
        *,
        student: StudentId,
        instructor: InstructorId,
        service_id: ServiceId,
        day: date | None,
    ) -> Parties:
        """What is known of them, and how *day* is opened; absent where there is no such thing.

        From here to its end the unit is the only one that books for *student*. Source: BK-14.

        Raises:
            OperationInProgress: Others wait for what this unit holds, and it for theirs.
        """
        ...


class PaymentReadiness(Protocol):
    """What payments knows that booking must ask: payments is downstream and fills this."""

    def is_ready(self, booking_id: BookingId) -> bool:
        """Whether the money of the lesson is authorised or locked in. Source: BK-22."""
        ...

    def is_locked(self, booking_id: BookingId) -> bool:
        """Whether the money was taken at a late reschedule, and waits. Source: BK-27, BK-30."""
        ...

    def overdue(self, *, before: datetime, limit: int) -> Sequence[BookingId]:
        """Confirmed lessons that ended by *before*, with their money there and no open claim.

        The earliest end comes first. Source: BK-22.
        """
        ...

    def status_of(self, booking_id: BookingId) -> str | None:
        """The public name of its payment's state; None while there is no payment.

        Money on its way to where it goes counts as captured. Source: BK-36, PY-40.
        """
        ...


class BookingWork(AvailabilityWork, DueWork, Protocol):
    """What one unit of work in booking can reach."""

    @property
    def bookings(self) -> Bookings:
        """Every booking ever made."""
        ...

    @property
    def booking_parties(self) -> BookingParties:
        """Who and what a proposal names."""
        ...

    @property
    def payment_readiness(self) -> PaymentReadiness:
        """Whether a lesson's money is there."""
        ...

    @property
    def claims(self) -> Claims:
        """No-show reports and issues."""
        ...

    @property
    def video_sessions(self) -> VideoSessions:
        """Rooms of lessons by video."""
        ...
