"""Lessons by video: who may come in when, what the provider tells, and who did not come."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal, Role
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.booking.errors.life import BookingNotFound, WrongState
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import Place
from instainstru_core.booking.terms import NoShowType, Party, PolicyCase
from instainstru_core.booking.use_cases.detect_attendance import detect_attendance
from instainstru_core.booking.use_cases.join_lesson import Admission, JoinLesson, join_lesson
from instainstru_core.booking.use_cases.read_lesson_session import read_lesson_session
from instainstru_core.booking.use_cases.record_peer import RecordPeer, record_peer
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.video.errors import (
    JoinWindowClosed,
    LessonNotOnline,
    VideoUnavailable,
)
from instainstru_core.booking.video.model import Presence, Seat, VideoSession
from instainstru_core.kernel.errors import OperationInProgress
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.fakes.video import FakeVideoRooms
from instainstru_core.testing.memory.accounts import InMemoryMutexes
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import NOON, a_booking, open_classroom, signed_in

MINUTE, HOUR, SECOND = timedelta(minutes=1), timedelta(hours=1), timedelta(seconds=1)
END = NOON + HOUR
ON = evolve(DEFAULT_RULES, video_enabled=True)


@frozen
class Studio:
    """An online lesson at noon, and a provider of rooms."""

    clock: HandMovedClock
    store: InMemoryStore
    booking: Booking
    student: Principal
    instructor: Principal
    rooms: FakeVideoRooms
    mutexes: InMemoryMutexes

    def at(self, now: datetime) -> "Studio":
        self.clock.set(now)
        return self

    def join(self, who: Principal | None = None, rules: CalendarRules = ON) -> Admission:
        return join_lesson(
            JoinLesson(principal=who or self.student, booking_id=self.booking.booking_id),
            begin=self.store.begin,
            clock=self.clock,
            rooms=self.rooms,
            rules=rules,
        )

    def read(self, who: Principal | None = None, rules: CalendarRules = ON) -> VideoSession | None:
        return read_lesson_session(
            self.booking.booking_id,
            viewer=who or self.student,
            begin=self.store.begin,
            rooms=self.rooms,
            rules=rules,
        )

    def tell(self, seat: Seat, at: datetime, *, leaving: bool = False) -> bool:
        room_id = f"room-{self.booking.booking_id}"
        request = RecordPeer(room_id=room_id, seat=seat, at=at, leaving=leaving)
        return record_peer(request, begin=self.store.begin, mutexes=self.mutexes)

    def look(self, rules: CalendarRules = ON) -> int:
        return detect_attendance(
            begin=self.store.begin, mutexes=self.mutexes, clock=self.clock, rules=rules
        )

    def reported(self) -> NoShowType | None:
        with self.store.begin() as work:
            report = work.claims.report_on(self.booking.booking_id)
        return None if report is None else report.type


def a_studio(**changes: Any) -> Studio:
    clock, ids = HandMovedClock(NOON - timedelta(days=7)), CountedIds()
    store = InMemoryStore(ids, clock)
    room = open_classroom(store.begin, ids)
    student = ids.new(StudentId)
    held = a_booking(ids.new(BookingId), student=student, instructor=room.instructor, **changes)
    with store.begin() as work:
        booking = work.bookings.save(work.bookings.add(held).confirm(at=clock.now()))
    clock.set(NOON)
    return Studio(
        clock,
        store,
        booking,
        signed_in(student),
        signed_in(room.instructor, Role.INSTRUCTOR),
        FakeVideoRooms(),
        InMemoryMutexes(),
    )


@pytest.fixture
def studio() -> Studio:
    return a_studio()


def test_bk54_the_room_is_made_when_somebody_first_comes(studio: Studio) -> None:
    """BK-54: one a booking; the instructor is its host, the student a guest."""
    assert studio.read() is None
    guest, host = studio.join(), studio.join(studio.instructor)
    assert (guest.seat, host.seat) == (Seat.GUEST, Seat.HOST)
    assert guest.session == host.session == studio.read(studio.instructor)
    assert studio.rooms.asked == [studio.booking.booking_id]
    assert guest.token != host.token
    assert guest.expires_at == END


@pytest.mark.parametrize("at", [NOON - 5 * MINUTE, NOON, END])
def test_bk54_the_room_is_open_from_five_minutes_before(studio: Studio, at: datetime) -> None:
    """BK-54: both bounds count."""
    assert studio.at(at).join().session.opened_at == at


@pytest.mark.parametrize("at", [NOON - 5 * MINUTE - SECOND, END + SECOND])
def test_bk54_before_and_after_it_is_closed(studio: Studio, at: datetime) -> None:
    with pytest.raises(JoinWindowClosed) as refused:
        studio.at(at).join()
    assert refused.value.facts() == {
        "opens_at": "2030-01-07T16:55:00Z",
        "closes_at": "2030-01-07T18:00:00Z",
    }
    assert "16:55" in str(refused.value)
    assert studio.rooms.asked == []


def test_bk54_how_early_is_for_the_rules_to_say(studio: Studio) -> None:
    rules = evolve(ON, video_join_early_minutes=15)
    assert studio.at(NOON - 15 * MINUTE).join(rules=rules).seat is Seat.GUEST


def test_bk54_off_means_unavailable(studio: Studio) -> None:
    """BK-54: 503, whoever asks, and nothing is detected."""
    with pytest.raises(VideoUnavailable, match="not available"):
        studio.join(rules=DEFAULT_RULES)
    with pytest.raises(VideoUnavailable):
        studio.read(rules=DEFAULT_RULES)
    assert studio.at(END).look(DEFAULT_RULES) == 0
    studio.at(NOON).rooms.down = True
    with pytest.raises(VideoUnavailable):
        studio.join()
    assert studio.read() is None


def test_bk54_others_find_nothing(studio: Studio) -> None:
    """BK-44."""
    stranger = signed_in(CountedIds(900).new(StudentId))
    with pytest.raises(BookingNotFound):
        studio.join(stranger)
    with pytest.raises(BookingNotFound):
        studio.read(stranger)


def test_bk54_only_online_lessons_have_rooms() -> None:
    elsewhere = a_studio(
        location_type=LocationType.STUDENT_LOCATION,
        place=Place(address="1 Main St", lat=40.7, lng=-74.0),
    )
    with pytest.raises(LessonNotOnline, match="online"):
        elsewhere.join()


def test_bk54_only_confirmed_lessons_have_rooms(studio: Studio) -> None:
    with studio.store.begin() as work:
        booking = work.bookings.get_for_update(studio.booking.booking_id)
        cancelled = booking.cancel(
            at=NOON - HOUR,
            by=Party.STUDENT,
            actor=studio.student.account_id,
            reason="why",
            policy_case=PolicyCase.STUDENT_LT12,
        )
        work.bookings.save(cancelled)
    with pytest.raises(WrongState):
        studio.join()


@given(
    news=st.lists(
        st.tuples(st.sampled_from(Seat), st.integers(-5, 70), st.booleans()), max_size=6
    ).flatmap(lambda told: st.tuples(st.just(told), st.permutations(told + told[:2])))
)
def test_bk54_news_comes_late_twice_and_in_any_order(
    news: tuple[list[tuple[Seat, int, bool]], list[tuple[Seat, int, bool]]],
) -> None:
    """What was told decides, not how often or when: the provider repeats itself."""
    opened = VideoSession(booking_id=CountedIds().new(BookingId), room_id="room", opened_at=NOON)

    def after(told: list[tuple[Seat, int, bool]]) -> VideoSession:
        session = opened
        for seat, minute, leaving in told:
            session = session.seen(seat, at=NOON + minute * MINUTE, leaving=leaving)
        return session

    in_order, shuffled = after(news[0]), after(news[1])
    for mine, theirs in (
        (in_order.host, shuffled.host),
        (in_order.guest, shuffled.guest),
    ):
        assert mine == theirs
        assert (mine.joined_at is None) or mine.left_at is None or mine.joined_at <= mine.left_at


def test_bk54_the_provider_says_who_came_and_went(studio: Studio) -> None:
    assert not studio.tell(Seat.HOST, NOON)
    studio.join()
    assert studio.tell(Seat.GUEST, NOON + MINUTE)
    assert studio.tell(Seat.GUEST, END, leaving=True)
    session = studio.read()
    assert session is not None
    assert session.guest == Presence(joined_at=NOON + MINUTE, left_at=END)
    assert session.host == Presence()
    with (
        studio.mutexes.hold(f"booking:{studio.booking.booking_id}"),
        pytest.raises(OperationInProgress),
    ):
        studio.tell(Seat.HOST, NOON)


@pytest.mark.parametrize(
    ("came", "kind"),
    [
        ([], NoShowType.MUTUAL),
        ([Seat.HOST], NoShowType.STUDENT),
        ([Seat.GUEST], NoShowType.INSTRUCTOR),
        ([Seat.HOST, Seat.GUEST], None),
    ],
)
def test_bk55_who_did_not_come_is_reported_by_the_platform(
    studio: Studio, came: list[Seat], kind: NoShowType | None
) -> None:
    """BK-55: from the end on, once."""
    studio.join()
    for seat in came:
        studio.tell(seat, NOON)
    assert studio.at(END - SECOND).look() == 0
    assert studio.at(END).look() == (0 if kind is None else 1)
    assert studio.at(END + HOUR).look() == 0
    assert studio.reported() is kind
    with studio.store.begin() as work:
        report = work.claims.report_on(studio.booking.booking_id)
    assert report is None or report.reporter is None


def test_bk55_nobody_ever_came(studio: Studio) -> None:
    """No room was made at all."""
    assert studio.at(END + HOUR).look() == 1
    assert studio.reported() is NoShowType.MUTUAL


def test_bk55_a_report_that_is_there_stays_the_only_one(studio: Studio) -> None:
    report_no_show(
        ReportNoShow(
            principal=studio.student,
            booking_id=studio.booking.booking_id,
            type=NoShowType.INSTRUCTOR,
        ),
        begin=studio.store.begin,
        clock=studio.clock,
    )
    assert studio.at(END).look() == 0
    assert studio.reported() is NoShowType.INSTRUCTOR


def test_bk55_who_is_busy_is_left_to_the_next_run(studio: Studio) -> None:
    studio.at(END)
    with studio.mutexes.hold(f"booking:{studio.booking.booking_id}"):
        assert studio.look() == 0
    assert studio.look() == 1
