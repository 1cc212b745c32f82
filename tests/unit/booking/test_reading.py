"""What follows from a booking for whoever reads it: policy clock, figures, entries, weeks."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.accounts.model import Role
from instainstru_core.availability.errors import CalendarNotFound, NotMonday
from instainstru_core.availability.model.weeks import LAST_MONDAY
from instainstru_core.booking.calendar.policies import entry_of
from instainstru_core.booking.errors.life import BookingNotFound, WrongState
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import Place
from instainstru_core.booking.model.states import Cancelled, Confirmed
from instainstru_core.booking.policies.cancelling import policy_case
from instainstru_core.booking.policies.clock import policy_clock
from instainstru_core.booking.policies.statistics import BookingCounts
from instainstru_core.booking.policies.views import View, belongs, is_hidden
from instainstru_core.booking.queries import BookingCard
from instainstru_core.booking.terms import (
    BookingStatus,
    CancelKind,
    Party,
    PolicyCase,
)
from instainstru_core.booking.use_cases.edit_booking import EditBooking, Note, edit_booking
from instainstru_core.booking.use_cases.read_week_bookings import (
    ReadWeekBookings,
    read_week_bookings,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Forbidden, Malformed
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.zones import NEW_YORK, Zone
from instainstru_core.payments.use_cases.read_booking_stats import month_of
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import (
    MONDAY,
    NOON,
    a_booking,
    open_classroom,
    signed_in,
)
from instainstru_core.testing.strategies.booking_lists import Life, company, lives, moments

STUDENT, INSTRUCTOR = StudentId(UUID(int=2)), InstructorId(UUID(int=3))
TICK, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)
BEFORE = NOON - 7 * DAY


def a_lesson(**changes: Any) -> Booking:
    """An hour online at noon, agreed on a week before."""
    held = a_booking(BookingId(UUID(int=1)), student=STUDENT, instructor=INSTRUCTOR, **changes)
    return evolve(held, state=Confirmed(BEFORE), events=())


def seen_by(viewer: Party, booking: Booking) -> BookingCard:
    return BookingCard(
        booking=booking, viewer=viewer, student_name="Anna K.", instructor_name="Jane S."
    )


@given(plan=lives(), now=moments())
def test_10_14_three_views_share_nothing_and_show_everything(
    plan: Sequence[Life], now: datetime
) -> None:
    """§10.14: `upcoming`, `history`, `pending` are disjoint, and together all that is visible."""
    for booking in company(plan, CountedIds()).bookings:
        for moved in (False, True):
            members = [
                view
                for view in (View.UPCOMING, View.HISTORY, View.PENDING)
                if belongs(booking, view, now, include_rescheduled=moved)
            ]
            expired = booking.status is BookingStatus.PENDING and not booking.is_live_hold(now)
            hidden = is_hidden(booking, include_rescheduled=moved) or expired
            assert len(members) == int(not hidden)


@pytest.mark.parametrize("kind", CancelKind)
def test_bk42_some_endings_are_in_no_view(kind: CancelKind) -> None:
    """BK-42: holds that came to nothing never; a moved lesson only when it is asked for."""
    booking = evolve(a_lesson(), state=Cancelled(at=BEFORE, kind=kind))
    never = {CancelKind.HOLD_EXPIRED, CancelKind.SUPERSEDED, CancelKind.ABORTED}
    assert is_hidden(booking) == (kind in never or kind is CancelKind.RESCHEDULED)
    assert is_hidden(booking, include_rescheduled=True) == (kind in never)


def test_the_policy_clock_of_a_student_has_three_stages() -> None:
    """BK-26, BK-27, §11: the bands end a day, half a day and nothing before the start."""
    stages = policy_clock(a_lesson(), viewer=Party.STUDENT, now=BEFORE)
    assert [(each.until, each.policy_case) for each in stages] == [
        (NOON - 24 * HOUR, PolicyCase.STUDENT_GE24),
        (NOON - 12 * HOUR, PolicyCase.STUDENT_12_24),
        (NOON, PolicyCase.STUDENT_LT12),
    ]


def test_the_policy_clock_of_an_instructor_has_one_stage() -> None:
    stages = policy_clock(a_lesson(), viewer=Party.INSTRUCTOR, now=BEFORE)
    assert [(each.until, each.policy_case) for each in stages] == [(NOON, PolicyCase.INSTRUCTOR)]


def test_the_policy_clock_of_a_lesson_moved_late_knows_twelve_hours_alone() -> None:
    """BK-27: what was captured and held changes its case once."""
    lesson = a_lesson()
    lesson = evolve(lesson, chain=evolve(lesson.chain, lock_funded=True, late_reschedule=True))
    stages = policy_clock(lesson, viewer=Party.STUDENT, now=BEFORE)
    assert [(each.until, each.policy_case) for each in stages] == [
        (NOON - 12 * HOUR, PolicyCase.LOCK_STUDENT_GE12),
        (NOON, PolicyCase.LOCK_STUDENT_LT12),
    ]


@given(
    before=st.timedeltas(-DAY, 2 * DAY),
    viewer=st.sampled_from((Party.STUDENT, Party.INSTRUCTOR)),
    late=st.booleans(),
    locked=st.booleans(),
)
def test_the_policy_clock_tells_what_cancelling_would_be(
    before: timedelta, viewer: Party, late: bool, locked: bool
) -> None:
    """BK-27, BK-29, §10.13: at every instant its first stage is the case of that instant."""
    now, lesson = NOON - before, a_lesson()
    lesson = evolve(lesson, chain=evolve(lesson.chain, late_reschedule=late, lock_funded=locked))
    stages = policy_clock(lesson, viewer=viewer, now=now)
    assert bool(stages) == (now < NOON)
    for since, stage in zip([now, *(each.until + TICK for each in stages)], stages, strict=False):
        for moment in (since, min(stage.until, NOON - TICK)):
            assert stage.policy_case is policy_case(lesson, by=viewer, now=moment)
    assert [each.until for each in stages] == sorted({each.until for each in stages})
    assert all(a.policy_case is not b.policy_case for a, b in pairwise(stages))


def test_only_confirmed_lessons_have_a_policy_clock() -> None:
    held = a_booking(BookingId(UUID(int=1)), student=STUDENT, instructor=INSTRUCTOR)
    assert policy_clock(held, viewer=Party.STUDENT, now=BEFORE) == ()


@pytest.mark.parametrize(
    ("part", "whole", "rate"), [(0, 0, None), (0, 3, 0), (1, 3, 3333), (2, 3, 6667), (3, 3, 10_000)]
)
def test_bk46_rates_are_shares_of_what_was_agreed_on(
    part: int, whole: int, rate: int | None
) -> None:
    found = BookingCounts(total=whole, completed=part, cancelled=part)
    assert (found.completion_rate_bps, found.cancellation_rate_bps) == (rate, rate)


@pytest.mark.parametrize(
    ("day", "zone", "first", "after"),
    [
        (date(2026, 12, 31), "America/New_York", "2026-12-01T05:00", "2027-01-01T05:00"),
        (date(2027, 3, 14), "America/New_York", "2027-03-01T05:00", "2027-04-01T04:00"),
        (date(2027, 2, 1), "Australia/Lord_Howe", "2027-01-31T13:00", "2027-02-28T13:00"),
    ],
)
def test_bk46_a_month_is_the_instructors_own(day: date, zone: str, first: str, after: str) -> None:
    """BK-46: from midnight to midnight on the instructor's clocks."""
    month = month_of(day, Zone(zone))
    assert month.starts_at == datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert month.ends_at == datetime.fromisoformat(after).replace(tzinfo=UTC)


