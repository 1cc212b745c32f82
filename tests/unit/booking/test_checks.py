"""BK-11, row by row, in its order, with its codes and statuses."""

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.model.days import local_day
from instainstru_core.availability.model.free import free_slots, start_slots
from instainstru_core.availability.model.planes import DayPlanes, span
from instainstru_core.availability.model.settings import Busy, CalendarSettings
from instainstru_core.booking.errors.refusals import StudentConflict
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import Chain
from instainstru_core.booking.policies.checks import check
from instainstru_core.booking.policies.facts import (
    AskedPlace,
    Facts,
    LocalStart,
    Offered,
    Parties,
    Proposal,
    Teacher,
)
from instainstru_core.booking.terms import Standing
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Conflict, DomainError, Forbidden, Malformed, NotFound
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import (
    ALWAYS_OPEN,
    INSIDE,
    MONDAY,
    NOON,
    STUDIO,
    a_booking,
    location_types,
    starts,
)

IDS = CountedIds()
STUDENT, OTHER = IDS.new(StudentId), IDS.new(StudentId)
INSTRUCTOR, ELSEWHERE = IDS.new(InstructorId), IDS.new(InstructorId)
SERVICE = ServiceId.parse("01000000000000000000000003")
NOW = NOON - timedelta(days=3)
HOUR = timedelta(hours=1)


def proposal(**changes: Any) -> Proposal:
    asked: dict[str, Any] = {
        "student": STUDENT,
        "instructor": INSTRUCTOR,
        "service_id": SERVICE,
        "start": NOON,
        "duration_minutes": 60,
        "location_type": LocationType.ONLINE,
    }
    return Proposal(**{**asked, **changes})


def offered(**changes: Any) -> Offered:
    terms: dict[str, Any] = {
        "service_name": "Piano",
        "rates": dict.fromkeys(Format, Money(90_00)),
        "durations": (30, 60),
    }
    return Offered(**{**terms, **changes})


def parties(**changes: Any) -> Parties:
    known: dict[str, Any] = {
        "teacher": Teacher(is_bookable=True, teaching_place=STUDIO),
        "service_active": True,
        "offered": offered(),
        "planes": ALWAYS_OPEN,
    }
    return Parties(**{**known, **changes})


def facts(**changes: Any) -> Facts:
    known: dict[str, Any] = {
        "now": NOW,
        "student": STUDENT,
        "permitted": True,
        "parties": parties(),
        "in_service_area": True,
    }
    return Facts(**{**known, **changes})


def codes(asked: Proposal | None = None, known: Facts | None = None) -> list[str]:
    failures = check(asked or proposal(), known or facts())
    for each in failures:
        assert str(each), "every refusal says what it refuses"
        assert json.loads(json.dumps(each.facts())) == each.facts(), "facts are plain JSON"
    return [each.code for each in failures]


def lesson(
    starts_at: datetime = NOON,
    *,
    student: StudentId = OTHER,
    instructor: InstructorId = INSTRUCTOR,
    location_type: LocationType = LocationType.ONLINE,
    minutes: int = 60,
    confirmed: bool = True,
) -> Booking:
    made_at = min(NOW, starts_at - timedelta(days=1))
    booking = a_booking(
        IDS.new(BookingId),
        student=student,
        instructor=instructor,
        starts_at=starts_at,
        minutes=minutes,
        created_at=made_at,
        location_type=location_type,
    )
    return booking.confirm(at=made_at) if confirmed else booking


def test_a_good_proposal_passes() -> None:
    assert codes() == []


