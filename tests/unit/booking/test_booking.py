"""A booking's states, its policies and what it tells."""

from datetime import datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.availability.model.rules import CalendarRules
from instainstru_core.booking.errors.life import (
    HoldExpired,
    LessonNotEnded,
    LessonStarted,
    WrongState,
)
from instainstru_core.booking.events import (
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingHeld,
    BookingHoldReleased,
)
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import Place, band, hold_expiry
from instainstru_core.booking.model.states import Cancelled, Completed, Confirmed, Pending
from instainstru_core.booking.policies.cancelling import policy_case
from instainstru_core.booking.policies.facts import AskedPlace
from instainstru_core.booking.policies.proximity import proximity_warnings
from instainstru_core.booking.policies.views import (
    Phase,
    View,
    belongs,
    is_hidden,
    phase,
    shows_place,
)
from instainstru_core.booking.queries import shown_name
from instainstru_core.booking.terms import Band, BookingStatus, CancelKind, Party, PolicyCase
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.time import Interval, instant_text
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.bookings import in_state
from instainstru_core.testing.strategies.booking import NOON, a_booking

IDS = CountedIds()
STUDENT, INSTRUCTOR = IDS.new(StudentId), IDS.new(InstructorId)
CREATED = NOON - timedelta(days=7)
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
END = NOON + HOUR
STATES = ("held", "confirmed", "completed", "cancelled", "superseded", "failed", "missed")


def held(**changes: object) -> Booking:
    return a_booking(IDS.new(BookingId), student=STUDENT, instructor=INSTRUCTOR, **changes)  # type: ignore[arg-type]


def confirmed() -> Booking:
    return held().confirm(at=CREATED)


def cancel(booking: Booking, at: datetime, by: Party = Party.STUDENT) -> Booking:
    return booking.cancel(
        at=at,
        by=by,
        actor=AccountId(STUDENT.value),
        reason=" why ",
        policy_case=policy_case(booking, by=by, now=at),
    )


@pytest.mark.parametrize(
    ("start_in", "attempt_after", "expected"),
    [
        (7 * 24 * HOUR, None, 30 * MINUTE),
        (20 * MINUTE, None, 20 * MINUTE),
        (7 * 24 * HOUR, 10 * MINUTE, 40 * MINUTE),
        (7 * 24 * HOUR, 29 * MINUTE, 59 * MINUTE),
        (7 * 24 * HOUR, 45 * MINUTE, 60 * MINUTE),
        (7 * 24 * HOUR, -10 * MINUTE, 30 * MINUTE),
        (50 * MINUTE, 45 * MINUTE, 50 * MINUTE),
    ],
)
def test_bk16_hold_expiry(
    start_in: timedelta, attempt_after: timedelta | None, expected: timedelta
) -> None:
    attempt = None if attempt_after is None else CREATED + attempt_after
    expiry = hold_expiry(start=CREATED + start_in, created_at=CREATED, last_attempt_at=attempt)
    assert expiry == CREATED + expected


def test_bk16_another_try_extends_the_hold() -> None:
    extended = held().extend_hold(attempted_at=CREATED + 20 * MINUTE)
    assert extended.state == Pending(CREATED + 50 * MINUTE)
    with pytest.raises(HoldExpired):
        extended.extend_hold(attempted_at=CREATED + 50 * MINUTE)
    with pytest.raises(WrongState):
        confirmed().extend_hold(attempted_at=CREATED)


def test_bk16_the_platform_may_say_for_how_long() -> None:
    """Spec 01 §8: `hold_minutes`, `hold_cap_minutes`; a hold that stands is as it was."""
    rules = CalendarRules(hold_minutes=10, hold_cap_minutes=25)
    extended = held().extend_hold(attempted_at=CREATED + 5 * MINUTE, rules=rules)
    assert extended.state == Pending(CREATED + 15 * MINUTE)
    capped = held().extend_hold(attempted_at=CREATED + 20 * MINUTE, rules=rules)
    assert capped.state == Pending(CREATED + 25 * MINUTE)
    assert held().state == Pending(CREATED + 30 * MINUTE)


