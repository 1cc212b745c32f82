"""Waiting for a time over HTTP: what the routes keep, show and refuse. Source: spec 01 §11."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from attrs import evolve

from instainstru_core.accounts.model import Principal
from instainstru_core.availability.waitlist.model.subscription import MAX_LIVE
from instainstru_core.testing.world import MONDAY, World
from tests.integration.http.conftest import Unlimited
from tests.integration.http.serving import serving
from tests.integration.http.test_in_memory import API, THURSDAY, Browser

NOBODY = "01JZ8Q5H3M7YB2K4N6P8R0T1V3"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def jane(world: World) -> Principal:
    return world.instructor("Jane")


@pytest.fixture
def student(world: World) -> Iterator[Browser]:
    with serving(evolve(world.ports, rates=Unlimited())) as client:
        browser = Browser(client, world)
        browser.sign_up("sarah@example.com")
        yield browser


def wish(jane: Principal, **changes: Any) -> dict[str, Any]:
    """An hour online, Thursday at noon, unless *changes* say otherwise."""
    asked = {
        "instructor_id": str(jane.account_id),
        "location_type": "online",
        "duration": 60,
        "from": str(THURSDAY),
        "to": str(THURSDAY),
        "windows": [{"start": "12:00", "end": "13:00"}],
    }
    return asked | changes


def test_waits_hears_and_gives_up(student: Browser, jane: Principal, world: World) -> None:
    world.advance()
    kept = student.send("POST", "/waitlist", wish(jane), status=201)
    assert kept["weekdays"] == [1, 2, 3, 4, 5, 6, 7]
    assert kept["windows"] == [{"start": "12:00", "end": "13:00"}]
    assert (kept["from"], kept["to"], kept["news"]) == (str(THURSDAY), str(THURSDAY), [])
    booked = world.book(world.student("Anna"), jane)
    world.advance()
    assert student.send("GET", "/waitlist", status=200) == {"items": [kept], "limit": MAX_LIVE}
    world.cancel(jane, booked)
    world.advance()
    (found,) = student.send("GET", "/waitlist", status=200)["items"]
    assert found["news"] == [{"date": str(THURSDAY), "starts_at": "2030-01-10T17:00:00Z"}]
    (told,) = student.send("GET", "/notifications", status=200)["items"]
    assert told["kind"] == "waitlist_matched"
    assert told["data"] == {
        "subscription_id": kept["subscription_id"],
        "instructor_id": str(jane.account_id),
    }
    address = f"/waitlist/{kept['subscription_id']}"
    assert remove(student, address).status_code == 204
    assert student.send("GET", "/waitlist", status=200)["items"] == []
    gone = remove(student, address)
    assert (gone.status_code, gone.json()["code"]) == (404, "subscription_not_found")


def remove(browser: Browser, path: str) -> Any:
    headers = {"Authorization": f"Bearer {browser.access}", "X-Client": "tests"}
    return browser.client.delete(f"{API}{path}", headers=headers)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"instructor_id": NOBODY}, 404, "instructor_not_found"),
        ({"duration": 25}, 422, "invalid_duration"),
        ({"from": str(MONDAY - timedelta(days=1))}, 422, "range_in_past"),
        ({"to": str(MONDAY)}, 422, "invalid_range"),
        ({"to": str(THURSDAY + timedelta(days=60))}, 422, "range_too_long"),
        (
            {
                "from": str(MONDAY + timedelta(days=365)),
                "to": str(MONDAY + timedelta(days=366)),
            },
            422,
            "out_of_horizon",
        ),
        ({"weekdays": [1]}, 422, "invalid_weekdays"),
        ({"windows": [{"start": "12:00", "end": "12:55"}]}, 422, "invalid_range"),
        ({"windows": [{"start": "12:60", "end": "14:00"}]}, 422, "invalid_time"),
        ({"windows": [{"start": "12:01", "end": "14:00"}]}, 422, "unaligned_time"),
        ({"weekdays": [8]}, 422, "validation_failed"),
        ({"weekdays": []}, 422, "validation_failed"),
    ],
)
def test_what_cannot_be_waited_for(
    student: Browser, jane: Principal, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = student.send("POST", "/waitlist", wish(jane, **changes), status=status)
    assert answer["code"] == code


def test_the_same_twice_and_more_than_may_be(student: Browser, jane: Principal) -> None:
    for number in range(MAX_LIVE):
        later = str(THURSDAY + timedelta(days=number))
        student.send("POST", "/waitlist", wish(jane, to=later), status=201)
    full = student.send("POST", "/waitlist", wish(jane, duration=45), status=409)
    assert full["code"] == "too_many_subscriptions"
    (first, *_) = student.send("GET", "/waitlist", status=200)["items"]
    assert remove(student, f"/waitlist/{first['subscription_id']}").status_code == 204
    later = str(THURSDAY + timedelta(days=1))
    same = student.send("POST", "/waitlist", wish(jane, to=later), status=409)
    assert same["code"] == "subscription_exists"


def test_one_key_is_one_wish(student: Browser, jane: Principal) -> None:
    headers = {
        "Authorization": f"Bearer {student.access}",
        "Idempotency-Key": uuid4().hex,
        "X-Client": "tests",
    }
    first, second = (
        student.client.post(f"{API}/waitlist", json=wish(jane), headers=headers) for _ in range(2)
    )
    assert (first.status_code, first.content) == (201, second.content)
    assert len(student.send("GET", "/waitlist", status=200)["items"]) == 1


def test_nobody_waits_for_themselves_or_without_being_signed_in(
    student: Browser, jane: Principal
) -> None:
    me = student.send("GET", "/me", status=200)["id"]
    own = student.send("POST", "/waitlist", wish(jane, instructor_id=me), status=422)
    assert own["code"] == "own_calendar"
    student.client.cookies.clear()
    signed_out = student.client.get(f"{API}/waitlist", headers={"X-Client": "tests"})
    assert signed_out.status_code == 401