def test_row_1_permission_denied() -> None:
    assert codes(known=facts(permitted=False)) == ["permission_denied"]


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (Standing.LOCKED, "account_locked"),
        (Standing.RESTRICTED, "account_restricted"),
        (Standing.IN_DEBT, "credit_balance_negative"),
    ],
)
def test_row_2_standing(standing: Standing, code: str) -> None:
    assert codes(known=facts(parties=parties(standing=standing))) == [code]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (parties(service_active=None), ["service_not_found"]),
        (parties(service_active=False), ["service_not_found"]),
        (parties(offered=offered(active=False)), ["service_not_found"]),
        (parties(teacher=None), ["instructor_not_found"]),
        (Parties(), ["service_not_found", "instructor_not_found"]),
    ],
)
def test_row_3_not_found_ends_the_checks(known: Parties, expected: list[str]) -> None:
    wrong_in_every_way = proposal(duration_minutes=7, start=NOW - HOUR)
    assert codes(wrong_in_every_way, facts(parties=known)) == expected


def test_row_4_service_mismatch() -> None:
    assert codes(known=facts(parties=parties(offered=None))) == ["service_mismatch"]


def test_row_4_self_booking() -> None:
    assert codes(proposal(student=StudentId(INSTRUCTOR.value))) == ["self_booking"]


def test_row_5_instructor_not_bookable() -> None:
    known = parties(teacher=Teacher(is_bookable=False))
    assert codes(known=facts(parties=known)) == ["instructor_not_bookable"]


def test_row_6_invalid_duration() -> None:
    assert codes(proposal(duration_minutes=45)) == ["invalid_duration"]
    [failure] = check(proposal(duration_minutes=45), facts())
    assert failure.facts() == {"duration_minutes": 45, "duration_options": [30, 60]}


def test_row_7_nonexistent_local_time_skips_what_needs_the_start() -> None:
    gap = proposal(start=LocalStart(date(2030, 3, 10), time(2, 30)))
    assert codes(gap) == ["nonexistent_local_time"]
    known = facts(parties=parties(blocked=True, offered=offered(rates={})), near=[lesson()])
    assert codes(gap, known) == ["nonexistent_local_time", "online_not_offered"]


@pytest.mark.parametrize("late", [timedelta(minutes=5), timedelta(seconds=1)])
def test_row_8_invalid_start_time(late: timedelta) -> None:
    assert codes(proposal(start=NOON + late)) == ["invalid_start_time"]


@pytest.mark.parametrize(
    ("wall", "expected"), [(time(23), []), (time(23, 15), ["crosses_midnight"])]
)
def test_row_9_crosses_midnight(wall: time, expected: list[str]) -> None:
    """BK-3: ending exactly at midnight is allowed; 23:15 for an hour is not."""
    assert codes(proposal(start=LocalStart(MONDAY, wall))) == expected


def test_row_9_leaves_the_first_day_to_row_16() -> None:
    """After 9, check 16 looks only at the slots of the start's local day."""
    until_midnight = span(23 * 12 + 3, 288)
    planes = DayPlanes(0, 0, until_midnight)
    late = proposal(start=LocalStart(MONDAY, time(23, 15)))
    assert codes(late, facts(parties=parties(planes=planes))) == ["crosses_midnight"]


@pytest.mark.parametrize(
    ("ahead", "location_type", "expected"),
    [
        (timedelta(0), LocationType.ONLINE, ["insufficient_notice"]),
        (timedelta(seconds=-1), LocationType.ONLINE, ["in_past"]),
        (timedelta(minutes=60), LocationType.ONLINE, []),
        (timedelta(minutes=60, seconds=-1), LocationType.ONLINE, ["insufficient_notice"]),
        (timedelta(minutes=60), LocationType.INSTRUCTOR_LOCATION, []),
        (timedelta(minutes=60), LocationType.STUDENT_LOCATION, ["insufficient_notice"]),
        (timedelta(minutes=180), LocationType.STUDENT_LOCATION, []),
        (timedelta(minutes=180), LocationType.NEUTRAL_LOCATION, []),
    ],
)
def test_row_10_past_and_notice(
    ahead: timedelta, location_type: LocationType, expected: list[str]
) -> None:
    asked = proposal(location_type=location_type, place=INSIDE)
    assert codes(asked, facts(now=NOON - ahead)) == expected


def test_row_10_the_instructor_may_lengthen_the_notice() -> None:
    settings = CalendarSettings(min_advance_minutes=24 * 60)
    known = facts(now=NOON - timedelta(hours=24), settings=settings)
    assert codes(known=known) == []
    assert codes(known=evolve(known, now=known.now + timedelta(seconds=1))) == [
        "insufficient_notice"
    ]


