"""Calendars over HTTP: what the routes read, answer and refuse."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from entrypoints.http import availability, weeks
from instainstru_core.accounts.model import Role
from instainstru_core.testing.contracts.calendars import NINE, TUESDAY, lesson_of
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import (
    MONDAY,
    NOON,
    Classroom,
    bookable,
    open_classroom,
    signed_in,
)
from tests.integration.http.lone_routes import lone_routes

WEEK = f"/instructors/me/availability/weeks/{MONDAY}"


@pytest.fixture
def clock() -> HandMovedClock:
    return HandMovedClock(NOON)


@pytest.fixture
def store(clock: HandMovedClock) -> InMemoryStore:
    return InMemoryStore(CountedIds(), clock)


@pytest.fixture
def room(store: InMemoryStore) -> Classroom:
    return open_classroom(store.begin, store.ids)


@pytest.fixture
def client(store: InMemoryStore, room: Classroom) -> Iterator[TestClient[Litestar]]:
    """The routes alone, on the in-memory world, called by the room's instructor."""
    principal = signed_in(room.instructor, Role.INSTRUCTOR)
    with lone_routes(store, principal, availability.ROUTER, weeks.ROUTER) as client:
        yield client


def save(client: TestClient[Litestar], days: Any, if_match: str | None = "*") -> Any:
    headers = {} if if_match is None else {"If-Match": if_match}
    return client.put(WEEK, json={"days": days}, headers=headers)


def test_prop3_saving_what_was_read_changes_nothing(client: TestClient[Litestar]) -> None:
    read = client.get(WEEK)
    assert read.status_code == 200
    assert list(read.json()["days"]) == [str(MONDAY + timedelta(days=n)) for n in range(7)]
    assert read.json()["days"][str(MONDAY)] == [
        {"start": "00:00", "end": "24:00", "formats": ["travel", "studio", "online"]}
    ]
    assert read.headers["Last-Modified"].endswith("GMT")
    etag = read.headers["ETag"]
    saved = save(client, read.json()["days"], etag)
    assert saved.status_code == 200, saved.text
    assert saved.headers["ETag"] == etag
    assert saved.json()["days_written"] == 0
    assert saved.json()["weeks_affected"] == 0
    assert saved.json()["dates_processed"] == 7


def test_av16_a_week_needs_the_version_that_was_seen(client: TestClient[Litestar]) -> None:
    etag = client.get(WEEK).headers["ETag"]
    missing = save(client, {}, None)
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition_required")
    for header in ('"0"', f"W/{etag}", etag.strip('"'), "nonsense", "", '"*"'):
        stale = save(client, {}, header)
        assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")
        assert stale.json()["current_etag"] == etag.strip('"')
        assert stale.json()["current_days"] == client.get(WEEK).json()["days"]
    assert save(client, {}, f'"0", {etag}').status_code == 200
    assert save(client, {}, etag).status_code == 412


def test_av26_bookings_that_lose_their_time_are_listed(
    client: TestClient[Litestar], store: InMemoryStore, room: Classroom
) -> None:
    held = lesson_of(room, store.ids, NINE, at=NOON)
    with store.begin() as work:
        work.bookings.add(held)
    answer = client.put(
        WEEK, params={"dry_run": "true"}, json={"days": {}}, headers={"If-Match": "*"}
    )
    assert answer.json()["dry_run"] is True
    assert answer.json()["uncovered_bookings"] == [
        {
            "booking_id": str(held.booking_id),
            "starts_at": "2030-01-08T14:00:00Z",
            "ends_at": "2030-01-08T15:00:00Z",
            "format": "online",
        }
    ]
    assert client.get(WEEK).headers["ETag"] != answer.headers["ETag"], "a dry run writes nothing"
    covered = save(client, {str(TUESDAY): [{"start": "09:00", "end": "10:00"}]})
    assert covered.json()["uncovered_bookings"] == []
    assert str(TUESDAY) not in [each["date"] for each in covered.json()["skipped_dates"]]


