"""Many at once over one lesson's claims, on PostgreSQL: one has an effect. Source: BK-56."""

from datetime import timedelta

import pytest

from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Role
from instainstru_core.booking.claims.terms import Resolution
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import NoShow
from instainstru_core.booking.terms import NoShowType
from instainstru_core.booking.use_cases.complete_lesson import CompleteLesson, complete_lesson
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.use_cases.resolve_no_show import ResolveNoShow, resolve_no_show
from instainstru_core.booking.use_cases.resolve_undisputed import resolve_undisputed
from instainstru_core.kernel.errors import DomainError
from instainstru_core.testing.contracts.claims import booked
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.accounts import InMemoryMutexes
from instainstru_core.testing.stories.bookings import all_at_once
from instainstru_core.testing.strategies.booking import NOON, signed_in

HOUR = timedelta(hours=1)


@pytest.fixture
def lesson(units: PostgresUnits, clock: HandMovedClock) -> Booking:
    clock.set(NOON + HOUR)
    return booked(units.begin, CountedIds())


def report(units: PostgresUnits, clock: HandMovedClock, lesson: Booking) -> None:
    request = ReportNoShow(
        principal=signed_in(lesson.student),
        booking_id=lesson.booking_id,
        type=NoShowType.INSTRUCTOR,
    )
    report_no_show(request, begin=units.begin, clock=clock)


def test_bk36_one_of_eight_reports_is_kept(
    units: PostgresUnits, clock: HandMovedClock, lesson: Booking
) -> None:
    def attempt(_: int) -> str:
        try:
            report(units, clock, lesson)
        except DomainError as refusal:
            return refusal.code
        return "reported"

    assert sorted(all_at_once(8, attempt)) == [*["already_reported"] * 7, "reported"]


def test_bk21_a_lesson_is_reported_or_completed_in_some_order(
    units: PostgresUnits, clock: HandMovedClock, lesson: Booking
) -> None:
    """Whoever comes second sees what the first one left; never both unseen."""

    def attempt(number: int) -> str:
        try:
            if number % 2:
                report(units, clock, lesson)
            else:
                who = signed_in(lesson.instructor, Role.INSTRUCTOR)
                request = CompleteLesson(principal=who, booking_id=lesson.booking_id)
                complete_lesson(request, begin=units.begin, clock=clock)
        except DomainError as refusal:
            return refusal.code
        return "report" if number % 2 else "complete"

    outcomes = all_at_once(8, attempt)
    assert outcomes.count("report") == 1
    with units.begin() as work:
        claimed = work.claims.report_on(lesson.booking_id)
        status = work.bookings.get(lesson.booking_id).status
    assert claimed is not None
    assert ("complete" in outcomes) is (status == "COMPLETED")
    assert claimed.status_before == status


def test_bk39_one_of_many_verdicts_counts(
    units: PostgresUnits, clock: HandMovedClock, lesson: Booking
) -> None:
    """BK-38, BK-39, §10.12: two admins, and two runs of the hourly job; one no-show is recorded."""
    report(units, clock, lesson)
    clock.move(timedelta(days=1, seconds=1))
    admin = signed_in(CountedIds(900).new(StudentId), Role.ADMIN)
    mutexes = InMemoryMutexes()

    def attempt(number: int) -> str:
        if number % 2:
            run = resolve_undisputed(begin=units.begin, mutexes=mutexes, clock=clock)
            return "resolved" if run else "left"
        request = ResolveNoShow(
            principal=admin,
            booking_id=lesson.booking_id,
            resolution=Resolution.CONFIRMED_AFTER_REVIEW,
        )
        try:
            resolve_no_show(request, begin=units.begin, clock=clock)
        except DomainError as refusal:
            return refusal.code
        return "resolved"

    outcomes = all_at_once(8, attempt)
    assert outcomes.count("resolved") == 1
    assert set(outcomes) <= {"resolved", "already_resolved", "left"}
    with units.begin() as work:
        assert isinstance(work.bookings.get(lesson.booking_id).state, NoShow)
    with units.read() as reads:
        actions = [each.action for each in reads.booking_log.of(lesson.booking_id)]
    assert actions == ["held", "confirmed", "no_show"]