@pytest.mark.parametrize(
    ("now_hour", "start", "location_type", "expected"),
    [
        (20, time(8, 45), LocationType.ONLINE, ["overnight_protection"]),
        (20, time(9), LocationType.ONLINE, []),
        (19, time(8, 45), LocationType.ONLINE, []),
        (20, time(10, 45), LocationType.STUDENT_LOCATION, ["overnight_protection"]),
        (20, time(11), LocationType.STUDENT_LOCATION, []),
        (31, time(8, 45), LocationType.ONLINE, ["overnight_protection"]),
        (32, time(9, 0), LocationType.ONLINE, []),
    ],
)
def test_row_11_overnight_protection(
    now_hour: int, start: time, location_type: LocationType, expected: list[str]
) -> None:
    """AV-33; hours are counted from Monday's midnight, the start is on Tuesday."""
    asked = proposal(
        start=LocalStart(MONDAY + timedelta(days=1), start),
        location_type=location_type,
        place=INSIDE,
    )
    now = NEW_YORK.midnight(MONDAY) + timedelta(hours=now_hour)
    assert codes(asked, facts(now=now)) == expected
    asleep = CalendarSettings(overnight_protection_enabled=False)
    assert codes(asked, facts(now=now, settings=asleep)) == []


@pytest.mark.parametrize(("days", "expected"), [(365, []), (366, ["beyond_horizon"])])
def test_row_12_beyond_horizon(days: int, expected: list[str]) -> None:
    today = NEW_YORK.today(NOW)
    assert codes(proposal(start=LocalStart(today + timedelta(days=days), time(12)))) == expected


@pytest.mark.parametrize(
    ("location_type", "code"),
    [
        (LocationType.STUDENT_LOCATION, "travel_not_offered"),
        (LocationType.NEUTRAL_LOCATION, "travel_not_offered"),
        (LocationType.INSTRUCTOR_LOCATION, "studio_not_offered"),
        (LocationType.ONLINE, "online_not_offered"),
    ],
)
def test_row_13_format_not_offered(location_type: LocationType, code: str) -> None:
    rates = {each: Money(90_00) for each in Format if each is not location_type.format}
    asked = proposal(location_type=location_type, place=INSIDE)
    assert codes(asked, facts(parties=parties(offered=offered(rates=rates)))) == [code]


def test_row_13_price_below_floor() -> None:
    cheap = parties(offered=offered(rates={Format.ONLINE: Money(59_99)}))
    assert codes(known=facts(parties=cheap)) == ["price_below_floor"]
    fair = parties(offered=offered(rates={Format.ONLINE: Money(60_00)}))
    assert codes(known=facts(parties=fair)) == []


@pytest.mark.parametrize(
    ("place", "covered", "expected"),
    [
        (AskedPlace(), None, ["address_required", "coordinates_required"]),
        (AskedPlace(lat=40.7, lng=-74.0), True, ["address_required"]),
        (AskedPlace(address="  ", lat=40.7, lng=-74.0), True, ["address_required"]),
        (AskedPlace(address="1 Main St"), None, ["coordinates_required"]),
        (AskedPlace(address="1 Main St", lat=40.7), None, ["coordinates_required"]),
        (INSIDE, False, ["outside_service_area"]),
        (INSIDE, True, []),
    ],
)
@pytest.mark.parametrize(
    "location_type", [LocationType.STUDENT_LOCATION, LocationType.NEUTRAL_LOCATION]
)
def test_row_14_place_of_a_travel_lesson(
    place: AskedPlace, covered: bool | None, expected: list[str], location_type: LocationType
) -> None:
    asked = proposal(location_type=location_type, place=place)
    assert codes(asked, facts(in_service_area=covered)) == expected