@pytest.mark.parametrize(
    ("window", "code", "field"),
    [
        ({"start": "9:00", "end": "10:00"}, "invalid_time", "start"),
        ({"start": "09:00", "end": "10:01"}, "unaligned_time", "end"),
        ({"start": "10:00", "end": "09:00"}, "invalid_range", "end"),
        ({"start": "10:00", "end": "11:00", "formats": []}, "invalid_formats", "formats"),
    ],
)
def test_av5_refusals_name_the_field(
    client: TestClient[Litestar], window: dict[str, Any], code: str, field: str
) -> None:
    """Payload validation comes before the precondition (AV-16)."""
    good = {"start": "08:00", "end": "09:00"}
    answer = save(client, {str(TUESDAY): [good, window]}, None)
    assert answer.status_code == 422
    assert answer.json()["code"] == code
    assert answer.json()["errors"][0]["pointer"] == f"/days/{TUESDAY}/1/{field}"
    assert answer.json()["errors"][0]["code"] == code


def test_av12_av20_refusals_of_dates(client: TestClient[Litestar]) -> None:
    week = save(client, {"2030-01-14": []})
    assert (week.status_code, week.json()["code"]) == (422, "week_mismatch")
    tuesday = client.get(f"/instructors/me/availability/weeks/{TUESDAY}")
    assert (tuesday.status_code, tuesday.json()["code"]) == (422, "not_monday")
    many = save(client, {str(TUESDAY): [{"start": "08:00", "end": "09:00"}] * 49})
    assert (many.status_code, many.json()["code"]) == (422, "too_many_windows")
    far = "2031-01-13"
    answer = client.put(
        f"/instructors/me/availability/weeks/{far}",
        json={"days": {far: [{"start": "08:00", "end": "09:00"}]}},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "out_of_horizon")


@pytest.mark.parametrize("address", ["2030-02-30", "20300107", "monday"])
def test_a_week_that_is_no_date_is_not_found(client: TestClient[Litestar], address: str) -> None:
    assert client.get(f"/instructors/me/availability/weeks/{address}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"days": {"x": []}},
        {"days": {str(TUESDAY): [{"start": "08:00"}]}},
        {"days": {str(TUESDAY): [{"start": "08:00", "end": "09:00", "format": "online"}]}},
        {"days": {str(TUESDAY): {"start": "08:00"}}},
        {"week": {}},
        [],
    ],
)
def test_se21_a_body_of_another_shape_is_refused(client: TestClient[Litestar], body: Any) -> None:
    answer = client.put(WEEK, json=body, headers={"If-Match": "*"})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_av36_anybody_sees_free_time(client: TestClient[Litestar], room: Classroom) -> None:
    address = f"/instructors/{room.instructor}/availability"
    answer = client.get(address, params={"to": str(TUESDAY), "duration": 60})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["zone"] == "America/New_York"
    assert (found["from"], found["to"]) == (str(MONDAY), str(TUESDAY))
    assert found["bookable"] is True
    assert found["earliest_date"] == str(MONDAY)
    assert found["days"][0]["windows"] == [
        {
            "start": "13:00",
            "end": "15:00",
            "starts_at": "2030-01-07T18:00:00Z",
            "ends_at": "2030-01-07T20:00:00Z",
            "formats": ["studio", "online"],
        },
        {
            "start": "15:00",
            "end": "24:00",
            "starts_at": "2030-01-07T20:00:00Z",
            "ends_at": "2030-01-08T05:00:00Z",
            "formats": ["travel", "studio", "online"],
        },
    ]
    assert found["days"][0]["starts"][0] == {
        "start": "13:00",
        "starts_at": "2030-01-07T18:00:00Z",
        "formats": ["studio", "online"],
    }
    whole = client.get(address).json()
    assert len(whole["days"]) == 30
    assert "starts" not in whole["days"][0]
    online = client.get(address, params={"location_type": "neutral_location"}).json()
    assert online["formats"] == ["travel"]


