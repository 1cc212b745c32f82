"""Checking a lesson before it is booked: AV-40, with the codes of BK-11 and the word of BK-13."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.model.planes import DayPlanes, span
from instainstru_core.availability.model.rules import CalendarRules
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.testing.strategies.booking import (
    MONDAY,
    NOON,
    bookable,
    piano_catalog,
    signed_in,
)
from tests.integration.http.calendar_desk import CalendarDesk, calendar_desk

CHECKS = "/availability/checks"
TUESDAY = MONDAY + timedelta(days=1)
CHELSEA = {"address": "200 8th Avenue, New York", "lat": 40.745, "lng": -74.0}


@pytest.fixture
def desk() -> Iterator[CalendarDesk]:
    with calendar_desk() as desk:
        desk.caller = desk.student
        yield desk


def asked(desk: CalendarDesk, **changes: Any) -> dict[str, Any]:
    """An hour online on Monday at noon, unless *changes* say otherwise."""
    body = {
        "instructor_id": str(desk.room.instructor),
        "service_id": str(desk.room.service_id),
        "start": "2030-01-07T17:00:00Z",
        "duration_minutes": 60,
        "location_type": "online",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def check(desk: CalendarDesk, **changes: Any) -> Any:
    answer = desk.client.post(CHECKS, json=asked(desk, **changes))
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["available"] is (found["failures"] == [])
    return found


def codes(desk: CalendarDesk, **changes: Any) -> list[str]:
    return [each["code"] for each in check(desk, **changes)["failures"]]


def block(desk: CalendarDesk, day: object) -> None:
    desk.caller = desk.teacher
    answer = desk.client.post("/instructors/me/blackouts", json={"date": str(day)})
    assert answer.status_code == 201, answer.text
    desk.caller = desk.student


def book(desk: CalendarDesk, **changes: Any) -> Any:
    answer = desk.client.post("/bookings", json=asked(desk, **changes))
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_av40_what_can_be_booked_is_available_and_nothing_is_held(desk: CalendarDesk) -> None:
    for _ in range(2):
        assert check(desk) == {"available": True, "failures": [], "warnings": []}
    assert desk.store.recorded == []
    book(desk)


def test_av40_all_codes_come_at_once_in_the_order_of_the_table(desk: CalendarDesk) -> None:
    """Rows 6, 8, 9, 10, 13, 14, 15 and 16: a day that is over, and blocked, and closed."""
    block(desk, MONDAY)
    desk.open(MONDAY)
    desk.clock.move(timedelta(days=4))
    found = codes(
        desk, start="2030-01-08T04:20:00Z", duration_minutes=61, location_type="neutral_location"
    )
    assert found == [
        "invalid_duration",
        "invalid_start_time",
        "crosses_midnight",
        "in_past",
        "address_required",
        "coordinates_required",
        "blackout_date",
        "time_not_open",
    ]


def _as_instructor(desk: CalendarDesk) -> None:
    desk.caller = desk.teacher


def _stranger(desk: CalendarDesk) -> None:
    """Another student has the hour."""
    student = desk.store.ids.new(StudentId)
    booking = desk.book(NOON)
    with desk.store.begin() as work:
        held = work.bookings.get(booking.booking_id)
        work.bookings.save(evolve(held, student=student))


def _stranger_nearby(desk: CalendarDesk) -> None:
    """Another student has the hour before."""
    student = desk.store.ids.new(StudentId)
    booking = desk.book(NOON - timedelta(hours=1))
    with desk.store.begin() as work:
        held = work.bookings.get(booking.booking_id)
        work.bookings.save(evolve(held, student=student))


def _lesson_elsewhere(desk: CalendarDesk) -> None:
    """The caller has a lesson with another instructor then."""
    booking = desk.book(NOON)
    other = desk.store.ids.new(InstructorId)
    with desk.store.begin() as work:
        held = work.bookings.get(booking.booking_id)
        moved = work.bookings.save(evolve(held, instructor=other))
        work.bookings.save(moved.confirm(at=desk.clock.now()))


def _three_holds(desk: CalendarDesk) -> None:
    for day in range(1, 4):
        desk.book(NOON + timedelta(days=day))


def _unpaid(desk: CalendarDesk) -> None:
    with desk.store.begin() as work:
        kept = work.instructors.get(desk.room.instructor)
        work.instructors.save(kept.become_payable(False, at=desk.clock.now()))


def _no_service(desk: CalendarDesk) -> None:
    catalog = piano_catalog()
    gone = tuple(evolve(each, is_active=False) for each in catalog.services)
    with desk.store.begin() as work:
        work.catalog.load(evolve(catalog, services=gone))


def _nothing(desk: CalendarDesk) -> None:
    assert desk.caller is desk.student


def _only_studio(desk: CalendarDesk) -> None:
    with desk.store.begin() as work:
        work.calendars.lock(desk.room.instructor)
        days = {MONDAY: DayPlanes(studio=span(0, 288))}
        work.calendars.save_days(desk.room.instructor, days, at=desk.clock.now())


CASES: list[tuple[str, int, Callable[[CalendarDesk], None], dict[str, Any]]] = [
    ("permission_denied", 403, _as_instructor, {}),
    ("service_not_found", 404, _no_service, {}),
    ("instructor_not_found", 404, _nothing, {"instructor_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}),
    ("self_booking", 422, _as_instructor, {}),
    ("instructor_not_bookable", 422, _unpaid, {}),
    ("invalid_duration", 422, _nothing, {"duration_minutes": 75}),
    ("invalid_start_time", 422, _nothing, {"start": "2030-01-07T17:05:00Z"}),
    ("crosses_midnight", 422, _nothing, {"start": "2030-01-08T04:15:00Z"}),
    ("in_past", 422, _nothing, {"start": "2030-01-04T16:00:00Z"}),
    ("insufficient_notice", 422, _nothing, {"start": "2030-01-04T17:45:00Z"}),
    ("beyond_horizon", 422, _nothing, {"start": "2031-01-05T17:00:00Z"}),
    ("address_required", 422, _nothing, {"location_type": "student_location"}),
    ("coordinates_required", 422, _nothing, {"location_type": "student_location"}),
    (
        "outside_service_area",
        422,
        _nothing,
        {"location_type": "student_location", "place": {**CHELSEA, "lat": 41.5}},
    ),
    ("blackout_date", 422, lambda desk: block(desk, MONDAY), {}),
    ("time_not_open", 422, lambda desk: desk.open(MONDAY), {}),
    ("format_not_open", 422, _only_studio, {}),
    ("instructor_conflict", 409, _stranger, {}),
    ("buffer_conflict", 409, _stranger_nearby, {}),
    ("student_conflict", 409, _lesson_elsewhere, {}),
    ("too_many_holds", 409, _three_holds, {}),
]


@pytest.mark.parametrize(
    ("code", "status", "arrange", "changes"), CASES, ids=[case[0] for case in CASES]
)
def test_av40_each_code_is_told_with_its_status(
    desk: CalendarDesk,
    code: str,
    status: int,
    arrange: Callable[[CalendarDesk], None],
    changes: dict[str, Any],
) -> None:
    assert code not in codes(desk)
    arrange(desk)
    failures = {each["code"]: each for each in check(desk, **changes)["failures"]}
    assert failures[code]["status"] == status
    assert failures[code]["message"]


def test_av33_a_night_is_protected(desk: CalendarDesk) -> None:
    """Row 11, with the knob of spec 01 §8 in the refusal."""
    desk.clock.move(timedelta(days=2, hours=9))
    (failure,) = check(desk, start="2030-01-07T13:00:00Z")["failures"]
    assert failure["code"] == "overnight_protection"
    assert codes(desk, start="2030-01-07T14:00:00Z") == []


def test_av11_a_time_that_the_clocks_skip(desk: CalendarDesk) -> None:
    """Row 7; what needs the start is skipped."""
    found = codes(desk, start=None, date="2030-03-10", time="02:30", duration_minutes=75)
    assert found == ["invalid_duration", "nonexistent_local_time"]


def test_bk15_ones_own_hold_is_in_nobodys_way(desk: CalendarDesk) -> None:
    """What the check says, booking does: the hold is given up for the new one."""
    first = book(desk)
    assert codes(desk) == []
    book(desk)
    shown = desk.get(f"/bookings/{first['booking_id']}")
    assert shown["status"] == "CANCELLED"


def test_av40_a_lesson_can_be_checked_in_place_of_ones_own(desk: CalendarDesk) -> None:
    kept = desk.book(NOON)
    with desk.store.begin() as work:
        work.bookings.save(work.bookings.get(kept.booking_id).confirm(at=desk.clock.now()))
    later = {"start": "2030-01-07T17:15:00Z"}
    assert codes(desk, **later) == ["instructor_conflict", "student_conflict"]
    assert codes(desk, **later, exclude_booking_id=str(kept.booking_id)) == []


def test_av40_another_persons_lesson_can_not_be_left_out(desk: CalendarDesk) -> None:
    kept = desk.book(NOON)
    desk.caller = signed_in(desk.store.ids.new(StudentId))
    body = asked(desk, exclude_booking_id=str(kept.booking_id))
    assert desk.refused("POST", CHECKS, body)[0] == 404
    missing = asked(desk, exclude_booking_id="01ARZ3NDEKTSV4RRFFQ69G5FAV")
    assert desk.refused("POST", CHECKS, missing)[0] == 404
    desk.caller = desk.teacher
    assert desk.refused("POST", CHECKS, body)[0] == 404, "the instructor is not who moves it"


def test_bk12_nothing_is_told_of_another_persons_booking(desk: CalendarDesk) -> None:
    kept = desk.book(NOON)
    desk.caller = signed_in(desk.store.ids.new(StudentId))
    answer = desk.client.post(CHECKS, json=asked(desk))
    assert [each["code"] for each in answer.json()["failures"]] == ["instructor_conflict"]
    assert str(kept.booking_id) not in answer.text
    assert str(kept.student) not in answer.text


def elsewhere(desk: CalendarDesk, minutes_before: int) -> str:
    """The caller's lesson in another teacher's studio, which ends so long before noon."""
    booking = desk.book(
        NOON - timedelta(minutes=60 + minutes_before),
        location_type=LocationType.NEUTRAL_LOCATION,
    )
    with desk.store.begin() as work:
        held = work.bookings.get(booking.booking_id)
        work.bookings.save(evolve(held, instructor=desk.store.ids.new(InstructorId)))
    return str(booking.booking_id)


@pytest.mark.parametrize(("minutes", "warned"), [(0, True), (15, True), (30, False)])
def test_bk13_a_lesson_elsewhere_soon_before_is_a_warning(
    desk: CalendarDesk, minutes: int, warned: bool
) -> None:
    booking = elsewhere(desk, minutes)
    found = check(desk)
    assert found["available"] is True
    expected = [{"code": "proximity", "booking_id": booking, "gap_minutes": minutes}]
    assert found["warnings"] == (expected if warned else [])


def test_spec8_what_is_near_can_be_set() -> None:
    with calendar_desk(CalendarRules(proximity_gap_minutes=15)) as desk:
        desk.caller = desk.student
        elsewhere(desk, 15)
        assert check(desk)["warnings"] == []


def test_spec8_holds_can_be_set() -> None:
    rules = CalendarRules(hold_minutes=10, hold_cap_minutes=20, max_live_holds=1)
    with calendar_desk(rules) as desk:
        desk.caller = desk.student
        held = book(desk)
        assert held["hold_expires_at"] == "2030-01-04T17:10:00Z"
        assert codes(desk, start="2030-01-08T17:00:00Z") == ["too_many_holds"]
        desk.clock.move(timedelta(minutes=10))
        assert codes(desk, start="2030-01-08T17:00:00Z") == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"duration_minutes": 0}, "/duration_minutes"),
        ({"start": None}, "/start"),
        ({"exclude_booking_id": "nobody"}, "/exclude_booking_id"),
        ({"location_type": "moon"}, "/location_type"),
        ({"price_cents": 1}, "/price_cents"),
    ],
)
def test_av40_refusals(desk: CalendarDesk, changes: dict[str, Any], pointer: str) -> None:
    body = asked(desk, **changes)
    assert desk.refused("POST", CHECKS, body) == (422, "validation_failed", pointer)


def test_prop7_every_start_that_is_shown_passes_the_check(desk: CalendarDesk) -> None:
    """Spec 01 §10.7, over HTTP: and what is not shown does not."""
    desk.open(MONDAY, (108, 130), (150, 170))
    desk.book(NOON)
    desk.caller = signed_in(desk.store.ids.new(StudentId))
    day = {"from": MONDAY, "to": MONDAY, "duration": 45, "location_type": "online"}
    shown = {each["starts_at"] for each in desk.get(desk.public, **day)["days"][0]["starts"]}
    assert shown
    midnight = NOON - timedelta(hours=12)
    for quarter in range(4 * 23):
        start = f"{midnight + timedelta(minutes=15 * quarter):%Y-%m-%dT%H:%M:%SZ}"
        found = codes(desk, start=start, duration_minutes=45)
        assert (found == []) is (start in shown), (start, found)


def test_the_other_instructors_service_is_a_mismatch(desk: CalendarDesk) -> None:
    """Row 4: a service that exists, taught by somebody else."""
    other = desk.store.ids.new(InstructorId)
    with desk.store.begin() as work:
        work.instructors.add(bookable(other))
    assert codes(desk, instructor_id=str(other)) == ["service_mismatch", "time_not_open"]
