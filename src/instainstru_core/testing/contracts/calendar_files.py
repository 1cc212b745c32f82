"""What every keeper of calendar feeds and of reminders must do. Source: BK-47, BK-48, BK-49."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.accounts.model import Account, AccountStatus, Role
from instainstru_core.accounts.ports import AccountsWork
from instainstru_core.booking.calendar.errors import FeedNotFound, NeverAgreed
from instainstru_core.booking.calendar.model import CalendarFeed, token_hash
from instainstru_core.booking.calendar.ports import CalendarFeedWork, CalendarFileReads
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Confirmed, Pending
from instainstru_core.booking.reminders.policies import reminder_of
from instainstru_core.booking.reminders.ports import ReminderWork
from instainstru_core.booking.terms import CancelKind, Party, ReminderKind
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import NOON, ClassroomWork, a_booking, bookable

LONG_BEFORE = NOON - timedelta(days=40)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class FilingWork(CalendarFeedWork, ReminderWork, ClassroomWork, AccountsWork, Protocol):
    """What arranging lessons and feeds reaches."""


def a_person(account_id: AccountId, status: AccountStatus = AccountStatus.ACTIVE) -> Account:
    """Somebody who could have a feed."""
    address = f"{account_id}@example.com".lower()
    return Account(
        account_id=account_id,
        email=address,
        email_key=address,
        password_hash="-",  # noqa: S106 - opens nothing
        first_name="Anna",
        last_name="Karenina",
        zip_code="10001",
        zone=NEW_YORK,
        role=Role.STUDENT,
        status=status,
        created_at=LONG_BEFORE,
    )


def moved(one: Booking, to: Booking) -> tuple[Booking, Booking]:
    """Both bookings after *one* was moved to *to*."""
    at = one.created_at + HOUR
    gone = Cancelled(at=at, kind=CancelKind.RESCHEDULED, confirmed_at=one.confirmed_at)
    return (
        evolve(one, state=gone, chain=evolve(one.chain, successor_id=to.booking_id)),
        evolve(
            to,
            state=Confirmed(at),
            chain=evolve(
                to.chain,
                chain_id=one.chain.chain_id,
                predecessor_id=one.booking_id,
                predecessor_start=one.lesson.starts_at,
                reschedule_count=one.chain.reschedule_count + 1,
            ),
        ),
    )


class _Filing:
    @pytest.fixture
    def ids(self) -> Ids:
        return CountedIds()

    @pytest.fixture
    def student(self, ids: Ids) -> StudentId:
        return ids.new(StudentId)

    @pytest.fixture
    def instructor(self, ids: Ids) -> InstructorId:
        return ids.new(InstructorId)

    def lesson(
        self, ids: Ids, student: StudentId, instructor: InstructorId, starts_at: datetime
    ) -> Booking:
        """A lesson that was agreed on long before."""
        held = a_booking(
            ids.new(BookingId),
            student=student,
            instructor=instructor,
            starts_at=starts_at,
            created_at=LONG_BEFORE,
        )
        return evolve(held, state=Confirmed(LONG_BEFORE), events=())

    def keep(self, begin: Begin[FilingWork], *bookings: Booking) -> None:
        """Keep *bookings*."""
        with begin() as work:
            for booking in bookings:
                work.bookings.add(booking)


class CalendarFilesContract(_Filing):
    """Inherit, and provide `begin` and `read`."""

    def feed(self, account_id: AccountId, token: str) -> CalendarFeed:
        return CalendarFeed(
            account_id=account_id, token_hash=token_hash(token), created_at=LONG_BEFORE
        )

    def test_bk48_a_feed_is_found_by_its_token_alone(
        self, begin: Begin[FilingWork], read: Begin[CalendarFileReads], ids: Ids
    ) -> None:
        anna, bob = ids.new(AccountId), ids.new(AccountId)
        with begin() as work:
            for person in (anna, bob):
                work.accounts.add(a_person(person))
                work.calendar_feeds.put(self.feed(person, f"of {person}"))
        with read() as reads:
            assert reads.calendar_files.feed(token_hash(f"of {anna}")) == anna
            assert reads.calendar_files.feed(token_hash(f"of {bob}")) == bob
            with pytest.raises(FeedNotFound):
                reads.calendar_files.feed(token_hash("of nobody"))

    def test_bk48_a_new_token_kills_the_old_one_and_removing_kills_both(
        self, begin: Begin[FilingWork], read: Begin[CalendarFileReads], ids: Ids
    ) -> None:
        anna = ids.new(AccountId)
        with begin() as work:
            work.accounts.add(a_person(anna))
            work.calendar_feeds.put(self.feed(anna, "old"))
        with begin() as work:
            work.calendar_feeds.put(self.feed(anna, "new"))
        with read() as reads:
            assert reads.calendar_files.feed(token_hash("new")) == anna
            with pytest.raises(FeedNotFound):
                reads.calendar_files.feed(token_hash("old"))
        for _ in range(2):
            with begin() as work:
                work.calendar_feeds.remove(anna)
        with read() as reads, pytest.raises(FeedNotFound):
            reads.calendar_files.feed(token_hash("new"))

    @pytest.mark.parametrize(
        ("status", "opens"),
        [
            (AccountStatus.ACTIVE, True),
            (AccountStatus.SUSPENDED, True),
            (AccountStatus.DEACTIVATED, False),
        ],
    )
    def test_bk48_a_closed_account_has_no_feed(
        self,
        begin: Begin[FilingWork],
        read: Begin[CalendarFileReads],
        ids: Ids,
        status: AccountStatus,
        opens: bool,
    ) -> None:
        """Whoever may not enter any more is not told through the side door either."""
        anna = ids.new(AccountId)
        with begin() as work:
            work.accounts.add(a_person(anna, status))
            work.calendar_feeds.put(self.feed(anna, "token"))
        with read() as reads:
            if opens:
                assert reads.calendar_files.feed(token_hash("token")) == anna
            else:
                with pytest.raises(FeedNotFound):
                    reads.calendar_files.feed(token_hash("token"))

    def test_undoes_a_feed_when_the_block_raises(
        self, begin: Begin[FilingWork], read: Begin[CalendarFileReads], ids: Ids
    ) -> None:
        anna = ids.new(AccountId)
        with pytest.raises(RuntimeError, match="undo"), begin() as work:
            work.accounts.add(a_person(anna))
            work.calendar_feeds.put(self.feed(anna, "token"))
            raise RuntimeError("undo")
        with read() as reads, pytest.raises(FeedNotFound):
            reads.calendar_files.feed(token_hash("token"))

    def test_bk47_a_moved_lesson_answers_with_where_it_is_now(
        self,
        begin: Begin[FilingWork],
        read: Begin[CalendarFileReads],
        ids: Ids,
        student: StudentId,
        instructor: InstructorId,
    ) -> None:
        first, second, third = (
            self.lesson(ids, student, instructor, NOON + n * DAY) for n in range(3)
        )
        first, second = moved(first, second)
        second, third = moved(second, third)
        self.keep(begin, first, second, third)
        with begin() as work:
            work.instructors.add(
                bookable(instructor, service_area=frozenset(), teaching_place=None)
            )
        for viewer, party in ((student, Party.STUDENT), (instructor, Party.INSTRUCTOR)):
            for asked in (first, second, third):
                with read() as reads:
                    card = reads.calendar_files.head(
                        asked.booking_id, viewer=AccountId(viewer.value)
                    )
                assert (card.booking, card.viewer) == (third, party)
                assert card.instructor_name == "Jane S."

    def test_bk47_an_attempt_to_move_that_failed_changes_nothing(
        self,
        begin: Begin[FilingWork],
        read: Begin[CalendarFileReads],
        ids: Ids,
        student: StudentId,
        instructor: InstructorId,
    ) -> None:
        first = self.lesson(ids, student, instructor, NOON)
        attempt = self.lesson(ids, student, instructor, NOON + DAY)
        _, attempt = moved(first, attempt)
        attempt = evolve(attempt, state=Cancelled(at=LONG_BEFORE, kind=CancelKind.ABORTED))
        self.keep(begin, first, attempt)
        me = AccountId(student.value)
        with read() as reads:
            assert reads.calendar_files.head(first.booking_id, viewer=me).booking == first
            with pytest.raises(NeverAgreed):
                reads.calendar_files.head(attempt.booking_id, viewer=me)

    def test_bk47_strangers_and_holds_have_no_file(
        self,
        begin: Begin[FilingWork],
        read: Begin[CalendarFileReads],
        ids: Ids,
        student: StudentId,
        instructor: InstructorId,
    ) -> None:
        lesson = self.lesson(ids, student, instructor, NOON)
        held = evolve(
            self.lesson(ids, student, instructor, NOON + DAY), state=Pending(LONG_BEFORE + HOUR)
        )
        self.keep(begin, lesson, held)
        with read() as reads:
            with pytest.raises(BookingNotFound):
                reads.calendar_files.head(lesson.booking_id, viewer=ids.new(AccountId))
            with pytest.raises(BookingNotFound):
                reads.calendar_files.head(ids.new(BookingId), viewer=AccountId(student.value))
            with pytest.raises(NeverAgreed):
                reads.calendar_files.head(held.booking_id, viewer=AccountId(student.value))

    def test_bk48_lists_each_chain_once_within_its_window(
        self,
        begin: Begin[FilingWork],
        read: Begin[CalendarFileReads],
        ids: Ids,
        student: StudentId,
        instructor: InstructorId,
    ) -> None:
        """BK-48: heads alone, half-open, earliest first; holds and strangers' lessons never."""
        window = Interval(NOON, NOON + 10 * DAY)
        before = self.lesson(ids, student, instructor, NOON - HOUR)
        at_first = self.lesson(ids, student, instructor, NOON)
        one = self.lesson(ids, student, instructor, NOON + 4 * DAY)
        two = self.lesson(ids, student, instructor, NOON + 2 * DAY)
        one, two = moved(one, two)
        called_off = evolve(
            self.lesson(ids, student, instructor, NOON + 3 * DAY),
            state=Cancelled(
                at=LONG_BEFORE, kind=CancelKind.BY_INSTRUCTOR, confirmed_at=LONG_BEFORE
            ),
        )
        given_up = evolve(
            self.lesson(ids, student, instructor, NOON + 5 * DAY),
            state=Cancelled(at=LONG_BEFORE, kind=CancelKind.HOLD_EXPIRED),
        )
        others = self.lesson(ids, ids.new(StudentId), ids.new(InstructorId), NOON + 6 * DAY)
        at_last = self.lesson(ids, student, instructor, NOON + 10 * DAY)
        self.keep(begin, before, at_first, one, two, called_off, given_up, others, at_last)
        for viewer in (student, instructor):
            with read() as reads:
                found = reads.calendar_files.heads(AccountId(viewer.value), window)
            assert [each.booking for each in found] == [at_first, two, called_off]