def test_bk47_a_lesson_becomes_an_entry() -> None:
    entry = entry_of(seen_by(Party.STUDENT, a_lesson()), now=BEFORE)
    assert entry.uid == "00000000000000000000000001@instainstru.com"
    assert (entry.sequence, entry.is_cancelled) == (0, False)
    assert entry.summary == "Piano with Jane S."
    assert entry.location == "Online"
    assert entry.span == a_lesson().lesson
    assert "Until 2030-01-06 12:00 EST: cancelling costs nothing." in entry.description
    assert entry_of(seen_by(Party.INSTRUCTOR, a_lesson()), now=BEFORE).summary == (
        "Piano with Anna K."
    )


def test_bk47_the_sequence_counts_moves_and_the_end() -> None:
    """BK-47: UID of the chain, SEQUENCE of its moves, and one more when it is cancelled."""
    lesson = a_lesson()
    first = BookingId(UUID(int=77))
    moved = evolve(lesson, chain=evolve(lesson.chain, chain_id=first, reschedule_count=2))
    over = evolve(
        moved,
        state=Cancelled(at=BEFORE + DAY, kind=CancelKind.BY_STUDENT, confirmed_at=BEFORE),
    )
    entries = [entry_of(seen_by(Party.STUDENT, each), now=NOON) for each in (moved, over)]
    assert [each.sequence for each in entries] == [2, 3]
    assert {each.uid for each in entries} == {f"{first}@instainstru.com"}
    assert entries[1].is_cancelled
    assert [each.changed_at for each in entries] == [BEFORE, BEFORE + DAY]


