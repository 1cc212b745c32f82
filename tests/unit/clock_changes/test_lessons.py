"""Lessons on and around the days on which clocks change, judged by the oracle.

Source: AV-11, AV-26, AV-31…AV-33, BK-1, BK-3, BK-11, BK-16…BK-22, BK-26, BK-29…BK-31, BK-36, BK-42,
BK-46, BK-47, BK-49, NT-13; issue, item 4.
"""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Role
from instainstru_core.availability.model.planes import CLOSED
from instainstru_core.booking.calendar.policies import entry_of
from instainstru_core.booking.claims.model.saying import REPORT_WITHIN
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import band, hold_expiry
from instainstru_core.booking.policies.checks import check
from instainstru_core.booking.policies.clock import policy_clock
from instainstru_core.booking.policies.facts import (
    AskedPlace,
    Facts,
    LocalStart,
    Offered,
    Parties,
    Proposal,
    Teacher,
)
from instainstru_core.booking.policies.rescheduling import MoneyNow, reschedule
from instainstru_core.booking.policies.views import Phase, phase
from instainstru_core.booking.queries import BookingCard
from instainstru_core.booking.reminders.policies import reminders_due
from instainstru_core.booking.terms import Party, ReminderKind
from instainstru_core.booking.timers import completion_timer
from instainstru_core.booking.use_cases.propose_move import AskedMove
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.zones import Zone
from instainstru_core.notifications.use_cases.tell_of_lesson import reminder_words, written_out
from instainstru_core.payments.use_cases.read_booking_stats import month_of
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import a_booking, signed_in
from tests.unit.clock_changes import oracle
from tests.unit.clock_changes.cases import Case, cases

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
SOME = settings(max_examples=60, deadline=None)
IDS = CountedIds()
STUDENT, OTHER = IDS.new(StudentId), IDS.new(StudentId)
INSTRUCTOR = IDS.new(InstructorId)
SERVICE = ServiceId.parse("01000000000000000000000003")
DURATIONS = (30, 45, 60, 90, 240)

changes = st.sampled_from([(zone, day) for zone, day, _ in oracle.CHANGES])


@st.composite
def lessons(draw: st.DrawFn) -> Booking:
    """A confirmed lesson in the night of a change, or up to a day and a half later."""
    zone, change = draw(changes)
    first = oracle.minutes_of(zone, change)[0]
    quarters = draw(st.one_of(st.integers(0, 24), st.integers(-8, 144)))
    starts_at = first + 15 * quarters * MINUTE
    return lesson(zone, starts_at, minutes=draw(st.sampled_from(DURATIONS)))


def lesson(zone: str, starts_at: datetime, *, minutes: int = 60) -> Booking:
    held = a_booking(
        IDS.new(BookingId),
        student=STUDENT,
        instructor=INSTRUCTOR,
        starts_at=starts_at,
        minutes=minutes,
        zone=Zone(zone),
    )
    return evolve(held.confirm(at=held.created_at), events=())


def edges(*moments: datetime) -> list[datetime]:
    """Those instants, and the ones right before and after."""
    instant = timedelta(microseconds=1)
    return [each + n * instant for each in moments for n in (-1, 0, 1)]


# --- whether it can be booked ---


def failures(case: Case, start: datetime | LocalStart, minutes: int) -> list[str]:
    """What the table of BK-11 says of a lesson in this calendar."""
    place = LocationType.NEUTRAL_LOCATION if case.calendar.travel else LocationType.ONLINE
    asked = Proposal(
        student=STUDENT,
        instructor=INSTRUCTOR,
        service_id=SERVICE,
        start=start,
        duration_minutes=minutes,
        location_type=place,
        place=AskedPlace(address="200 8th Avenue", lat=40.745, lng=-74.0),
    )
    zone = case.settings.zone
    day = start.day if isinstance(start, LocalStart) else zone.local(start).date()
    parties = Parties(
        teacher=Teacher(is_bookable=True),
        service_active=True,
        offered=Offered(
            service_name="Piano",
            rates=dict.fromkeys(Format, Money(90_00)),
            durations=DURATIONS,
        ),
        planes=case.planes.get(day, CLOSED),
        blocked=day in case.calendar.blackouts,
        private_busy=case.private,
    )
    near = [lesson_of(each, zone=zone, created_at=case.now - DAY) for each in case.calendar.taken]
    facts = Facts(
        now=case.now,
        student=STUDENT,
        permitted=True,
        parties=parties,
        settings=case.settings,
        in_service_area=True,
        near=near,
    )
    return [each.code for each in check(asked, facts)]


def lesson_of(taken: oracle.Taken, *, zone: Zone, created_at: datetime) -> Booking:
    place = LocationType.NEUTRAL_LOCATION if taken.travel else LocationType.ONLINE
    held = a_booking(
        IDS.new(BookingId),
        student=OTHER,
        instructor=INSTRUCTOR,
        starts_at=taken.starts_at,
        minutes=int((taken.ends_at - taken.starts_at) / MINUTE),
        created_at=min(created_at, taken.starts_at - DAY),
        zone=zone,
        location_type=place,
    )
    return held.confirm(at=held.created_at)


