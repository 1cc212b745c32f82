"""External calendars over HTTP: what the routes read, answer and refuse. Source: spec 01 §11."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from entrypoints.http import availability, external_calendars
from instainstru_core.accounts.model import Role
from instainstru_core.availability.external.ids import FeedId
from instainstru_core.availability.external.model.feed import MAX_FEEDS, FeedProblem
from instainstru_core.availability.external.ports import ReadFeed, Unreadable
from instainstru_core.availability.external.use_cases.refresh_feed import refresh_feed
from instainstru_core.kernel.time import Interval
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.feeds import FakeFeeds
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import (
    NOON,
    Classroom,
    open_classroom,
    signed_in,
)
from tests.integration.http.lone_routes import lone_routes

CALENDARS = "/instructors/me/external-calendars"
URL = "https://calendar.example.org/private-4f1c/basic.ics"
NOTHING = "01JZ8Q5H3M7YB2K4N6P8R0T1V3"


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
    routers = (availability.ROUTER, external_calendars.ROUTER)
    with lone_routes(store, principal, *routers) as client:
        yield client


def add(client: TestClient[Litestar], url: str = URL) -> Any:
    return client.post(CALENDARS, json={"url": url})


def read(store: InMemoryStore, added: Any, answer: ReadFeed | Unreadable) -> None:
    """What a worker does."""
    source = FakeFeeds()
    source.put(URL, answer)
    feed_id = FeedId.parse(added.json()["external_calendar_id"])
    refresh_feed(feed_id, begin=store.begin, source=source, clock=store.clock)


def test_a_calendar_is_added_without_its_address_being_told(
    client: TestClient[Litestar],
) -> None:
    added = add(client)
    assert added.status_code == 201, added.text
    shown = added.json()
    assert shown["address"] == "calendar.example.org/….ics"
    assert (shown["status"], shown["problem"], shown["busy_minutes"]) == ("pending", None, 0)
    listed = client.get(CALENDARS)
    assert listed.json() == {"items": [shown], "busy_minutes": 0}
    assert "private-4f1c" not in added.text + listed.text


def test_its_time_is_taken_from_what_the_public_sees_and_shown_nowhere(
    client: TestClient[Litestar], store: InMemoryStore, room: Classroom
) -> None:
    """AV-34, AV-36: the instructor sees how much it is, the public that it is not free."""
    public = f"/instructors/{room.instructor}/availability"
    before = client.get(public).json()
    added = add(client)
    tomorrow = Interval.lasting(NOON + timedelta(days=1), timedelta(hours=2))
    read(store, added, ReadFeed(spans=[tomorrow]))
    after = client.get(public).json()
    assert before["free_minutes"] - after["free_minutes"] == 120
    assert {name for day in after["days"] for name in day} == {
        name for day in before["days"] for name in day
    }
    windows = [(each["start"], each["end"]) for each in after["days"][1]["windows"]]
    assert windows == [("00:00", "12:00"), ("14:00", "24:00")]
    listed = client.get(CALENDARS).json()
    assert listed["busy_minutes"] == listed["items"][0]["busy_minutes"] == 120
    assert listed["items"][0]["status"] == "ok"


def test_item_6_what_can_not_be_read_is_reported_to_its_instructor(
    client: TestClient[Litestar], store: InMemoryStore
) -> None:
    added = add(client)
    read(store, added, Unreadable(FeedProblem.MALFORMED))
    (shown,) = client.get(CALENDARS).json()["items"]
    assert (shown["status"], shown["problem"], shown["failures"]) == ("failing", "malformed", 1)
    assert shown["last_success_at"] is None


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        ("https://127.0.0.1/a.ics", 422, "feed_address_forbidden"),
        ("https://localhost/a.ics", 422, "feed_address_forbidden"),
        ("webcal://[::1]/a.ics", 422, "feed_address_forbidden"),
        ("http://calendar.example.org/a.ics", 422, "invalid_feed_address"),
        ("https://calendar.example.org:22/a.ics", 422, "invalid_feed_address"),
        ("https://me:secret@calendar.example.org/", 422, "invalid_feed_address"),
        ("nonsense", 422, "invalid_feed_address"),
        ("", 422, "validation_failed"),
        ("https://calendar.example.org/" + "x" * 2_048, 422, "validation_failed"),
    ],
)
def test_an_address_that_is_not_fetched_is_refused(
    client: TestClient[Litestar], url: str, status: int, code: str
) -> None:
    refused = add(client, url)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert "secret" not in refused.text


def test_one_address_once_and_five_in_all(client: TestClient[Litestar]) -> None:
    for number in range(MAX_FEEDS):
        assert add(client, f"{URL}?{number}").status_code == 201
    again = add(client, f"{URL}?0")
    assert (again.status_code, again.json()["code"]) == (409, "feed_exists")
    sixth = add(client, f"{URL}?{MAX_FEEDS}")
    assert (sixth.status_code, sixth.json()["code"]) == (409, "too_many_feeds")


def test_a_calendar_is_removed_with_all_it_took(
    client: TestClient[Litestar], store: InMemoryStore
) -> None:
    added = add(client)
    tomorrow = Interval.lasting(NOON + timedelta(days=1), timedelta(hours=2))
    read(store, added, ReadFeed(spans=[tomorrow]))
    path = f"{CALENDARS}/{added.json()['external_calendar_id']}"
    assert client.delete(path).status_code == 204
    assert client.get(CALENDARS).json() == {"items": [], "busy_minutes": 0}
    gone = client.delete(path)
    assert (gone.status_code, gone.json()["code"]) == (404, "external_calendar_not_found")


def test_a_calendar_can_be_read_at_once(client: TestClient[Litestar], store: InMemoryStore) -> None:
    added = add(client)
    path = f"{CALENDARS}/{added.json()['external_calendar_id']}/refresh"
    asked = client.post(path)
    assert asked.status_code == 202
    assert asked.json()["external_calendar_id"] == added.json()["external_calendar_id"]
    missing = client.post(f"{CALENDARS}/{NOTHING}/refresh")
    assert (missing.status_code, missing.json()["code"]) == (404, "external_calendar_not_found")