def test_bk47_an_entry_is_the_same_whenever_it_is_asked_for() -> None:
    """A calendar that asks again sees a change only where there is one."""
    card = seen_by(Party.STUDENT, a_lesson())
    assert entry_of(card, now=BEFORE) == entry_of(card, now=NOON + 20 * DAY)


def test_bk5_an_entry_shows_the_place_as_long_as_it_may() -> None:
    """BK-5, AC-56: to the other one from the confirmation to a day after the end."""
    place = Place(address="1 Main St", lat=40.7, lng=-74.0)
    lesson = a_lesson(
        location_type=LocationType.STUDENT_LOCATION, place=place, service_area="Manhattan"
    )
    end = lesson.lesson.ends_at

    def shown(viewer: Party, now: datetime) -> str:
        return entry_of(seen_by(viewer, lesson), now=now).location

    assert shown(Party.STUDENT, end + 2 * DAY) == "1 Main St"
    assert shown(Party.INSTRUCTOR, end + DAY) == "1 Main St"
    assert shown(Party.INSTRUCTOR, end + DAY + TICK) == "At the student's place (Manhattan)"


@pytest.fixture
def clock() -> HandMovedClock:
    return HandMovedClock(BEFORE)


@pytest.fixture
def store(clock: HandMovedClock) -> InMemoryStore:
    store = InMemoryStore(ids=CountedIds(1000), clock=clock)
    with store.begin() as work:
        work.bookings.add(a_lesson())
    return store


def kept(store: InMemoryStore) -> Booking:
    with store.begin() as work:
        return work.bookings.get(a_lesson().booking_id)


def edit(
    store: InMemoryStore,
    who: StudentId | InstructorId = INSTRUCTOR,
    role: Role = Role.INSTRUCTOR,
    *,
    texts: dict[Note, str | None],
) -> Booking:
    request = EditBooking(
        principal=signed_in(who, role), booking_id=a_lesson().booking_id, texts=texts
    )
    return edit_booking(request, begin=store.begin)


def test_bk45_an_instructor_writes_on_a_lesson(store: InMemoryStore) -> None:
    """BK-45: each text by itself; trimmed; a blank one is none; the version counts the changes."""
    first = edit(
        store, texts={Note.INSTRUCTOR_NOTE: "  plays well ", Note.MEETING_DETAILS: "Room 3"}
    )
    assert (first.instructor_note, first.meeting_details) == ("plays well", "Room 3")
    second = edit(store, texts={Note.MEETING_DETAILS: None})
    assert (second.instructor_note, second.meeting_details) == ("plays well", None)
    third = edit(store, texts={Note.INSTRUCTOR_NOTE: " \n "})
    assert (third.instructor_note, third.meeting_details) == (None, None)
    assert edit(store, texts={}).version == third.version == second.version + 1 == first.version + 2


@pytest.mark.parametrize(
    ("note", "most"), [(Note.INSTRUCTOR_NOTE, 1000), (Note.MEETING_DETAILS, 500)]
)
def test_bk45_texts_have_a_length(store: InMemoryStore, note: Note, most: int) -> None:
    """BK-45: counted after trimming."""
    assert getattr(edit(store, texts={note: f"  {'x' * most}  "}), note) == "x" * most
    with pytest.raises(Malformed):
        edit(store, texts={note: "x" * (most + 1)})