class RemindersContract(_Filing):
    """Inherit, and provide `begin`."""

    def due(self, begin: Begin[FilingWork], now: datetime, limit: int = 10) -> Sequence[BookingId]:
        with begin() as work:
            return work.reminders.due(now=now, limit=limit)

    def test_bk49_finds_what_is_due_at_the_edges(
        self, begin: Begin[FilingWork], ids: Ids, student: StudentId, instructor: InstructorId
    ) -> None:
        """From 24 h to 21 h, and from 60 to 15 minutes before the start; half-open."""
        lesson = self.lesson(ids, student, instructor, NOON)
        self.keep(begin, lesson)
        tick = timedelta(microseconds=1)
        for opens, closes in (
            (timedelta(hours=24), timedelta(hours=21)),
            (timedelta(minutes=60), timedelta(minutes=15)),
        ):
            assert self.due(begin, NOON - opens - tick) == []
            assert self.due(begin, NOON - opens) == [lesson.booking_id]
            assert self.due(begin, NOON - closes - tick) == [lesson.booking_id]
            assert self.due(begin, NOON - closes) == []

    def test_bk49_forgets_who_agreed_too_late_or_not_at_all(
        self, begin: Begin[FilingWork], ids: Ids, student: StudentId, instructor: InstructorId
    ) -> None:
        """Strictly before: whoever agrees as the reminder comes needs none."""
        start = NOON + DAY
        tick = timedelta(microseconds=1)
        early, late = (
            evolve(
                self.lesson(ids, ids.new(StudentId), ids.new(InstructorId), start),
                state=Confirmed(agreed_at),
            )
            for agreed_at in (NOON - tick, NOON)
        )
        held = evolve(self.lesson(ids, student, instructor, start), state=Pending(NOON + DAY / 2))
        self.keep(begin, early, late, held)
        assert self.due(begin, NOON) == [early.booking_id]

    def test_bk49_takes_the_earliest_first_and_no_more_than_asked(
        self, begin: Begin[FilingWork], ids: Ids, student: StudentId, instructor: InstructorId
    ) -> None:
        later, sooner = (self.lesson(ids, student, instructor, NOON + n * HOUR) for n in (23, 22))
        self.keep(begin, later, sooner)
        assert self.due(begin, NOON) == [sooner.booking_id, later.booking_id]
        assert self.due(begin, NOON, limit=1) == [sooner.booking_id]

    def test_bk49_marks_each_kind_once(
        self, begin: Begin[FilingWork], ids: Ids, student: StudentId, instructor: InstructorId
    ) -> None:
        lesson = self.lesson(ids, student, instructor, NOON)
        self.keep(begin, lesson)
        a_day_before = NOON - DAY
        with begin() as work:
            locked = work.reminders.lock(lesson.booking_id)
            assert locked == lesson
            assert work.reminders.mark(reminder_of(lesson, ReminderKind.DAY, at=a_day_before))
        with begin() as work:
            assert not work.reminders.mark(reminder_of(lesson, ReminderKind.DAY, at=a_day_before))
        assert self.due(begin, a_day_before) == []
        assert self.due(begin, NOON - HOUR) == [lesson.booking_id]
        with begin() as work:
            assert work.reminders.mark(reminder_of(lesson, ReminderKind.HOUR, at=NOON - HOUR))

    def test_undoes_a_mark_when_the_block_raises(
        self, begin: Begin[FilingWork], ids: Ids, student: StudentId, instructor: InstructorId
    ) -> None:
        lesson = self.lesson(ids, student, instructor, NOON)
        self.keep(begin, lesson)
        with pytest.raises(RuntimeError, match="undo"), begin() as work:
            work.reminders.mark(reminder_of(lesson, ReminderKind.DAY, at=NOON - DAY))
            raise RuntimeError("undo")
        assert self.due(begin, NOON - DAY) == [lesson.booking_id]

    def test_knows_no_lesson_that_is_not_there(self, begin: Begin[FilingWork], ids: Ids) -> None:
        with begin() as work:
            assert work.reminders.lock(ids.new(BookingId)) is None