def test_holding_tells_everything_that_consumers_need() -> None:
    booking = held()
    [event] = booking.events
    assert isinstance(event, BookingHeld)
    assert (event.name, event.booking_version) == ("booking.held", 1)
    assert event.hold_expires_at == CREATED + 30 * MINUTE
    assert (event.lesson, event.price) == (booking.lesson, booking.price)
    assert (event.booking_id, event.chain_id) == (booking.booking_id, booking.booking_id)


def test_bk18_confirming() -> None:
    booking = confirmed()
    assert booking.state == Confirmed(CREATED)
    assert isinstance(booking.events[-1], BookingConfirmed)
    with pytest.raises(HoldExpired) as expired:
        held().confirm(at=CREATED + 30 * MINUTE)
    assert "hold" in str(expired.value)
    with pytest.raises(WrongState) as wrong:
        booking.confirm(at=CREATED)
    assert wrong.value.facts() == {"booking_status": "CONFIRMED"}


def test_bk19_only_an_expired_hold_expires() -> None:
    booking = held()
    with pytest.raises(WrongState):
        booking.expire(at=CREATED + 30 * MINUTE - SECOND)
    gone = booking.expire(at=CREATED + 30 * MINUTE)
    assert isinstance(gone.state, Cancelled)
    assert gone.state.kind is CancelKind.HOLD_EXPIRED
    assert isinstance(gone.events[-1], BookingHoldReleased)
    assert is_hidden(gone)
    with pytest.raises(WrongState):
        confirmed().expire(at=END)
    with pytest.raises(WrongState):
        confirmed().supersede(at=CREATED)


def test_bk25_cancelling() -> None:
    gone = cancel(confirmed(), NOON - 24 * HOUR)
    assert isinstance(gone.state, Cancelled)
    assert (gone.state.kind, gone.state.reason) == (CancelKind.BY_STUDENT, "why")
    told = gone.events[-1]
    assert isinstance(told, BookingCancelled)
    assert (told.band, told.policy_case) == (Band.GE24, PolicyCase.STUDENT_GE24)
    assert told.was_confirmed
    with pytest.raises(WrongState):
        cancel(gone, NOON - HOUR)
    with pytest.raises(LessonStarted):
        cancel(confirmed(), NOON)
    by_admin = cancel(confirmed(), NOON, Party.ADMIN)
    assert isinstance(by_admin.state, Cancelled)
    assert by_admin.state.kind is CancelKind.BY_ADMIN


def test_bk20_giving_up_on_a_payment() -> None:
    gone = confirmed().abandon(at=NOON - 12 * HOUR)
    assert isinstance(gone.state, Cancelled)
    assert gone.state.kind is CancelKind.PAYMENT_FAILED
    told = gone.events[-1]
    assert isinstance(told, BookingCancelled)
    assert (told.by, told.policy_case, told.band) == (None, None, Band.H12_24)
    with pytest.raises(WrongState):
        held().abandon(at=NOON - 12 * HOUR)


def test_bk21_completing_by_hand() -> None:
    with pytest.raises(LessonNotEnded) as early:
        confirmed().complete(at=END - SECOND)
    assert early.value.facts() == {"ends_at": instant_text(END)}
    with pytest.raises(WrongState):
        held().complete(at=END)
    done = confirmed().complete(at=END + HOUR, note="well played")
    assert done.state == Completed(at=END + HOUR, confirmed_at=CREATED)
    assert done.instructor_note == "well played"
    told = done.events[-1]
    assert isinstance(told, BookingCompleted)
    assert (told.completed_at, told.automatic) == (END + HOUR, False)


def test_bk22_completing_by_itself() -> None:
    with pytest.raises(LessonNotEnded):
        confirmed().complete_by_itself(at=END + 24 * HOUR - SECOND)
    with pytest.raises(WrongState):
        held().complete_by_itself(at=END + 24 * HOUR)
    done = confirmed().complete_by_itself(at=END + 25 * HOUR)
    assert done.state == Completed(at=END, confirmed_at=CREATED)
    assert done.events[-1].occurred_at == END + 25 * HOUR


def test_prop_16_capture_is_due_a_day_after_the_end_however_completed() -> None:
    by_hand = confirmed().complete(at=END + HOUR)
    by_itself = confirmed().complete_by_itself(at=END + 24 * HOUR)
    assert by_hand.capture_due_at == by_itself.capture_due_at == END + 24 * HOUR


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (24 * HOUR, Band.GE24),
        (24 * HOUR - SECOND, Band.H12_24),
        (12 * HOUR, Band.H12_24),
        (12 * HOUR - SECOND, Band.LT12),
        (timedelta(0), Band.LT12),
    ],
)
def test_bk26_band(ahead: timedelta, expected: Band) -> None:
    assert band(NOON, NOON - ahead) is expected


