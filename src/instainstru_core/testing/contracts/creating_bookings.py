"""What `create_booking` must hold to in a race, on any store. Source: spec 01 §9."""

from datetime import timedelta

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.errors.refusals import TooManyHolds
from instainstru_core.booking.use_cases.create_booking import CreateBooking, create_booking
from instainstru_core.instructors.model.profile import MAX_ADDRESS
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.bookings import all_at_once
from instainstru_core.testing.strategies.booking import (
    NOON,
    TOWN,
    ClassroomWork,
    open_classroom,
    signed_in,
)


class CreatingContract:
    """What `create_booking` must hold to in a race: inherit, and provide `begin` and `clock`."""

    @pytest.fixture
    def ids(self) -> CountedIds:
        return CountedIds()

    def attempt(
        self,
        request: CreateBooking,
        begin: Begin[ClassroomWork],
        ids: CountedIds,
        clock: HandMovedClock,
    ) -> str:
        """`booked`, or the code of the refusal."""
        try:
            create_booking(request, begin=begin, places=TOWN, ids=ids, clock=clock)
        except DomainError as refusal:
            return refusal.code
        return "booked"

    @pytest.mark.parametrize("rivals", [8, 50])
    def test_gives_one_time_to_one_of_many_students(
        self, begin: Begin[ClassroomWork], clock: HandMovedClock, ids: CountedIds, rivals: int
    ) -> None:
        """Spec 01 §9: exactly one booking; every loser gets `instructor_conflict`."""
        clock.set(NOON - timedelta(days=3))
        room = open_classroom(begin, ids)
        students = [ids.new(StudentId) for _ in range(rivals)]

        def attempt(number: int) -> str:
            student = students[number]
            request = CreateBooking(principal=signed_in(student), proposal=room.proposal(student))
            return self.attempt(request, begin, ids, clock)

        outcomes = all_at_once(rivals, attempt)
        assert outcomes.count("booked") == 1
        assert outcomes.count("instructor_conflict") == rivals - 1

    def test_lets_one_student_be_in_one_place_at_a_time(
        self, begin: Begin[ClassroomWork], clock: HandMovedClock, ids: CountedIds
    ) -> None:
        """BK-10, BK-15: racing on eight instructors leaves one hold; the others gave way to it."""
        clock.set(NOON - timedelta(days=3))
        rooms = [open_classroom(begin, ids) for _ in range(8)]
        student = ids.new(StudentId)

        def attempt(number: int) -> str:
            proposal = rooms[number].proposal(student)
            request = CreateBooking(principal=signed_in(student), proposal=proposal)
            return self.attempt(request, begin, ids, clock)

        outcomes = all_at_once(8, attempt)
        assert "booked" in outcomes
        assert set(outcomes) <= {"booked", "student_conflict", "instructor_conflict"}
        with begin() as work:
            holds = work.bookings.near(student=student, instructor=rooms[0].instructor, around=None)
        assert len(holds) == 1

    def test_books_in_a_studio_with_the_longest_address_there_is(
        self, begin: Begin[ClassroomWork], clock: HandMovedClock, ids: CountedIds
    ) -> None:
        """BK-5: what a profile may say, a booking can repeat."""
        clock.set(NOON - timedelta(days=3))
        room, student = open_classroom(begin, ids), ids.new(StudentId)
        with begin() as work:
            teacher = work.instructors.get_for_update(room.instructor)
            assert teacher.teaching_place is not None
            studio = evolve(teacher.teaching_place, address="x" * MAX_ADDRESS)
            work.instructors.save(evolve(teacher, teaching_place=studio))
        proposal = room.proposal(student, location_type=LocationType.INSTRUCTOR_LOCATION)
        request = CreateBooking(principal=signed_in(student), proposal=proposal)
        assert self.attempt(request, begin, ids, clock) == "booked"

    def test_counts_holds_across_instructors(
        self, begin: Begin[ClassroomWork], clock: HandMovedClock, ids: CountedIds
    ) -> None:
        """BK-11 row 19: three live holds a student, however many are tried at once."""
        clock.set(NOON - timedelta(days=3))
        rooms = [open_classroom(begin, ids) for _ in range(8)]
        student = ids.new(StudentId)

        def attempt(number: int) -> str:
            start = NOON + timedelta(hours=number)
            proposal = rooms[number].proposal(student, start)
            request = CreateBooking(principal=signed_in(student), proposal=proposal)
            return self.attempt(request, begin, ids, clock)

        outcomes = all_at_once(8, attempt)
        assert sorted(outcomes) == [*["booked"] * 3, *[TooManyHolds.code] * 5]
