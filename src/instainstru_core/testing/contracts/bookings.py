"""What every keeper of bookings must do."""

from datetime import datetime, timedelta

import pytest

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.errors.refusals import InstructorConflict, StudentConflict
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import Place
from instainstru_core.booking.policies.views import View
from instainstru_core.booking.queries import BookingList, BookingReads
from instainstru_core.booking.terms import BookingStatus, Party
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.bookings import (
    HOUR,
    all_at_once,
    enrolled,
    in_state,
    successor_of,
)
from instainstru_core.testing.strategies.booking import NOON, ClassroomWork, a_booking

WEEK_BEFORE = NOON - timedelta(days=7)


class BookingsContract:
    """Inherit, and provide `begin` and `read`."""

    @pytest.fixture
    def ids(self) -> CountedIds:
        return CountedIds()

    @pytest.fixture
    def student(self, ids: CountedIds) -> StudentId:
        return ids.new(StudentId)

    @pytest.fixture
    def instructor(self, ids: CountedIds, begin: Begin[ClassroomWork]) -> InstructorId:
        return enrolled(begin, ids)

    @pytest.fixture
    def booking(self, ids: CountedIds, student: StudentId, instructor: InstructorId) -> Booking:
        return a_booking(ids.new(BookingId), student=student, instructor=instructor)

    def test_returns_what_was_added(self, begin: Begin[ClassroomWork], booking: Booking) -> None:
        with begin() as work:
            kept = work.bookings.add(booking)
        with begin() as work:
            assert work.bookings.get(booking.booking_id) == kept == booking
            assert work.bookings.get_for_update(booking.booking_id) == booking
        assert (kept.version, kept.events) == (1, ())

    @pytest.mark.parametrize("state", ["confirmed", "completed", "cancelled", "failed", "missed"])
    def test_returns_every_state(
        self, begin: Begin[ClassroomWork], booking: Booking, state: str
    ) -> None:
        with begin() as work:
            work.bookings.add(booking)
        with begin() as work:
            moved = in_state(work.bookings.get_for_update(booking.booking_id), state)
            saved = work.bookings.save(moved)
        with begin() as work:
            assert work.bookings.get(booking.booking_id) == saved
        assert saved.state == moved.state

    def test_returns_place_and_notes(
        self,
        begin: Begin[ClassroomWork],
        ids: CountedIds,
        student: StudentId,
        instructor: InstructorId,
    ) -> None:
        """BK-5, BK-8: what was said when it was booked stays with it."""
        booking = a_booking(
            ids.new(BookingId),
            student=student,
            instructor=instructor,
            location_type=LocationType.STUDENT_LOCATION,
            place=Place(address="1 Main St", lat=40.7, lng=-74.0, place_id="p1"),
            note="a note",
            service_area="Manhattan",
        )
        with begin() as work:
            work.bookings.add(booking)
        with begin() as work:
            assert work.bookings.get(booking.booking_id) == booking

    def test_knows_what_it_lacks(self, begin: Begin[ClassroomWork], ids: CountedIds) -> None:
        missing = ids.new(BookingId)
        with begin() as work, pytest.raises(BookingNotFound):
            work.bookings.get(missing)
        with begin() as work, pytest.raises(BookingNotFound):
            work.bookings.get_for_update(missing)

    def test_refuses_an_overlap_of_the_instructor_and_carries_on(
        self, begin: Begin[ClassroomWork], ids: CountedIds, booking: Booking
    ) -> None:
        """`booking_instructor_excl`."""
        late = a_booking(
            ids.new(BookingId),
            student=ids.new(StudentId),
            instructor=booking.instructor,
            starts_at=NOON + HOUR / 2,
        )
        with begin() as work:
            work.bookings.add(booking)
            with pytest.raises(InstructorConflict):
                work.bookings.add(late)
            assert work.bookings.get(booking.booking_id) == booking

    def test_refuses_an_overlap_of_the_student_and_names_their_booking(
        self, begin: Begin[ClassroomWork], ids: CountedIds, booking: Booking
    ) -> None:
        """`booking_student_excl`, BK-12."""
        other = a_booking(
            ids.new(BookingId), student=booking.student, instructor=enrolled(begin, ids)
        )
        with begin() as work:
            work.bookings.add(booking)
            with pytest.raises(StudentConflict) as refused:
                work.bookings.add(other)
        assert refused.value.booking_id == booking.booking_id

    def test_accepts_back_to_back_lessons(
        self, begin: Begin[ClassroomWork], ids: CountedIds, booking: Booking
    ) -> None:
        """Spans are half-open; buffers are not the constraints' business."""
        after = a_booking(
            ids.new(BookingId),
            student=booking.student,
            instructor=booking.instructor,
            starts_at=NOON + HOUR,
        )
        with begin() as work:
            work.bookings.add(booking)
            assert work.bookings.add(after).version == 1

    def test_lets_members_of_one_chain_overlap(
        self, begin: Begin[ClassroomWork], ids: CountedIds, booking: Booking
    ) -> None:
        """BK-33: a successor may touch the lesson that it moves."""
        successor = successor_of(booking, ids.new(BookingId))
        with begin() as work:
            work.bookings.add(booking)
            assert work.bookings.add(successor).version == 1

    def test_frees_the_time_of_a_cancelled_lesson(
        self, begin: Begin[ClassroomWork], ids: CountedIds, booking: Booking
    ) -> None:
        again = a_booking(
            ids.new(BookingId), student=booking.student, instructor=booking.instructor
        )
        with begin() as work:
            work.bookings.save(in_state(work.bookings.add(booking), "cancelled"))
            assert work.bookings.add(again).version == 1

    def test_a_lesson_that_comes_in_cancelled_is_in_nobodys_way(
        self, begin: Begin[ClassroomWork], ids: CountedIds, booking: Booking
    ) -> None:
        """Spec 01 §4: both must be occupying."""
        over = a_booking(ids.new(BookingId), student=booking.student, instructor=booking.instructor)
        with begin() as work:
            work.bookings.add(booking)
            assert work.bookings.add(in_state(over, "cancelled")).version == 1

    def test_lets_only_the_first_of_two_writers_win(
        self, begin: Begin[ClassroomWork], booking: Booking
    ) -> None:
        with begin() as work:
            confirmed = in_state(work.bookings.add(booking), "confirmed")
            work.bookings.save(confirmed)
            with pytest.raises(StaleAggregate):
                work.bookings.save(confirmed)

    def test_undoes_everything_when_the_block_raises(
        self, begin: Begin[ClassroomWork], booking: Booking
    ) -> None:
        with pytest.raises(RuntimeError, match="undo"), begin() as work:
            work.bookings.add(booking)
            raise RuntimeError("undo")
        with begin() as work, pytest.raises(BookingNotFound):
            work.bookings.get(booking.booking_id)

    def test_finds_what_is_near_and_every_hold_of_the_student(
        self,
        begin: Begin[ClassroomWork],
        ids: CountedIds,
        student: StudentId,
        instructor: InstructorId,
    ) -> None:
        def hold(who: StudentId, teacher: InstructorId, starts_at: datetime) -> Booking:
            return a_booking(
                ids.new(BookingId), student=who, instructor=teacher, starts_at=starts_at
            )

        other = ids.new(StudentId)
        near = hold(other, instructor, NOON)
        far_but_held = hold(student, instructor, NOON + timedelta(days=3))
        elsewhere = hold(student, enrolled(begin, ids), NOON + timedelta(hours=2))
        far = hold(other, instructor, NOON + timedelta(days=2))
        cancelled = hold(other, instructor, NOON + timedelta(hours=1))
        around = Interval.lasting(NOON - HOUR, timedelta(hours=4))
        with begin() as work:
            for each in (near, far_but_held, elsewhere, far):
                work.bookings.add(each)
            work.bookings.save(in_state(work.bookings.add(cancelled), "cancelled"))
        with begin() as work:
            found = work.bookings.near(student=student, instructor=instructor, around=around)
            holds = work.bookings.near(student=student, instructor=instructor, around=None)
        assert {each.booking_id for each in found} == {
            near.booking_id,
            far_but_held.booking_id,
            elsewhere.booking_id,
        }
        assert {each.booking_id for each in holds} == {
            far_but_held.booking_id,
            elsewhere.booking_id,
        }

    def test_lets_one_of_eight_rivals_have_the_time(
        self, begin: Begin[ClassroomWork], ids: CountedIds, instructor: InstructorId
    ) -> None:
        """BK-14: without the calendar's lock the constraint alone decides."""

        def attempt(_: int) -> str:
            try:
                with begin() as work:
                    work.bookings.add(
                        a_booking(
                            ids.new(BookingId), student=ids.new(StudentId), instructor=instructor
                        )
                    )
            except InstructorConflict as refusal:
                return refusal.code
            return "booked"

        outcomes = all_at_once(8, attempt)
        assert sorted(outcomes) == ["booked", *["instructor_conflict"] * 7]

    def test_bk22_a_booking_without_a_payment_is_not_ready(
        self, begin: Begin[ClassroomWork], booking: Booking
    ) -> None:
        with begin() as work:
            work.bookings.add(booking)
            assert not work.payment_readiness.is_ready(booking.booking_id)

    def test_lists_by_view_and_page(
        self,
        begin: Begin[ClassroomWork],
        read: Begin[BookingReads],
        ids: CountedIds,
        student: StudentId,
        instructor: InstructorId,
    ) -> None:
        """BK-42, BK-43: views are disjoint; a page beyond the end is empty."""
        made = dict[str, Booking]()
        states = ["held", "confirmed", "completed", "cancelled", "superseded", "missed"]
        with begin() as work:
            for day, state in enumerate(states):
                booking = a_booking(
                    ids.new(BookingId),
                    student=student,
                    instructor=instructor,
                    starts_at=NOON + timedelta(days=day),
                    created_at=WEEK_BEFORE,
                )
                kept = work.bookings.add(booking)
                made[state] = kept if state == "held" else work.bookings.save(in_state(kept, state))

        def listed(
            view: View | None, now: datetime, *, page: int = 1, per_page: int = 20
        ) -> list[BookingId]:
            wanted = BookingList(
                account_id=AccountId(student.value),
                role=Party.STUDENT,
                view=view,
                page=page,
                per_page=per_page,
            )
            with read() as reads:
                found = reads.booking_queries.page(wanted, now=now)
            assert found.total >= len(found.items)
            return [each.booking.booking_id for each in found.items]

        def named(*states: str) -> list[BookingId]:
            return [made[state].booking_id for state in states]

        live = WEEK_BEFORE + timedelta(minutes=5)
        assert listed(View.PENDING, live) == named("held")
        assert listed(View.UPCOMING, live) == named("confirmed")
        assert listed(View.HISTORY, live) == named("missed", "cancelled", "completed")
        assert listed(View.BOOK_AGAIN, live) == named("completed")
        assert listed(View.PENDING, NOON) == []
        after = NOON + timedelta(days=9)
        assert listed(View.UPCOMING, after) == []
        assert listed(View.AWAITING_COMPLETION, after) == named("confirmed")
        assert listed(View.HISTORY, after) == named("missed", "cancelled", "completed", "confirmed")
        assert listed(None, live) == named("missed", "cancelled", "completed", "confirmed", "held")
        assert listed(View.HISTORY, after, page=2, per_page=3) == named("confirmed")
        assert listed(View.HISTORY, after, page=3, per_page=3) == []
        with read() as reads:
            page = reads.booking_queries.page(
                BookingList(
                    account_id=AccountId(instructor.value),
                    role=Party.INSTRUCTOR,
                    status=BookingStatus.COMPLETED,
                ),
                now=live,
            )
        assert [each.booking.booking_id for each in page.items] == named("completed")
        assert (page.total, page.has_next, page.has_prev) == (1, False, False)

    def test_books_again_only_the_latest_of_each_service(
        self,
        begin: Begin[ClassroomWork],
        read: Begin[BookingReads],
        ids: CountedIds,
        student: StudentId,
        instructor: InstructorId,
    ) -> None:
        """BK-42: `book_again` shows one lesson per instructor and service."""
        with begin() as work:
            for day in range(3):
                booking = a_booking(
                    ids.new(BookingId),
                    student=student,
                    instructor=instructor,
                    starts_at=NOON + timedelta(days=day),
                    created_at=WEEK_BEFORE,
                )
                work.bookings.save(in_state(work.bookings.add(booking), "completed"))
        wanted = BookingList(
            account_id=AccountId(student.value), role=Party.STUDENT, view=View.BOOK_AGAIN
        )
        with read() as reads:
            page = reads.booking_queries.page(wanted, now=NOON)
        assert [each.booking.lesson.starts_at for each in page.items] == [NOON + timedelta(days=2)]
        assert page.total == 1

    def test_shows_a_booking_to_its_parties_alone(
        self,
        begin: Begin[ClassroomWork],
        read: Begin[BookingReads],
        ids: CountedIds,
        booking: Booking,
    ) -> None:
        """BK-44: first name and initial; others get nothing."""
        with begin() as work:
            work.bookings.add(booking)
        with read() as reads:
            mine = reads.booking_queries.card(
                booking.booking_id, viewer=AccountId(booking.student.value)
            )
            theirs = reads.booking_queries.card(
                booking.booking_id, viewer=AccountId(booking.instructor.value)
            )
            with pytest.raises(BookingNotFound):
                reads.booking_queries.card(booking.booking_id, viewer=ids.new(AccountId))
        assert (mine.viewer, theirs.viewer) == (Party.STUDENT, Party.INSTRUCTOR)
        assert mine.instructor_name == "Jane S."
        assert mine.booking == theirs.booking == booking
