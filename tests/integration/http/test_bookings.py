"""Bookings over HTTP: what the routes read, answer and refuse."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import define, evolve, fields
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.testing import TestClient

from entrypoints.http import bookings, cancellations
from entrypoints.http.idempotency import Keyed
from entrypoints.http.parameters import refuse_bad_addresses
from entrypoints.http.problems import Refusal, on_domain_error, on_http_error, on_refusal
from entrypoints.http.wire import TYPE_DECODERS, TYPE_ENCODERS, StrictBody, Values
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal, Role
from instainstru_core.availability.model.windows import Window, encode
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.errors import DomainError
from instainstru_core.ports import Ports
from instainstru_core.pricing.ports import STANDARD_PRICING
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.accounts import InMemoryMutexes
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import (
    NOON,
    TOWN,
    Classroom,
    open_classroom,
    signed_in,
)


@define
class Desk:
    """The routes alone, on the in-memory world, called by whoever sits there."""

    client: TestClient[Litestar]
    store: InMemoryStore
    clock: HandMovedClock
    mutexes: InMemoryMutexes
    room: Classroom
    student: Principal
    instructor: Principal
    caller: Principal

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(path, json=body)

    def book(self, **changes: Any) -> Any:
        body = {
            "instructor_id": str(self.room.instructor),
            "service_id": str(self.room.service_id),
            "start": "2030-01-07T17:00:00Z",
            "duration_minutes": 60,
            "location_type": "online",
            **changes,
        }
        given = {name: value for name, value in body.items() if value is not None}
        return self.post("/bookings", given)

    def open(self, day: date, *windows: tuple[int, int]) -> None:
        """Open *day* in every format, from one wall slot to another."""
        planes = encode([Window(start, end) for start, end in windows])
        with self.store.begin() as work:
            work.calendars.lock(self.room.instructor)
            work.calendars.save_days(self.room.instructor, {day: planes}, at=self.clock.now())

    def confirm(self, booking_id: str) -> None:
        with self.store.begin() as work:
            held = work.bookings.get_for_update(BookingId.parse(booking_id))
            work.bookings.save(held.confirm(at=self.clock.now()))


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock = HandMovedClock(NOON - timedelta(days=3))
    ids = CountedIds()
    store = InMemoryStore(ids, clock)
    room = open_classroom(store.begin, ids)
    student = signed_in(ids.new(StudentId))
    unused: dict[str, Any] = dict.fromkeys((each.name for each in fields(Ports)), None)
    kept = {"begin": store.begin, "read": store.read, "clock": clock, "ids": ids, "places": TOWN}
    mutexes = InMemoryMutexes()
    kept["mutexes"] = mutexes
    pricing = {"pricing_source": STANDARD_PRICING}
    ports = Ports(**unused | kept | pricing)
    seat: list[Desk] = []
    app = Litestar(
        [Router("/", route_handlers=[bookings.ROUTER, cancellations.ROUTER])],
        dependencies={
            "ports": Provide(lambda: ports, sync_to_thread=False),
            "principal": Provide(lambda: seat[0].caller, sync_to_thread=False),
            "keyed": Provide(lambda: Keyed(ports, None, 200), sync_to_thread=False),
        },
        before_request=refuse_bad_addresses,
        exception_handlers={
            Refusal: on_refusal,
            DomainError: on_domain_error,
            HTTPException: on_http_error,
        },
        dto=StrictBody,
        return_dto=None,
        type_decoders=TYPE_DECODERS,
        type_encoders=TYPE_ENCODERS,
        plugins=[Values()],
        openapi_config=None,
    )
    with TestClient(app) as client:
        teacher = signed_in(room.instructor, Role.INSTRUCTOR)
        seat.append(Desk(client, store, clock, mutexes, room, student, teacher, student))
        yield seat[0]


def test_bk16_a_booking_is_held_for_half_an_hour(desk: Desk) -> None:
    answer = desk.book(note="  first lesson ")
    assert answer.status_code == 201, answer.text
    booking = answer.json()
    assert booking["status"] == "PENDING"
    assert booking["hold_expires_at"] == "2030-01-04T17:30:00Z"
    assert (booking["start"], booking["end"]) == ("2030-01-07T17:00:00Z", "2030-01-07T18:00:00Z")
    assert booking["local_start"] == "2030-01-07T12:00"
    assert (booking["price_cents"], booking["hourly_rate_cents"]) == (9000, 9000)
    assert booking["note"] == "first lesson"
    assert booking["place"] is None


def test_bk1_a_start_can_be_given_on_the_instructors_clock(desk: Desk) -> None:
    answer = desk.book(start=None, date="2030-01-07", time="12:00")
    assert answer.status_code == 201, answer.text
    assert answer.json()["start"] == "2030-01-07T17:00:00Z"


@pytest.mark.parametrize(
    "changes",
    [
        {"start": None},
        {"date": "2030-01-07"},
        {"start": None, "date": "2030-01-07"},
        {"start": None, "date": "2030-01-07", "time": "25:00"},
        {"start": "2030-01-07T12:00:00"},
        {"start": "0001-01-01T00:00:00Z"},
        {"start": "9999-12-31T23:45:00Z"},
        {"duration_minutes": 0},
        {"duration_minutes": "60"},
        {"location_type": "on_the_moon"},
        {"instructor_id": "nobody"},
        {"surprise": 1},
        {"place": {"lat": 91}},
        {"note": "x" * 1001},
    ],
)
def test_se21_what_is_malformed_is_refused(desk: Desk, changes: dict[str, Any]) -> None:
    answer = desk.book(**changes)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed"), answer.text


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"service_id": "01000000000000000000000009"}, 404, "service_not_found"),
        ({"instructor_id": "01000000000000000000000009"}, 404, "instructor_not_found"),
        ({"duration_minutes": 50}, 422, "invalid_duration"),
        ({"start": "2030-01-07T17:05:00Z"}, 422, "invalid_start_time"),
        ({"start": "2030-01-01T17:00:00Z"}, 422, "in_past"),
        ({"start": None, "date": "2030-03-10", "time": "02:30"}, 422, "nonexistent_local_time"),
        ({"location_type": "student_location"}, 422, "address_required"),
        ({"start": "2030-02-07T17:00:00Z"}, 422, "time_not_open"),
    ],
)
def test_bk11_refusals_have_their_code(
    desk: Desk, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = desk.book(**changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_bk12_a_conflict_names_scope_and_range_only(desk: Desk) -> None:
    desk.book()
    desk.caller = signed_in(CountedIds(100).new(StudentId))
    answer = desk.book(start="2030-01-07T17:30:00Z")
    assert (answer.status_code, answer.json()["code"]) == (409, "instructor_conflict")
    told = answer.json()
    assert told["scope"] == "instructor"
    assert (told["start"], told["end"]) == ("2030-01-07T17:30:00Z", "2030-01-07T18:30:00Z")
    assert str(desk.student.account_id) not in answer.text


def test_bk42_a_booking_is_listed_and_shown(desk: Desk) -> None:
    booking_id = desk.book().json()["booking_id"]
    pending = desk.client.get("/bookings", params={"view": "pending"}).json()
    assert [each["booking_id"] for each in pending["items"]] == [booking_id]
    assert (pending["total"], pending["has_next"]) == (1, False)
    shown = desk.client.get(f"/bookings/{booking_id}").json()
    assert shown["counterpart"] == "Jane S."
    desk.confirm(booking_id)
    assert desk.client.get(f"/bookings/{booking_id}").json()["phase"] == "upcoming"
    assert desk.client.get("/bookings", params={"view": "pending"}).json()["items"] == []
    desk.caller = desk.instructor
    upcoming = desk.client.get("/bookings", params={"view": "upcoming"}).json()
    assert [each["booking_id"] for each in upcoming["items"]] == [booking_id]


def test_bk44_others_find_nothing(desk: Desk) -> None:
    booking_id = desk.book().json()["booking_id"]
    desk.caller = signed_in(CountedIds(100).new(StudentId))
    assert desk.client.get(f"/bookings/{booking_id}").status_code == 404
    assert desk.post(f"/bookings/{booking_id}/cancel", {"reason": "why"}).status_code == 404
    assert desk.client.get("/bookings/none-such").status_code == 404
    assert desk.client.get("/bookings").json()["items"] == []


def test_bk5_the_address_is_the_instructors_from_confirmation_on(desk: Desk) -> None:
    place = {"address": "200 8th Avenue", "lat": 40.745, "lng": -74.0}
    answer = desk.book(location_type="student_location", place=place)
    assert answer.status_code == 201, answer.text
    booking_id = answer.json()["booking_id"]
    assert answer.json()["place"]["address"] == "200 8th Avenue"
    desk.caller = desk.instructor
    assert desk.client.get(f"/bookings/{booking_id}").json()["place"] is None
    desk.confirm(booking_id)
    shown = desk.client.get(f"/bookings/{booking_id}").json()
    assert shown["place"]["address"] == "200 8th Avenue"
    desk.clock.set(NOON + timedelta(hours=1 + 24, seconds=1))
    assert desk.client.get(f"/bookings/{booking_id}").json()["place"] is None


def test_bk25_cancelling_twice_answers_the_same(desk: Desk) -> None:
    booking_id = desk.book().json()["booking_id"]
    desk.confirm(booking_id)
    first = desk.post(f"/bookings/{booking_id}/cancel", {"reason": " plans changed "})
    assert first.status_code == 200, first.text
    assert first.json()["cancellation"] == {
        "at": "2030-01-04T17:00:00Z",
        "kind": "by_student",
        "by": "student",
        "reason": "plans changed",
        "policy_case": "student_ge24",
    }
    again = desk.post(f"/bookings/{booking_id}/cancel", {"reason": "again"})
    assert again.status_code == 200
    assert again.json() == first.json()


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "   "}, {"reason": "x" * 501}])
def test_bk28_a_cancellation_says_why(desk: Desk, body: dict[str, Any]) -> None:
    booking_id = desk.book().json()["booking_id"]
    answer = desk.post(f"/bookings/{booking_id}/cancel", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_bk1_bk28_the_space_around_a_text_does_not_count(desk: Desk) -> None:
    """A note of 1000 characters, and a reason of 500, after trimming."""
    answer = desk.book(note=f" \n{'n' * 1000}  ")
    assert answer.status_code == 201, answer.text
    assert answer.json()["note"] == "n" * 1000
    path = f"/bookings/{answer.json()['booking_id']}/cancel"
    cancelled = desk.post(path, {"reason": f"\t {'r' * 500} \n"})
    assert cancelled.status_code == 200, cancelled.text
    assert cancelled.json()["cancellation"]["reason"] == "r" * 500


@pytest.mark.parametrize("note", ["n" * 1001, f" {'n' * 1001} ", " " * 2001])
def test_bk1_a_long_note_is_refused_by_name(desk: Desk, note: str) -> None:
    answer = desk.book(note=note)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/note"]


def test_bk43_a_page_beyond_the_end_is_empty(desk: Desk) -> None:
    desk.book()
    answer = desk.client.get("/bookings?page=1000000000&per_page=100")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["items"], found["total"]) == ([], 1)
    assert (found["has_next"], found["has_prev"]) == (False, True)


def test_bk21_the_instructor_completes_after_the_end(desk: Desk) -> None:
    booking_id = desk.book().json()["booking_id"]
    desk.confirm(booking_id)
    desk.caller = desk.instructor
    early = desk.post(f"/bookings/{booking_id}/complete", {})
    assert (early.status_code, early.json()["code"]) == (409, "lesson_not_ended")
    desk.clock.set(NOON + timedelta(hours=1))
    done = desk.post(f"/bookings/{booking_id}/complete", {"note": "well played"})
    assert done.status_code == 200, done.text
    assert (done.json()["status"], done.json()["instructor_note"]) == ("COMPLETED", "well played")
    assert desk.post(f"/bookings/{booking_id}/complete", {}).json() == done.json()
    desk.caller = desk.student
    shown = desk.client.get(f"/bookings/{booking_id}").json()
    assert shown["instructor_note"] is None
    desk.caller = evolve(desk.student, permissions=desk.instructor.permissions)
    answer = desk.post(f"/bookings/{booking_id}/complete", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


@pytest.mark.parametrize("query", ["page=0", "per_page=101", "view=all", "role=admin", "x=1"])
def test_bk43_bad_parameters_are_refused(desk: Desk, query: str) -> None:
    answer = desk.client.get(f"/bookings?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("view=past", "/query/view"),
        ("status=pending", "/query/status"),
        ("role=admin", "/query/role"),
        ("page=0", "/query/page"),
        ("page=x", "/query/page"),
        ("per_page=101", "/query/per_page"),
        ("per_page=0", "/query/per_page"),
        ("cursor=x", "/query/cursor"),
    ],
)
def test_bk43_a_list_that_cannot_be_is_refused_by_name(
    desk: Desk, query: str, pointer: str
) -> None:
    answer = desk.client.get(f"/bookings?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(("action", "body"), [("cancel", {"reason": "ill"}), ("complete", {})])
def test_bk56_who_changes_a_booking_is_alone_with_it(
    desk: Desk, action: str, body: dict[str, Any]
) -> None:
    booking_id = desk.book().json()["booking_id"]
    desk.confirm(booking_id)
    desk.caller = desk.instructor
    if action == "complete":
        desk.clock.set(NOON + timedelta(hours=1))
    with desk.mutexes.hold(f"booking:{booking_id}"):
        busy = desk.post(f"/bookings/{booking_id}/{action}", body)
    assert (busy.status_code, busy.json()["code"]) == (409, "operation_in_progress")
    assert busy.headers["Retry-After"] == "1"
    assert desk.post(f"/bookings/{booking_id}/{action}", body).status_code == 200


def test_spec9_spring_forward_skips_the_hour_that_never_was(desk: Desk) -> None:
    """AV-11, BK-3: 01:30 for an hour ends at 03:30, and needs 01:30-02:00 and 03:00-03:30 only."""
    desk.clock.set(datetime(2030, 3, 7, 17, tzinfo=UTC))
    desk.open(date(2030, 3, 10), (18, 24), (36, 42))
    gap = desk.book(start=None, date="2030-03-10", time="02:30")
    assert (gap.status_code, gap.json()["code"]) == (422, "nonexistent_local_time")
    over = desk.book(start=None, date="2030-03-10", time="01:30", duration_minutes=90)
    assert (over.status_code, over.json()["code"]) == (422, "time_not_open")
    booked = desk.book(start=None, date="2030-03-10", time="01:30")
    assert booked.status_code == 201, booked.text
    found = booked.json()
    assert (found["start"], found["end"]) == ("2030-03-10T06:30:00Z", "2030-03-10T07:30:00Z")
    assert (found["local_start"], found["zone"]) == ("2030-03-10T01:30", "America/New_York")


def test_spec9_fall_back_repeats_an_hour(desk: Desk) -> None:
    """AV-11: without an offset the first 01:30; an instant names the second one."""
    desk.clock.set(datetime(2030, 10, 31, 17, tzinfo=UTC))
    desk.open(date(2030, 11, 3), (12, 24))
    first = desk.book(start=None, date="2030-11-03", time="01:30", duration_minutes=30).json()
    assert (first["start"], first["end"]) == ("2030-11-03T05:30:00Z", "2030-11-03T06:00:00Z")
    desk.caller = signed_in(CountedIds(100).new(StudentId))
    second = desk.book(start="2030-11-03T01:30:00-05:00", duration_minutes=30)
    assert second.status_code == 201, second.text
    assert second.json()["start"] == "2030-11-03T06:30:00Z"
    assert second.json()["local_start"] == "2030-11-03T01:30"
    desk.open(date(2030, 11, 3), (18, 24))
    desk.caller = signed_in(CountedIds(200).new(StudentId))
    hour = desk.book(start=None, date="2030-11-03", time="01:30")
    assert (hour.status_code, hour.json()["code"]) == (422, "time_not_open")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"date": "2030-01-09", "time": "23:00"}, 201, None),
        ({"date": "2030-01-09", "time": "23:15"}, 422, "crosses_midnight"),
        ({"date": "2030-01-09", "time": "23:15", "duration_minutes": 45}, 201, None),
        ({"date": "2031-01-04", "time": "12:00"}, 422, "time_not_open"),
        ({"date": "2031-01-05", "time": "12:00"}, 422, "beyond_horizon"),
    ],
)
def test_spec9_days_end_at_midnight_and_years_at_the_horizon(
    desk: Desk, changes: dict[str, Any], status: int, code: str | None
) -> None:
    """BK-3, BK-11 rows 9 and 12: ending exactly at midnight, or 365 days ahead, is allowed."""
    answer = desk.book(start=None, **changes)
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text


def test_bk15_ones_own_hold_gives_way(desk: Desk) -> None:
    first = desk.book().json()["booking_id"]
    second = desk.book(start="2030-01-07T17:30:00Z")
    assert second.status_code == 201, second.text
    assert desk.client.get(f"/bookings/{first}").json()["cancellation"]["kind"] == "superseded"
    listed = desk.client.get("/bookings", params={"view": "history"}).json()
    assert listed["items"] == []
    desk.confirm(second.json()["booking_id"])
    refused = desk.book()
    assert (refused.status_code, refused.json()["code"]) == (409, "instructor_conflict")


def test_bk16_a_fourth_hold_is_too_many(desk: Desk) -> None:
    """BK-11 row 19."""
    for hour in (12, 14, 16):
        assert desk.book(start=f"2030-01-07T{hour}:00:00Z").status_code == 201
    refused = desk.book(start="2030-01-07T19:00:00Z")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_holds")
    assert desk.book(start="2030-01-07T16:15:00Z").status_code == 201, "after BK-15 it is the third"
    desk.clock.move(timedelta(minutes=30))
    assert desk.book(start="2030-01-07T19:00:00Z").status_code == 201