@given(st.integers(0, 100 * 3600), st.integers(0, 100 * 3600))
def test_prop_13_band_is_monotone(one: int, other: int) -> None:
    order = list(Band)
    early, late = sorted((one, other), reverse=True)
    assert order.index(band(NOON, NOON - early * SECOND)) <= order.index(
        band(NOON, NOON - late * SECOND)
    )


@pytest.mark.parametrize(
    ("by", "ahead", "lock_funded", "late", "pending", "expected"),
    [
        (Party.ADMIN, 1, True, True, False, PolicyCase.ADMIN),
        (Party.INSTRUCTOR, 1, True, False, False, PolicyCase.LOCK_INSTRUCTOR_CANCELLED),
        (Party.STUDENT, 12, True, False, False, PolicyCase.LOCK_STUDENT_GE12),
        (Party.STUDENT, 11, True, False, False, PolicyCase.LOCK_STUDENT_LT12),
        (Party.STUDENT, 1, False, False, True, PolicyCase.PENDING_UNPAID),
        (Party.INSTRUCTOR, 1, False, False, True, PolicyCase.PENDING_UNPAID),
        (Party.INSTRUCTOR, 1, False, True, False, PolicyCase.INSTRUCTOR),
        (Party.STUDENT, 24, False, True, False, PolicyCase.STUDENT_GE24_GAMING),
        (Party.STUDENT, 24, False, False, False, PolicyCase.STUDENT_GE24),
        (Party.STUDENT, 23, False, True, False, PolicyCase.STUDENT_12_24),
        (Party.STUDENT, 11, False, False, False, PolicyCase.STUDENT_LT12),
    ],
)
def test_bk27_policy_case(
    by: Party, ahead: int, lock_funded: bool, late: bool, pending: bool, expected: PolicyCase
) -> None:
    booking = held() if pending else confirmed()
    chain = evolve(booking.chain, lock_funded=lock_funded, late_reschedule=late)
    booking = evolve(booking, chain=chain)
    assert policy_case(booking, by=by, now=NOON - ahead * HOUR) is expected


def test_bk27_a_locked_payment_counts_like_a_lock_funded_booking() -> None:
    found = policy_case(confirmed(), by=Party.STUDENT, now=NOON - 12 * HOUR, payment_locked=True)
    assert found is PolicyCase.LOCK_STUDENT_GE12


@given(st.sampled_from(STATES), st.integers(-48, 24 * 8))
def test_prop_14_views_are_disjoint_and_complete(state: str, hours: int) -> None:
    booking = held() if state == "held" else in_state(held(), state)
    now = NOON - hours * HOUR
    views = [
        each for each in (View.UPCOMING, View.HISTORY, View.PENDING) if belongs(booking, each, now)
    ]
    expired = state == "held" and not booking.occupies(now)
    assert len(views) == (0 if expired or is_hidden(booking) else 1)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOON - SECOND, Phase.UPCOMING),
        (NOON, Phase.IN_PROGRESS),
        (END - SECOND, Phase.IN_PROGRESS),
        (END, Phase.AWAITING_COMPLETION),
    ],
)
def test_bk42_phase(now: datetime, expected: Phase) -> None:
    assert phase(confirmed(), now) is expected
    assert phase(held(), now) is None
    assert belongs(confirmed(), View.AWAITING_COMPLETION, now) is (now >= END)


STUDENTS_PLACE = {
    "location_type": LocationType.STUDENT_LOCATION,
    "place": Place(address="1 Main St", lat=40.7, lng=-74.0),
}


