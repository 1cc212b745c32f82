"""What every keeper of video rooms must do."""

from datetime import timedelta

import pytest

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import Place
from instainstru_core.booking.video.model import Presence, Seat, VideoSession
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.contracts.claims import booked
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.bookings import enrolled
from instainstru_core.testing.stories.claims import a_report
from instainstru_core.testing.strategies.booking import NOON, ClassroomWork, a_booking

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
END = NOON + HOUR


class VideoSessionsContract:
    """Inherit, and provide `begin`."""

    @pytest.fixture
    def ids(self) -> CountedIds:
        return CountedIds()

    @pytest.fixture
    def booking(self, ids: CountedIds, begin: Begin[ClassroomWork]) -> Booking:
        return booked(begin, ids)

    def test_returns_what_was_kept(self, begin: Begin[ClassroomWork], booking: Booking) -> None:
        opened = a_session(booking)
        with begin() as work:
            assert work.video_sessions.of(booking.booking_id) is None
            assert work.video_sessions.booking_in(opened.room_id) is None
            work.video_sessions.keep(opened)
        seen = opened.seen(Seat.GUEST, at=NOON, leaving=False)
        both = seen.seen(Seat.HOST, at=END, leaving=True)
        with begin() as work:
            assert work.video_sessions.of(booking.booking_id) == opened
            assert work.video_sessions.booking_in(opened.room_id) == booking.booking_id
            work.video_sessions.keep(both)
        with begin() as work:
            assert work.video_sessions.of(booking.booking_id) == both

    def test_undoes_everything_when_the_block_raises(
        self, begin: Begin[ClassroomWork], booking: Booking
    ) -> None:
        with pytest.raises(RuntimeError, match="undo"), begin() as work:
            work.video_sessions.keep(a_session(booking))
            raise RuntimeError("undo")
        with begin() as work:
            assert work.video_sessions.of(booking.booking_id) is None

    def test_bk55_finds_lessons_in_which_not_both_were_seen(
        self, begin: Begin[ClassroomWork], ids: CountedIds
    ) -> None:
        """Without a room, with one person in it; neither with both, nor what is reported."""
        nobody, alone, together, reported = [booked(begin, ids) for _ in range(4)]
        with begin() as work:
            here = Presence(joined_at=NOON)
            work.video_sessions.keep(a_session(alone, host=here))
            work.video_sessions.keep(a_session(together, host=here, guest=here))
            work.claims.add_report(a_report(reported, ids))
        both = [nobody.booking_id, alone.booking_id]
        with begin() as work:
            found = work.video_sessions.unattended
            assert found(now=END, limit=9) == both
            assert found(now=END + DAY, limit=1) == both[:1]
            assert found(now=END - SECOND, limit=9) == []
            assert found(now=END + DAY + SECOND, limit=9) == []

    def test_bk55_leaves_alone_what_is_no_lesson_by_video(
        self, begin: Begin[ClassroomWork], ids: CountedIds
    ) -> None:
        """Holds, and lessons that are given somewhere."""
        held = a_booking(
            ids.new(BookingId), student=ids.new(StudentId), instructor=enrolled(begin, ids)
        )
        somewhere = a_booking(
            ids.new(BookingId),
            student=ids.new(StudentId),
            instructor=enrolled(begin, ids),
            location_type=LocationType.STUDENT_LOCATION,
            place=Place(address="1 Main St", lat=40.7, lng=-74.0),
        )
        with begin() as work:
            work.bookings.add(held)
            kept = work.bookings.add(somewhere)
            work.bookings.save(kept.confirm(at=somewhere.created_at))
        with begin() as work:
            assert work.video_sessions.unattended(now=END, limit=9) == []


def a_session(
    booking: Booking, *, host: Presence | None = None, guest: Presence | None = None
) -> VideoSession:
    """The room of *booking*, opened at noon."""
    return VideoSession(
        booking_id=booking.booking_id,
        room_id=f"room-{booking.booking_id}",
        opened_at=NOON,
        host=host or Presence(),
        guest=guest or Presence(),
    )
