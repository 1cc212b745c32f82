"""What every keeper of bookings must write down of them."""

from datetime import timedelta

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.log import LogEntry
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.queries import BookingReads
from instainstru_core.booking.terms import NoShowType, Party, PolicyCase
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.bookings import enrolled
from instainstru_core.testing.strategies.booking import NOON, ClassroomWork, a_booking

HOUR = timedelta(hours=1)
BEFORE = NOON - timedelta(days=7)


class BookingLogContract:
    """Inherit, and provide `begin` and `read`."""

    @pytest.fixture
    def booking(self, begin: Begin[ClassroomWork]) -> Booking:
        ids = CountedIds()
        booking = a_booking(
            ids.new(BookingId), student=ids.new(StudentId), instructor=enrolled(begin, ids)
        )
        with begin() as work:
            return work.bookings.add(booking)

    def test_every_change_of_the_status_is_written_down_once(
        self, begin: Begin[ClassroomWork], read: Begin[BookingReads], booking: Booking
    ) -> None:
        """Spec 01 §4: who, when, before, after; nothing of a person but ids."""
        with begin() as work:
            confirmed = work.bookings.save(booking.confirm(at=BEFORE))
        with begin() as work:
            noted = work.bookings.save(evolve(confirmed, instructor_note="bring the book"))
        with begin() as work:
            completed = work.bookings.save(noted.complete(at=NOON + 2 * HOUR))
        with begin() as work:
            work.bookings.save(completed.miss(NoShowType.STUDENT, at=NOON + 3 * HOUR))
        student = AccountId(booking.student.value)
        told = [
            (booking.created_at, student, "held", {}, {"status": "PENDING"}),
            (BEFORE, student, "confirmed", {"status": "PENDING"}, {"status": "CONFIRMED"}),
            (
                NOON + 2 * HOUR,
                AccountId(booking.instructor.value),
                "completed",
                {"status": "CONFIRMED"},
                {"status": "COMPLETED", "completed_at": "2030-01-07T19:00:00Z"},
            ),
            (
                NOON + 3 * HOUR,
                None,
                "no_show",
                {"status": "COMPLETED"},
                {"status": "NO_SHOW", "no_show_type": "student"},
            ),
        ]
        assert log_of(read, booking) == [
            LogEntry(
                booking_id=booking.booking_id,
                at=at,
                actor=actor,
                action=action,
                before=before,
                after=after,
            )
            for at, actor, action, before, after in told
        ]

    def test_a_cancellation_names_who_and_what_kind(
        self, begin: Begin[ClassroomWork], read: Begin[BookingReads], booking: Booking
    ) -> None:
        """BK-28."""
        actor = AccountId(booking.instructor.value)
        with begin() as work:
            work.bookings.save(
                booking.cancel(
                    at=BEFORE,
                    by=Party.INSTRUCTOR,
                    actor=actor,
                    reason="ill",
                    policy_case=PolicyCase.INSTRUCTOR,
                )
            )
        entry = log_of(read, booking)[-1]
        assert (entry.actor, entry.action) == (actor, "cancelled")
        assert entry.after == {"status": "CANCELLED", "cancel_kind": "by_instructor"}

    def test_what_the_platform_does_by_itself_has_no_actor(
        self, begin: Begin[ClassroomWork], read: Begin[BookingReads], booking: Booking
    ) -> None:
        """BK-19, BK-22: a hold that ran out, or a lesson that nobody objected to."""
        with begin() as work:
            confirmed = work.bookings.save(booking.confirm(at=BEFORE))
        at = NOON + 26 * HOUR
        with begin() as work:
            work.bookings.save(confirmed.complete_by_itself(at=at))
        entry = log_of(read, booking)[-1]
        assert (entry.actor, entry.at) == (None, at)
        assert entry.after["completed_at"] == "2030-01-07T18:00:00Z"

    def test_nothing_is_written_down_of_what_did_not_happen(
        self, begin: Begin[ClassroomWork], read: Begin[BookingReads], booking: Booking
    ) -> None:
        """A refused save, and a unit that was undone."""
        with begin() as work, pytest.raises(StaleAggregate):
            work.bookings.save(evolve(booking.confirm(at=BEFORE), version=9))
        with pytest.raises(RuntimeError, match="undo"), begin() as work:
            work.bookings.save(booking.confirm(at=BEFORE))
            raise RuntimeError("undo")
        assert [each.action for each in log_of(read, booking)] == ["held"]

    def test_there_is_nothing_about_what_there_is_not(self, read: Begin[BookingReads]) -> None:
        with read() as reads:
            assert list(reads.booking_log.of(CountedIds(900).new(BookingId))) == []


def log_of(read: Begin[BookingReads], booking: Booking) -> list[LogEntry]:
    """What happened to *booking*."""
    with read() as reads:
        return list(reads.booking_log.of(booking.booking_id))
