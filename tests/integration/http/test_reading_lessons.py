"""Lessons as they are read over HTTP: details, weeks, figures, calendar files and feeds."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import recurring_ical_events
from attrs import define, evolve
from icalendar import Calendar

from instainstru_core.accounts.model import Principal
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled
from instainstru_core.booking.terms import CancelKind
from instainstru_core.payments.model.moving import lock
from instainstru_core.testing.contracts.calendar_files import moved
from instainstru_core.testing.world import HOUR, MONDAY, NOON, World
from tests.integration.http.conftest import Unlimited
from tests.integration.http.people import PASSWORD, Client
from tests.integration.http.serving import serving

API = "/api/v1"
DAY = timedelta(days=1)
THURSDAY_NOON = NOON + 72 * HOUR


@define
class Reader:
    """Somebody who reads, signed in anew each time; nobody when they have no address."""

    client: Client
    email: str | None = None

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {"X-Client": "tests", "Idempotency-Key": uuid4().hex}
        if self.email is not None:
            door = {"email": self.email, "password": PASSWORD, "transport": "bearer"}
            opened = self.client.post(f"{API}/auth/sessions", json=door, headers=sent).json()
            sent["Authorization"] = f"Bearer {opened['session']['access_token']}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.client.cookies.clear()
        return self.client.request(method, f"{API}{path}", json=body, headers=sent | named)

    def get(self, path: str, *, status: int = 200, **headers: str) -> Any:
        answer = self.ask("GET", path, **headers)
        assert answer.status_code == status, answer.text
        return answer

    def patch(self, path: str, body: Any, *, status: int = 200) -> Any:
        answer = self.ask("PATCH", path, body)
        assert answer.status_code == status, answer.text
        return answer.json()


@define
class Town:
    """A student, their teacher, a stranger, and a lesson on Thursday noon that is paid."""

    world: World
    anna: Reader
    jane: Reader
    eve: Reader
    nobody: Reader
    student: Principal
    teacher: Principal
    lesson: Booking

    @property
    def address(self) -> str:
        return f"/bookings/{self.lesson.booking_id}"

    def keep(self, *bookings: Booking) -> None:
        with self.world.ports.begin() as work:
            for booking in bookings:
                if booking.version:
                    work.bookings.save(booking)
                else:
                    work.bookings.add(booking)


@pytest.fixture
def town() -> Iterator[Town]:
    world = World()
    student, teacher = world.student("Anna"), world.instructor("Jane")
    world.student("Eve", card=None)
    lesson = world.book(student, teacher)
    with serving(evolve(world.ports, rates=Unlimited())) as client:
        yield Town(
            world=world,
            anna=Reader(client, "anna.1@example.com"),
            jane=Reader(client, "jane.2@example.com"),
            eve=Reader(client, "eve.3@example.com"),
            nobody=Reader(client),
            student=student,
            teacher=teacher,
            lesson=lesson,
        )


def events_of(content: bytes) -> list[Any]:
    """The events in a file, after it was read back as a calendar would read it."""
    calendar = Calendar.from_ical(content)
    assert not calendar.errors
    assert {"VERSION", "PRODID", "METHOD", "CALSCALE"} <= calendar.keys()
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    for event in calendar.events:
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "STATUS"} <= event.keys()
        assert event.errors == []
    return list(calendar.events)


def test_the_detail_shows_a_student_their_money_and_the_policy_clock(town: Town) -> None:
    """BK-29, BK-42, spec 01 §6 and §11."""
    found = town.anna.get(town.address).json()
    assert found["payment"] == {
        "state": "scheduled",
        "outcome": None,
        "card_amount_cents": 10080,
        "credit_cents": 0,
        "auth_due_at": "2030-01-09T17:00:00Z",
        "settled_at": None,
    }
    assert found["policy_clock"] == [
        {"until": "2030-01-09T17:00:00Z", "policy_case": "student_ge24"},
        {"until": "2030-01-10T05:00:00Z", "policy_case": "student_12_24"},
        {"until": "2030-01-10T17:00:00Z", "policy_case": "student_lt12"},
    ]
    chain = ("predecessor_id", "predecessor_start", "successor_id", "reschedule_count")
    assert [found[name] for name in chain] == [None, None, None, 0]
    assert (found["late_reschedule"], found["lock_funded"]) == (False, False)
    assert found["counterpart"] == "Jane E."

    theirs = town.jane.get(town.address).json()
    assert theirs["payment"] is None
    assert [each["policy_case"] for each in theirs["policy_clock"]] == ["instructor"]
    assert theirs["counterpart"] == "Anna E."
    (listed,) = town.anna.get("/bookings?view=upcoming").json()["items"]
    assert listed["payment"] is None
    town.eve.get(town.address, status=404)


def test_bk27_the_policy_clock_goes_by_locked_money_too(town: Town) -> None:
    """Money taken for a move that came to nothing is locked until it is back; PY-19."""
    with town.world.ports.begin() as work:
        paid = work.payments.find_for_update(town.lesson.booking_id)
        assert paid is not None
        work.payments.save(lock(paid, at=town.world.clock.now()))
    mine = town.anna.get(town.address).json()
    assert (mine["payment"]["state"], mine["lock_funded"]) == ("locked", False)
    assert [each["policy_case"] for each in mine["policy_clock"]] == [
        "lock_student_ge12",
        "lock_student_lt12",
    ]
    assert mine["policy_clock"][0]["until"] == "2030-01-10T05:00:00Z"
    shown = town.anna.get(f"{town.address}/cancel-preview").json()
    assert shown["now"]["policy_case"] == mine["policy_clock"][0]["policy_case"]
    theirs = town.jane.get(town.address).json()
    assert [each["policy_case"] for each in theirs["policy_clock"]] == ["lock_instructor_cancelled"]
    assert theirs["payment"] is None, "the money's details are the student's"


def test_bk45_notes_are_the_instructors_and_details_for_both(town: Town) -> None:
    """BK-45: null clears, what is left out stays; the private note never reaches the student."""
    body = {"instructor_note": " shy ", "meeting_details": "Ring twice"}
    edited = town.jane.patch(town.address, body)
    assert (edited["instructor_note"], edited["meeting_details"]) == ("shy", "Ring twice")
    assert edited["version"] == town.lesson.version + 1
    seen = town.anna.get(town.address).json()
    assert (seen["instructor_note"], seen["meeting_details"]) == (None, "Ring twice")
    cleared = town.jane.patch(town.address, {"meeting_details": None})
    assert (cleared["instructor_note"], cleared["meeting_details"]) == ("shy", None)
    for text in ({"instructor_note": "x" * 1001}, {"meeting_details": "x" * 501}):
        refused = town.jane.patch(town.address, text, status=422)
        assert refused["code"] == "validation_failed"
    assert town.jane.patch(town.address, {"note": "x"}, status=422)["code"] == "validation_failed"
    assert town.anna.patch(town.address, body, status=403)["code"] == "permission_denied"
    missing = "/bookings/01JZ8Q5H3M7YB2K4N6P8R0T1V3"
    assert town.jane.patch(missing, body, status=404)["code"] == "not_found"
    gone = Cancelled(at=town.world.clock.now(), kind=CancelKind.BY_STUDENT, confirmed_at=NOON)
    town.keep(evolve(town.world.booking(town.lesson.booking_id), state=gone))
    assert town.jane.patch(town.address, body, status=409)["code"] == "invalid_state"


def test_bk42_moved_lessons_are_listed_when_asked_for(town: Town) -> None:
    """BK-42: `include_rescheduled`."""
    second = evolve(town.world.hold(town.student, town.teacher, starts_in=96 * HOUR), events=())
    first, second = moved(town.world.booking(town.lesson.booking_id), second)
    town.keep(first, second)
    plain = town.anna.get("/bookings?view=history").json()
    assert (plain["items"], plain["total"]) == ([], 0)
    asked = town.anna.get("/bookings?view=history&include_rescheduled=true").json()
    assert [each["booking_id"] for each in asked["items"]] == [str(first.booking_id)]
    assert asked["items"][0]["successor_id"] == str(second.booking_id)
    head = town.anna.get(f"/bookings/{second.booking_id}").json()
    assert (head["reschedule_count"], head["predecessor_id"]) == (1, str(first.booking_id))


def test_a_week_shows_its_bookings_to_its_instructor(town: Town) -> None:
    """Spec 01 §6, BK-44: first name and initial, service, area, place, minutes; holds flagged."""
    held = town.world.hold(town.student, town.teacher, starts_in=75 * HOUR)
    week = f"/instructors/me/availability/weeks/{MONDAY}/bookings"
    found = town.jane.get(week).json()
    assert (found["monday"], found["zone"]) == ("2030-01-07", "America/New_York")
    assert found["bookings"] == [
        {
            "booking_id": str(town.lesson.booking_id),
            "starts_at": "2030-01-10T17:00:00Z",
            "ends_at": "2030-01-10T18:00:00Z",
            "local_start": "2030-01-10T12:00",
            "minutes": 60,
            "student": "Anna E.",
            "service": town.lesson.service_name,
            "area": town.lesson.service_area,
            "location_type": "online",
            "status": "CONFIRMED",
            "is_hold": False,
        },
        {
            "booking_id": str(held.booking_id),
            "starts_at": "2030-01-10T20:00:00Z",
            "ends_at": "2030-01-10T21:00:00Z",
            "local_start": "2030-01-10T15:00",
            "minutes": 60,
            "student": "Anna E.",
            "service": town.lesson.service_name,
            "area": town.lesson.service_area,
            "location_type": "online",
            "status": "PENDING",
            "is_hold": True,
        },
    ]
    after = MONDAY + timedelta(days=7)
    assert town.jane.get(week.replace(str(MONDAY), str(after))).json()["bookings"] == []
    tuesday = week.replace(str(MONDAY), str(MONDAY + timedelta(days=1)))
    assert town.jane.get(tuesday, status=422).json()["code"] == "not_monday"
    town.jane.get(week.replace(str(MONDAY), "2030-1-7"), status=404)
    assert town.anna.get(week, status=403).json()["code"] == "permission_denied"


def test_bk46_figures_follow_the_lessons(town: Town) -> None:
    """BK-46: agreed on, given, paid; the rates leave nothing out; at once."""
    stats = "/instructors/me/booking-stats"
    assert town.jane.get(stats).json() == {
        "total": 1,
        "upcoming": 1,
        "completed": 0,
        "cancelled": 0,
        "completion_rate_bps": 0,
        "cancellation_rate_bps": 0,
        "earnings_total_cents": 0,
        "earnings_month_cents": 0,
        "month": "2030-01",
        "zone": "America/New_York",
    }
    town.world.hold(town.student, town.teacher, starts_in=75 * HOUR)
    assert town.jane.get(stats).json()["total"] == 1
    town.world.advance(122 * HOUR)
    given = town.jane.get(stats).json()
    assert (given["total"], given["completed"], given["upcoming"]) == (1, 1, 0)
    assert given["completion_rate_bps"] == 10_000
    assert given["earnings_total_cents"] == given["earnings_month_cents"] == 7650
    town.world.advance(31 * DAY)
    later = town.jane.get(stats).json()
    assert (later["earnings_total_cents"], later["earnings_month_cents"]) == (7650, 0)
    assert later["month"] == "2030-02"
    assert town.anna.get(stats, status=403).json()["code"] == "permission_denied"


def test_bk47_a_lesson_is_a_file_that_calendars_read(town: Town) -> None:
    """BK-47: UID, SEQUENCE, UTC times and STATUS; the same bytes each time."""
    answer = town.anna.get(f"{town.address}/calendar.ics")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    (event,) = events_of(answer.content)
    assert event["UID"] == f"{town.lesson.booking_id}@instainstru.com"
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")
    assert event.start == THURSDAY_NOON
    assert event.end == THURSDAY_NOON + HOUR
    assert b"DTSTART:20300110T170000Z\r\n" in answer.content
    assert event["SUMMARY"] == f"{town.lesson.service_name} with Jane E."
    assert "Until 2030-01-09 12:00 EST: cancelling costs nothing." in event["DESCRIPTION"]
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    occurrences = recurring_ical_events.of(Calendar.from_ical(answer.content))
    assert len(occurrences.between(date(2030, 1, 1), date(2030, 2, 1))) == 1
    town.world.clock.move(HOUR)
    again = town.anna.get(f"{town.address}/calendar.ics")
    assert again.content == answer.content
    seen = town.anna.get(
        f"{town.address}/calendar.ics", status=304, If_None_Match=answer.headers["ETag"]
    )
    assert seen.content == b""


def test_bk47_a_moved_lesson_moves_and_a_cancelled_one_is_struck_out(town: Town) -> None:
    """BK-47: one event all along; SEQUENCE goes up; the old id answers with the head."""
    second = evolve(town.world.hold(town.student, town.teacher, starts_in=96 * HOUR), events=())
    first, second = moved(town.world.booking(town.lesson.booking_id), second)
    town.keep(first, second)
    for booking in (first, second):
        (event,) = events_of(town.jane.get(f"/bookings/{booking.booking_id}/calendar.ics").content)
        assert event["UID"] == f"{first.booking_id}@instainstru.com"
        assert (event["SEQUENCE"], event["STATUS"]) == (1, "CONFIRMED")
        assert event.start == NOON + 96 * HOUR
    head = town.world.booking(second.booking_id)
    gone = Cancelled(at=NOON + HOUR, kind=CancelKind.BY_STUDENT, confirmed_at=NOON)
    town.keep(evolve(head, state=gone))
    (event,) = events_of(town.jane.get(f"{town.address}/calendar.ics").content)
    assert (event["SEQUENCE"], event["STATUS"]) == (2, "CANCELLED")


def test_bk47_strangers_and_holds_have_no_file(town: Town) -> None:
    """BK-44, BK-47."""
    town.eve.get(f"{town.address}/calendar.ics", status=404)
    town.nobody.get(f"{town.address}/calendar.ics", status=401)
    held = town.world.hold(town.student, town.teacher, starts_in=75 * HOUR)
    refused = town.anna.get(f"/bookings/{held.booking_id}/calendar.ics", status=404)
    assert refused.json()["code"] == "not_found"


def test_bk48_a_feed_is_read_by_its_address_alone(town: Town) -> None:
    """BK-48, SE-29: whoever has the address; and nothing of the token is kept."""
    made = town.anna.ask("POST", "/me/calendar-feed")
    assert made.status_code == 201
    path = made.json()["path"].removeprefix(API)
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    answer = town.nobody.get(path)
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    (event,) = events_of(answer.content)
    assert event["UID"] == f"{town.lesson.booking_id}@instainstru.com"
    assert Calendar.from_ical(answer.content)["X-WR-CALNAME"] == "InstaInstru lessons"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in answer.content
    with town.world.ports.begin() as work:
        assert token not in repr(work.tables)  # type: ignore[attr-defined]
    seen = town.nobody.get(path, status=304, If_None_Match=answer.headers["ETag"])
    assert seen.content == b""
    town.nobody.get(path.removesuffix(".ics"), status=404)


def test_bk48_a_feed_is_rotated_and_revoked(town: Town) -> None:
    """BK-48: one each; the old address is dead at once, and giving up twice is giving up once."""
    first, second = (
        town.jane.ask("POST", "/me/calendar-feed").json()["path"].removeprefix(API)
        for _ in range(2)
    )
    assert town.nobody.get(first, status=404).json()["code"] == "not_found"
    assert len(events_of(town.nobody.get(second).content)) == 1
    for _ in range(2):
        assert town.jane.ask("DELETE", "/me/calendar-feed").status_code == 204
    town.nobody.get(second, status=404)
    assert town.nobody.ask("POST", "/me/calendar-feed").status_code == 401


def test_bk48_a_feed_looks_thirty_days_back_and_a_year_ahead(town: Town) -> None:
    """BK-48: and an empty one is a calendar all the same."""
    path = town.eve.ask("POST", "/me/calendar-feed").json()["path"].removeprefix(API)
    assert events_of(town.nobody.get(path).content) == []
    path = town.anna.ask("POST", "/me/calendar-feed").json()["path"].removeprefix(API)
    shown = []
    for days in (0, 33, 34):
        town.world.clock.set(NOON + days * DAY)
        shown.append(len(events_of(town.nobody.get(path).content)))
    assert shown == [1, 1, 0]


def test_bk48_the_token_is_not_logged(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """SE-29: lines name the route, never its address."""
    path = town.anna.ask("POST", "/me/calendar-feed").json()["path"].removeprefix(API)
    town.nobody.get(path)
    town.nobody.client.post(f"{API}{path}", headers={"Origin": "https://elsewhere.example"})
    logged = capsys.readouterr()
    assert "/calendar/{file" in logged.out + logged.err
    assert path.removeprefix("/calendar/") not in logged.out