def test_av38_an_unchanged_answer_is_not_sent_again(
    client: TestClient[Litestar], room: Classroom, clock: HandMovedClock
) -> None:
    address = f"/instructors/{room.instructor}/availability"
    first = client.get(address)
    assert first.headers["ETag"].startswith('W/"')
    assert first.headers["Cache-Control"] == "public, max-age=60"
    clock.move(timedelta(0))
    etag = first.headers["ETag"]
    for seen in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        again = client.get(address, headers={"If-None-Match": seen})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == etag
    assert client.get(address, headers={"If-None-Match": 'W/"other"'}).status_code == 200
    clock.move(timedelta(seconds=1))
    later = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert later.status_code == 200
    assert later.json()["days"][0]["windows"][0]["start"] == "13:15"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"from": "2030-01-06"}, "range_in_past"),
        ({"from": "2030-01-09", "to": "2030-01-08"}, "invalid_range"),
        ({"to": "2030-04-07"}, "range_too_long"),
        ({"duration": "61"}, "invalid_duration"),
        ({"duration": "25"}, "invalid_duration"),
        ({"duration": "an hour"}, "validation_failed"),
        ({"from": "yesterday"}, "validation_failed"),
        ({"location_type": "moon"}, "validation_failed"),
        ({"until": "2030-01-08"}, "validation_failed"),
    ],
)
def test_av36_ranges_that_are_refused(
    client: TestClient[Litestar], room: Classroom, parameters: dict[str, str], code: str
) -> None:
    answer = client.get(f"/instructors/{room.instructor}/availability", params=parameters)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_av36_who_is_hidden_is_not_found_and_who_is_unpaid_is_not_bookable(
    client: TestClient[Litestar], store: InMemoryStore, room: Classroom
) -> None:
    address = f"/instructors/{room.instructor}/availability"
    assert client.get("/instructors/01ARZ3NDEKTSV4RRFFQ69G5FAV/availability").status_code == 404
    assert client.get("/instructors/nobody/availability").status_code == 404
    with store.begin() as work:
        kept = work.instructors.get(room.instructor)
        work.instructors.save(kept.become_payable(False, at=NOON))
    unpaid = client.get(address).json()
    assert unpaid["bookable"] is False
    assert unpaid["free_minutes"] == 0
    assert unpaid["earliest_date"] is None
    with store.begin() as work:
        work.instructors.save(work.instructors.get(room.instructor).pause(at=NOON))
    hidden = client.get(address)
    assert (hidden.status_code, hidden.json()["code"]) == (404, "instructor_not_found")
    assert bookable(room.instructor).is_visible


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("from=9999-12-31", "out_of_horizon"),
        ("from=9999-12-30&to=9999-12-31", "out_of_horizon"),
        ("from=2031-01-08", "out_of_horizon"),
        ("to=9999-12-31", "range_too_long"),
        ("from=0001-01-01", "range_in_past"),
        ("from=2030-02-30", "validation_failed"),
        ("duration=31", "invalid_duration"),
        ("duration=245", "invalid_duration"),
        ("location_type=travel", "validation_failed"),
        ("formats=travel", "validation_failed"),
    ],
)
def test_av36_a_range_that_can_never_be_free_is_refused(
    client: TestClient[Litestar], room: Classroom, query: str, code: str
) -> None:
    answer = client.get(f"/instructors/{room.instructor}/availability?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    name = query.split("&", maxsplit=1)[0].split("=", maxsplit=1)[0]
    assert [each["pointer"] for each in answer.json()["errors"]] == [f"/query/{name}"]


def test_av36_a_range_may_reach_beyond_the_horizon(
    client: TestClient[Litestar], room: Classroom
) -> None:
    """AV-34: what lies behind it is not free, but may be asked for."""
    path = f"/instructors/{room.instructor}/availability"
    answer = client.get(path, params={"from": "2031-01-07", "to": "2031-01-20"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["free_minutes"] == 0


@pytest.mark.parametrize(
    ("monday", "status", "code"),
    [
        ("9999-12-27", 422, "out_of_horizon"),
        ("9999-12-31", 422, "not_monday"),
        ("2030-01-08", 422, "not_monday"),
        ("2030-1-7", 404, "not_found"),
        ("2030-02-30", 404, "not_found"),
    ],
)
def test_av12_weeks_are_addressed_by_a_monday(
    client: TestClient[Litestar], monday: str, status: int, code: str
) -> None:
    path = f"/instructors/me/availability/weeks/{monday}"
    read = client.get(path)
    assert (read.status_code, read.json()["code"]) == (status, code)
    saved = client.put(path, json={"days": {}}, headers={"If-Match": "*"})
    assert (saved.status_code, saved.json()["code"]) == (status, code)