def test_row_14_a_studio_lesson_needs_a_studio() -> None:
    asked = proposal(location_type=LocationType.INSTRUCTOR_LOCATION)
    assert codes(asked) == []
    homeless = parties(teacher=Teacher(is_bookable=True))
    assert codes(asked, facts(parties=homeless)) == ["address_required"]


def test_row_15_blackout_date() -> None:
    assert codes(known=facts(parties=parties(blocked=True))) == ["blackout_date"]


NOON_SLOTS = span(144, 156)


@pytest.mark.parametrize(
    ("planes", "expected"),
    [
        (DayPlanes(0, 0, NOON_SLOTS), []),
        (DayPlanes(), ["time_not_open"]),
        (DayPlanes(0, 0, span(144, 155)), ["time_not_open"]),
        (DayPlanes(NOON_SLOTS, 0, 0), ["format_not_open"]),
        (DayPlanes(span(150, 156), 0, span(144, 150)), ["format_not_open"]),
    ],
)
def test_row_16_time_and_format_open(planes: DayPlanes, expected: list[str]) -> None:
    """BK-9: closed in all planes before open in the wrong one."""
    assert codes(known=facts(parties=parties(planes=planes))) == expected


def test_row_16_on_the_day_the_clocks_jump() -> None:
    """Spec 01 §9: 01:30 + 60 min needs the slots of 01:30 to 02:00 and 03:00 to 03:30."""
    planes = DayPlanes(0, 0, span(18, 24) | span(36, 42))
    asked = proposal(start=LocalStart(date(2030, 3, 10), time(1, 30)))
    assert codes(asked, facts(parties=parties(planes=planes))) == []


@pytest.mark.parametrize(
    ("gap", "formats", "expected"),
    [
        (-1, (LocationType.ONLINE, LocationType.ONLINE), "instructor_conflict"),
        (0, (LocationType.ONLINE, LocationType.ONLINE), "buffer_conflict"),
        (14, (LocationType.ONLINE, LocationType.INSTRUCTOR_LOCATION), "buffer_conflict"),
        (15, (LocationType.ONLINE, LocationType.ONLINE), None),
        (59, (LocationType.STUDENT_LOCATION, LocationType.ONLINE), "buffer_conflict"),
        (59, (LocationType.ONLINE, LocationType.STUDENT_LOCATION), "buffer_conflict"),
        (60, (LocationType.STUDENT_LOCATION, LocationType.ONLINE), None),
    ],
)
@pytest.mark.parametrize("side", [-1, 1])
def test_row_17_conflicts_of_the_instructor(
    gap: int, formats: tuple[LocationType, LocationType], expected: str | None, side: int
) -> None:
    """AV-31: a gap of exactly the buffer is allowed, on either side."""
    asked = proposal(location_type=formats[0], place=INSIDE)
    taken = lesson(NOON + side * (HOUR + timedelta(minutes=gap)), location_type=formats[1])
    assert codes(asked, facts(near=[taken])) == ([] if expected is None else [expected])


def test_row_18_student_conflict_has_no_buffer_and_names_the_booking() -> None:
    mine = lesson(student=STUDENT, instructor=ELSEWHERE)
    [failure] = check(proposal(), facts(near=[mine]))
    assert isinstance(failure, StudentConflict)
    assert failure.facts()["booking_id"] == str(mine.booking_id)
    next_door = lesson(NOON + HOUR, student=STUDENT, instructor=ELSEWHERE)
    assert codes(known=facts(near=[next_door])) == []


def test_row_19_too_many_holds() -> None:
    def holds(count: int) -> list[Booking]:
        return [
            lesson(
                NOON + timedelta(days=day), student=STUDENT, instructor=ELSEWHERE, confirmed=False
            )
            for day in range(1, count + 1)
        ]

    assert codes(known=facts(near=holds(2))) == []
    assert codes(known=facts(near=holds(3))) == ["too_many_holds"]
    assert codes(known=facts(near=holds(3), now=NOW + timedelta(minutes=30))) == []