@SOME
@given(cases(), st.integers(-12, 200), st.sampled_from(DURATIONS), st.sampled_from((0, 5, 15)))
def test_bk11_an_instant_is_refused_for_what_the_oracle_says(
    case: Case, slots: int, minutes: int, grid: int
) -> None:
    """Rows 8 to 12 and 15 to 17, BK-3: across the change, in it, and on the days around."""
    start = oracle.minutes_of(case.calendar.zone, case.change)[0] + 5 * slots * MINUTE
    if grid:
        start += -(start.minute % grid) * MINUTE
    assert failures(case, start, minutes) == case.calendar.refusals(start, minutes, case.now)


@SOME
@given(cases(), st.integers(-1, 1), st.integers(0, 95), st.sampled_from(DURATIONS))
def test_av11_bk1_a_wall_time_is_refused_for_what_the_oracle_says(
    case: Case, days: int, quarter: int, minutes: int
) -> None:
    """Row 7 too: a local start that is skipped, and the first of two."""
    day, wall = case.change + days * DAY, time(quarter // 4, quarter % 4 * 15)
    found = failures(case, LocalStart(day, wall), minutes)
    assert found == case.calendar.refusals((day, wall), minutes, case.now)


@pytest.mark.parametrize(("zone", "change", "_"), oracle.CHANGES)
def test_av11_each_wall_time_of_the_day_is_its_first_occurrence(
    zone: str, change: date, _: timedelta
) -> None:
    skipped = 0
    for minute in range(0, 1440, 5):
        wall = time(minute // 60, minute % 60)
        occurrences = oracle.showing(zone, change, wall)
        if occurrences:
            assert Zone(zone).instant(change, wall) == occurrences[0]
            continue
        skipped += 1
        with pytest.raises(DomainError) as refused:
            Zone(zone).instant(change, wall)
        assert refused.value.code == "nonexistent_local_time"
    gap = 24 * HOUR - (oracle.end_of(zone, change) - oracle.minutes_of(zone, change)[0])
    assert skipped * 5 * MINUTE == max(gap, timedelta())


# --- how far it is: hours that really pass ---


@SOME
@given(lessons())
def test_bk26_bands_count_the_hours_that_pass(booking: Booking) -> None:
    """BK-26, BK-29, §11 policy clock, BK-30, BK-31: to the instant, whatever the wall shows."""
    start = booking.lesson.starts_at
    day, half = oracle.earlier(start, 24 * 60), oracle.earlier(start, 12 * 60)
    for now in edges(day, half):
        assert band(start, now).value == oracle.band(start, now)
        if now > half:
            with pytest.raises(DomainError) as refused:
                reschedule(booking, by=Party.STUDENT, money=MoneyNow(), now=now)
            assert refused.value.code == "reschedule_window_closed"
        else:
            found = reschedule(booking, by=Party.STUDENT, money=MoneyNow(), now=now)
            assert found.late == (now > day)
    stages = policy_clock(booking, viewer=Party.STUDENT, now=booking.created_at)
    assert [each.until for each in stages] == [day, half, start]


@SOME
@given(lessons())
def test_bk49_reminders_are_due_by_the_hours_that_pass(booking: Booking) -> None:
    start = booking.lesson.starts_at
    bounds = {
        ReminderKind.DAY: (oracle.earlier(start, 24 * 60), oracle.earlier(start, 21 * 60)),
        ReminderKind.HOUR: (oracle.earlier(start, 60), oracle.earlier(start, 15)),
    }
    for now in edges(*(each for pair in bounds.values() for each in pair)):
        due = tuple(kind for kind, (since, until) in bounds.items() if since <= now < until)
        assert reminders_due(booking, now=now) == due


@SOME
@given(lessons())
def test_nt13_tomorrow_is_the_next_date_on_the_lessons_clocks(booking: Booking) -> None:
    """Minute by minute from a day and an hour before: what the reminder says, and the time."""
    zone, start = booking.zone.name, booking.lesson.starts_at
    wall = oracle.shown(zone, start)
    for minutes in range(0, 26 * 60, 7):
        now = start - minutes * MINUTE
        words = reminder_words(booking, now=now)
        tomorrow = oracle.shown(zone, now).date() + DAY == wall.date()
        assert words["day"] == ("tomorrow" if tomorrow else f"on {wall:%A}")
        assert words["time"].startswith(f"{wall.hour % 12 or 12}:{wall:%M} ")


def test_nt13_letters_tell_the_two_half_past_ones_apart() -> None:
    """Which of the two: by the name of the zone's time."""
    day = date(2027, 11, 7)
    zone = Zone(oracle.NEW_YORK)
    texts = [written_out(zone.local(each)) for each in oracle.showing(zone.name, day, time(1, 30))]
    assert texts == [
        "Sunday, November 7, 2027 at 1:30 AM EDT",
        "Sunday, November 7, 2027 at 1:30 AM EST",
    ]


# --- when it is over ---


@SOME
@given(lessons())
def test_bk3_bk42_a_lesson_lasts_the_minutes_that_pass(booking: Booking) -> None:
    """BK-3 end, BK-42 phases, BK-22 and BK-36 a day of 24 hours after the end."""
    start, end = booking.lesson.starts_at, booking.lesson.ends_at
    moment, passed = start, 0
    while moment < end:
        assert phase(booking, moment) is Phase.IN_PROGRESS
        moment, passed = moment + MINUTE, passed + 1
    assert passed == booking.lesson.minutes
    assert phase(booking, start - timedelta.resolution) is Phase.UPCOMING
    assert phase(booking, end) is Phase.AWAITING_COMPLETION
    day_after = end
    for _ in range(24 * 60):
        day_after += MINUTE
    assert completion_timer(booking).due_at == day_after == end + REPORT_WITHIN


@SOME
@given(lessons(), st.integers(0, 90))
def test_bk16_a_hold_lasts_the_minutes_that_pass(booking: Booking, ahead: int) -> None:
    """Made in the skipped or the repeated hour: half an hour, an hour at most, or the start."""
    start = booking.lesson.starts_at
    made = oracle.earlier(start, ahead)
    expiry = hold_expiry(start=start, created_at=made)
    assert expiry == min(start, made + 30 * MINUTE)
    again = hold_expiry(start=start, created_at=made, last_attempt_at=made + 45 * MINUTE)
    assert oracle.earlier(again, min(ahead, 60)) == made


@SOME
@given(changes, st.integers(-16, 16), st.integers(0, 24 * 60 - 1))
def test_bk46_a_month_is_the_one_on_the_instructors_clocks(
    change: tuple[str, date], days: int, minutes: int
) -> None:
    zone, day = change
    now = oracle.minutes_of(zone, day + days * DAY)[0] + minutes * MINUTE
    found = month_of(Zone(zone).today(now), Zone(zone))
    assert (found.starts_at, found.ends_at) == oracle.month_of(zone, now)


# --- how it is written down ---


@SOME
@given(lessons())
def test_bk47_a_calendar_file_says_when_cancelling_changes(booking: Booking) -> None:
    """The event's time is in UTC; the policy clock in its text, on the lesson's own clocks."""
    card = BookingCard(
        booking=booking, viewer=Party.STUDENT, student_name="Sam S.", instructor_name="Jane S."
    )
    entry = entry_of(card, now=booking.lesson.starts_at)
    assert entry.span == booking.lesson
    assert entry.span.starts_at.tzinfo is UTC
    for hours in (24, 12, 0):
        until = oracle.earlier(booking.lesson.starts_at, 60 * hours)
        assert f"Until {oracle.shown(booking.zone.name, until):%Y-%m-%d %H:%M} " in (
            entry.description
        )


# --- moving it ---


def asked_move(booking: Booking, start: datetime | LocalStart) -> AskedMove:
    principal = signed_in(STUDENT, Role.STUDENT)
    return AskedMove(principal=principal, booking_id=booking.booking_id, start=start)


@SOME
@given(lessons(), changes)
def test_bk32_only_the_same_instant_is_no_change(
    booking: Booking, change: tuple[str, date]
) -> None:
    """AV-11, BK-1: a wall time is its first occurrence in the calendar's zone, here too."""
    zone = change[0]
    wall = oracle.shown(zone, booking.lesson.starts_at)
    occurrences = oracle.showing(zone, wall.date(), wall.time())
    named = asked_move(booking, LocalStart(wall.date(), wall.time())).names(booking, Zone(zone))
    assert named == (occurrences[0] == booking.lesson.starts_at)
    assert asked_move(booking, booking.lesson.starts_at).names(booking, Zone(zone))


def test_bk32_the_second_half_past_one_can_be_moved_to_the_first() -> None:
    zone = Zone(oracle.NEW_YORK)
    first, second = oracle.showing(zone.name, date(2027, 11, 7), time(1, 30))
    booking = lesson(zone.name, second)
    wall = LocalStart(date(2027, 11, 7), time(1, 30))
    assert not asked_move(booking, wall).names(booking, zone)
    assert asked_move(booking, wall).proposal(booking).lesson(zone).starts_at == first
    skipped = LocalStart(date(2027, 3, 14), time(2, 30))
    assert not asked_move(booking, skipped).names(booking, zone)


def test_av9_a_wall_time_is_the_calendars_not_the_lessons() -> None:
    """The instructor moved: noon is another hour now, so it is a change to ask for it."""
    noon = datetime(2027, 3, 16, 16, tzinfo=UTC)
    booking = lesson(oracle.NEW_YORK, noon)
    wall = LocalStart(date(2027, 3, 16), time(12))
    assert asked_move(booking, wall).names(booking, Zone(oracle.NEW_YORK))
    assert not asked_move(booking, wall).names(booking, Zone("America/Chicago"))