def test_bk5_the_counterpart_sees_the_address_from_confirmation_to_a_day_after() -> None:
    booking = held(**STUDENTS_PLACE)
    agreed = booking.confirm(at=CREATED)
    assert shows_place(booking, Party.STUDENT, CREATED)
    assert not shows_place(booking, Party.INSTRUCTOR, CREATED)
    assert shows_place(agreed, Party.INSTRUCTOR, END + 24 * HOUR)
    assert not shows_place(agreed, Party.INSTRUCTOR, END + 24 * HOUR + SECOND)
    assert not shows_place(cancel(agreed, CREATED), Party.INSTRUCTOR, CREATED)
    assert shows_place(booking, Party.ADMIN, CREATED)
    assert not shows_place(held(), Party.STUDENT, CREATED)
    studio = held(**{**STUDENTS_PLACE, "location_type": LocationType.INSTRUCTOR_LOCATION})
    assert not shows_place(studio, Party.STUDENT, CREATED)
    assert shows_place(studio, Party.INSTRUCTOR, CREATED)


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("Jane", "Smith", "Jane S."),
        (" Jane ", " smith", "Jane S."),
        ("Jane", "", "Jane"),
        ("", "Smith", "Unknown"),
    ],
)
def test_bk44_names(first: str, last: str, shown: str) -> None:
    assert shown_name(first, last) == shown


NEAR_PLACE = Place(address="2 Main St", lat=40.7001, lng=-74.0)
FAR_PLACE = Place(address="9 Far St", lat=40.8, lng=-74.0)


@pytest.mark.parametrize(
    ("gap", "location_type", "place", "warns"),
    [
        (0, LocationType.NEUTRAL_LOCATION, FAR_PLACE, True),
        (29, LocationType.NEUTRAL_LOCATION, FAR_PLACE, True),
        (30, LocationType.NEUTRAL_LOCATION, FAR_PLACE, False),
        (0, LocationType.NEUTRAL_LOCATION, NEAR_PLACE, False),
        (0, LocationType.ONLINE, None, True),
        (0, LocationType.NEUTRAL_LOCATION, evolve(FAR_PLACE, place_id="a"), False),
        (0, LocationType.NEUTRAL_LOCATION, evolve(NEAR_PLACE, place_id="b"), True),
        (0, LocationType.NEUTRAL_LOCATION, None, True),
    ],
)
def test_bk13_proximity_warning(
    gap: int, location_type: LocationType, place: Place | None, warns: bool
) -> None:
    """Two places differ when their ids differ, or by more than a tenth of a mile."""
    here = Place(
        address="1 Main St", lat=40.7, lng=-74.0, place_id="a" if place and place.place_id else None
    )
    other = held(
        location_type=LocationType.INSTRUCTOR_LOCATION, place=here, starts_at=END + gap * MINUTE
    )
    lesson = Interval(NOON, END)
    warnings = proximity_warnings(STUDENT, lesson, location_type, place, near=[other], now=CREATED)
    assert [each.gap_minutes for each in warnings] == ([gap] if warns else [])


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_bk13_a_blank_id_names_no_place(blank: str | None) -> None:
    """Otherwise all places without an id would be one."""
    assert AskedPlace(place_id=blank).place_id is None
    assert AskedPlace(place_id=" p1 ").place_id == "p1"


def test_bk13_two_homes_never_differ() -> None:
    other = held(starts_at=END)
    found = proximity_warnings(
        STUDENT,
        Interval(NOON, END),
        LocationType.STUDENT_LOCATION,
        NEAR_PLACE,
        near=[other],
        now=CREATED,
    )
    assert found == ()


@pytest.mark.parametrize("minutes", [25, 245, 32])
def test_bk2_a_lesson_lasts_five_minute_steps_from_30_to_240(minutes: int) -> None:
    with pytest.raises(Malformed):
        held(minutes=minutes)


def test_two_people_are_needed() -> None:
    with pytest.raises(Malformed):
        a_booking(IDS.new(BookingId), student=STUDENT, instructor=InstructorId(STUDENT.value))


def test_statuses_and_times_of_every_state() -> None:
    found = {state: in_state(held(), state) if state != "held" else held() for state in STATES}
    assert [found[each].status for each in STATES] == [
        BookingStatus.PENDING,
        BookingStatus.CONFIRMED,
        BookingStatus.COMPLETED,
        BookingStatus.CANCELLED,
        BookingStatus.CANCELLED,
        BookingStatus.CANCELLED,
        BookingStatus.NO_SHOW,
    ]
    assert [found[each].confirmed_at is None for each in STATES] == [
        True,
        False,
        False,
        False,
        True,
        False,
        False,
    ]
    assert [found[each].occupies(END) for each in STATES] == [
        False,
        True,
        True,
        False,
        False,
        False,
        True,
    ]