def test_an_expired_hold_is_in_nobodys_way() -> None:
    """AV-30: a hold that ends now no longer counts."""
    held = lesson(confirmed=False)
    assert codes(known=facts(near=[held])) == ["instructor_conflict"]
    assert codes(known=facts(near=[held], now=NOW + timedelta(minutes=30))) == []


def test_a_lesson_is_not_in_the_way_of_its_own_reschedule() -> None:
    """BK-32: the predecessor's chain is left out of conflicts."""
    mine = lesson(student=STUDENT)
    moved = proposal(start=NOON + HOUR / 4, apart_from=mine.chain.chain_id)
    assert codes(moved, facts(near=[mine])) == []
    member = evolve(mine, chain=Chain(chain_id=IDS.new(BookingId)))
    assert codes(moved, facts(near=[member])) == ["instructor_conflict", "student_conflict"]


def test_all_failures_come_in_the_order_of_the_table() -> None:
    known = facts(
        permitted=False,
        parties=parties(
            standing=Standing.LOCKED,
            teacher=Teacher(is_bookable=False),
            offered=offered(rates={}),
            planes=DayPlanes(),
            blocked=True,
        ),
        near=[lesson(NOW - 2 * HOUR), lesson(NOW - 2 * HOUR, student=STUDENT)],
        in_service_area=None,
    )
    asked = proposal(
        start=NOW - 2 * HOUR + timedelta(minutes=1),
        duration_minutes=45,
        location_type=LocationType.STUDENT_LOCATION,
    )
    assert codes(asked, known) == [
        "permission_denied",
        "account_locked",
        "instructor_not_bookable",
        "invalid_duration",
        "invalid_start_time",
        "in_past",
        "travel_not_offered",
        "address_required",
        "coordinates_required",
        "blackout_date",
        "time_not_open",
        "instructor_conflict",
        "student_conflict",
    ]


FAMILIES: list[tuple[Callable[[], tuple[DomainError, ...]], type[DomainError]]] = [
    (lambda: check(proposal(), facts(permitted=False)), Forbidden),
    (lambda: check(proposal(), facts(parties=Parties())), NotFound),
    (lambda: check(proposal(), facts(near=[lesson()])), Conflict),
    (
        lambda: check(proposal(), facts(near=[lesson(student=STUDENT, instructor=ELSEWHERE)])),
        Conflict,
    ),
]


@pytest.mark.parametrize(("failing", "family"), FAMILIES)
def test_refusals_belong_to_the_family_of_their_status(
    failing: Callable[[], tuple[DomainError, ...]], family: type[DomainError]
) -> None:
    assert all(isinstance(each, family) for each in failing())
    assert all(str(each) for each in failing())


@pytest.mark.parametrize("year", [1999, 2200])
def test_a_start_out_of_all_bounds_is_malformed(year: int) -> None:
    with pytest.raises(Malformed, match="years 2000 to 2199"):
        proposal(start=NOON.replace(year=year))


@given(
    start=starts(days=1),
    taken=starts(days=1),
    asked_type=location_types(),
    taken_type=location_types(),
    ahead=st.integers(0, 48).map(lambda n: n * HOUR),
)
def test_prop_7_a_start_is_bookable_iff_it_passes(
    start: datetime,
    taken: datetime,
    asked_type: LocationType,
    taken_type: LocationType,
    ahead: timedelta,
) -> None:
    """Spec 01 §10.7: free starts and checks say the same of every start on the grid."""
    now = start - ahead
    planes = DayPlanes(span(100, 170), span(110, 160), span(120, 288))
    busy = lesson(taken, location_type=taken_type)
    asked = proposal(start=start, location_type=asked_type, place=INSIDE)
    known = facts(now=now, parties=parties(planes=planes), near=[busy])
    day = local_day(NEW_YORK, NEW_YORK.local(start).date())
    free = free_slots(
        planes,
        day=day,
        wanted=asked_type.format,
        busy=[Busy(busy.lesson, taken_type.format)],
        settings=CalendarSettings(),
        now=now,
    )
    bookable = start_slots(free, day=day, minutes=60) >> day.slot_at(start) & 1
    assert bool(bookable) == (codes(asked, known) == [])