def test_bk45_nobody_else_writes(store: InMemoryStore) -> None:
    """BK-44, BK-45: the student may not, and strangers learn nothing."""
    with pytest.raises(Forbidden):
        edit(store, STUDENT, Role.STUDENT, texts={Note.MEETING_DETAILS: "mine"})
    with pytest.raises(BookingNotFound):
        edit(store, InstructorId(UUID(int=99)), texts={Note.MEETING_DETAILS: "mine"})
    assert kept(store) == a_lesson()


def test_bk45_a_cancelled_lesson_is_closed(store: InMemoryStore) -> None:
    with store.begin() as work:
        gone = Cancelled(at=BEFORE, kind=CancelKind.BY_STUDENT, confirmed_at=BEFORE)
        work.bookings.save(evolve(work.bookings.get(a_lesson().booking_id), state=gone))
    with pytest.raises(WrongState):
        edit(store, texts={Note.MEETING_DETAILS: "too late"})


def test_a_week_shows_what_owns_its_time(clock: HandMovedClock) -> None:
    """Spec 01 §6, AV-30: lessons and live holds, from midnight to midnight in the editor's zone."""
    ids = CountedIds()
    store = InMemoryStore(ids=ids, clock=clock)
    room = open_classroom(store.begin, ids)
    midnight = NEW_YORK.midnight(MONDAY)
    starts = {
        "before": midnight - HOUR,
        "first": midnight,
        "last": midnight + 7 * DAY - HOUR,
        "after": midnight + 7 * DAY,
    }
    clock.set(midnight - 3 * DAY)
    made = {}
    with store.begin() as work:
        for name, starts_at in starts.items():
            held = a_booking(
                ids.new(BookingId),
                student=ids.new(StudentId),
                instructor=room.instructor,
                starts_at=starts_at,
                created_at=clock.now(),
            )
            made[name] = work.bookings.add(held).booking_id

    def taken() -> list[BookingId]:
        request = ReadWeekBookings(instructor_id=room.instructor, monday=MONDAY)
        found = read_week_bookings(request, read=store.read, clock=clock)
        assert found.zone == NEW_YORK
        return [each.booking.booking_id for each in found.taken]

    assert taken() == [made["first"], made["last"]]
    clock.move(HOUR)
    assert taken() == []


def test_a_week_begins_on_its_monday_and_is_somebodys(
    store: InMemoryStore, clock: HandMovedClock
) -> None:
    """AV-12."""
    with pytest.raises(NotMonday):
        read_week_bookings(
            ReadWeekBookings(instructor_id=INSTRUCTOR, monday=MONDAY + DAY),
            read=store.read,
            clock=clock,
        )
    with pytest.raises(CalendarNotFound):
        read_week_bookings(
            ReadWeekBookings(instructor_id=INSTRUCTOR, monday=MONDAY), read=store.read, clock=clock
        )


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
@pytest.mark.parametrize("monday", [date.min, LAST_MONDAY])
def test_av12_the_first_and_the_last_week_have_no_bookings(
    clock: HandMovedClock, zone: str, monday: date
) -> None:
    """Their first and last instants are in no year there is, in half of all zones."""
    store = InMemoryStore(ids=CountedIds(), clock=clock)
    room = open_classroom(store.begin, store.ids)
    with store.begin() as work:
        kept = work.instructors.get_for_update(room.instructor)
        work.instructors.save(kept.introduce(at=clock.now(), zone=Zone(zone)))
    request = ReadWeekBookings(instructor_id=room.instructor, monday=monday)
    assert not read_week_bookings(request, read=store.read, clock=clock).taken


def test_the_other_party_is_known_by_account(store: InMemoryStore) -> None:
    """BK-44: a file is of whoever asks."""
    with store.read() as reads:
        card = reads.calendar_files.head(a_lesson().booking_id, viewer=AccountId(INSTRUCTOR.value))
    assert card.viewer is Party.INSTRUCTOR
