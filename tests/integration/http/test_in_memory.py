"""The API without any server behind it: the same app, on the world in memory."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from attrs import define

from instainstru_core.testing.world import HOUR, MONDAY, PIANO, World
from tests.integration.http.people import PASSWORD, Client
from tests.integration.http.serving import serving

API = "/api/v1"
THURSDAY = MONDAY + timedelta(days=3)


@define
class Browser:
    """Somebody's client."""

    client: Client
    world: World
    access: str = ""

    def send(self, method: str, path: str, body: Any = None, *, status: int) -> Any:
        headers = {"Idempotency-Key": uuid4().hex, "X-Client": "tests"}
        if self.access:
            headers["Authorization"] = f"Bearer {self.access}"
        answer = self.client.request(method, f"{API}{path}", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def sign_up(self, email: str) -> None:
        asked = self.send("POST", "/auth/email-challenges", {"email": email}, status=202)
        proof = self.send(
            "POST",
            f"/auth/email-challenges/{asked['id']}/confirmation",
            {"code": self.world.mailed_code(email)},
            status=200,
        )
        body = {
            "email_proof": proof["email_proof"],
            "password": PASSWORD,
            "first_name": "Sarah",
            "last_name": "Chen",
            "zip_code": "11215",
            "role": "student",
            "accepted_terms_version": "2026-01",
            "transport": "bearer",
        }
        joined = self.send("POST", "/auth/registrations", body, status=201)
        self.access = joined["session"]["access_token"]


@pytest.fixture
def browser() -> Iterator[Browser]:
    world = World()
    with serving(world.ports) as client:
        yield Browser(client, world)


def test_a_lesson_is_found_booked_and_called_off(browser: Browser) -> None:
    """The main job over HTTP, with nothing started but the app."""
    world = browser.world
    jane = world.instructor("Jane")
    browser.sign_up("sarah@example.com")

    page = browser.send("GET", f"/search?service=piano&date={THURSDAY}", status=200)
    (found,) = page["items"]
    proposal = {
        "instructor_id": str(jane.account_id),
        "service_id": str(PIANO),
        "start": found["first_start"],
        "duration_minutes": 60,
        "location_type": "online",
    }
    held = browser.send("POST", "/bookings", proposal, status=201)
    browser.send("POST", "/payment-methods", {"token": "pm_card_visa"}, status=201)
    address = f"/bookings/{held['booking_id']}"
    priced = browser.send("GET", f"{address}/pricing", status=200)
    agreed = {"fingerprint": priced["quote"]["fingerprint"]}
    paid = browser.send("POST", f"{address}/confirm", agreed, status=200)
    assert (paid["booking_status"], paid["state"]) == ("CONFIRMED", "scheduled")

    cancelled = browser.send("POST", f"{address}/cancel", {"reason": "I am ill"}, status=200)
    assert cancelled["status"] == "CANCELLED"
    world.advance(HOUR / 60)
    assert browser.send("GET", f"{address}/payment", status=200)["state"] == "settled"
    assert world.balances() == {}


def test_it_is_healthy(browser: Browser) -> None:
    """`/ready` asks what is there, and it is there."""
    assert browser.client.get("/ready").status_code == 200
    assert browser.client.get("/health").status_code == 200


def test_a_key_sent_twice_books_once(browser: Browser) -> None:
    """SE-13, on the twins of the records and their answers."""
    jane = browser.world.instructor("Jane")
    browser.sign_up("sarah@example.com")
    headers = {
        "Authorization": f"Bearer {browser.access}",
        "Idempotency-Key": uuid4().hex,
        "X-Client": "tests",
    }
    body = {
        "instructor_id": str(jane.account_id),
        "service_id": str(PIANO),
        "start": f"{THURSDAY}T17:00:00Z",
        "duration_minutes": 60,
        "location_type": "online",
    }
    first, again = (
        browser.client.post(f"{API}/bookings", json=body, headers=headers) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
