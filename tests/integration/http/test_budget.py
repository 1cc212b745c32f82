"""No request asks the database more than twelve times. Source: OP-18."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from attrs import define, field
from sqlalchemy import Engine, event

from entrypoints.http.config import PREFIX
from instainstru_core.accounts.model import Role
from instainstru_core.payments.use_cases.open_payout_account import (
    LinkOnboarding,
    link_onboarding,
    refresh_payout_account,
)
from instainstru_core.ports import Ports
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.strategies.booking import Classroom, open_classroom
from tests.integration.http.people import PASSWORD, Client, Join, Person, mailed_code
from tests.integration.http.routes import routes_of
from tests.integration.http.test_every_route import allowed

BUDGET: Final = 12
BOOKING_BUDGET: Final = 8
_NEEDED: Final = {
    "/search": "service=piano",
    "/instructors/{instructor_id}/next-available": "location_type=online&duration=60",
}
"""Parameters without which a route only refuses."""


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement on any engine during the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@define
class Meter:
    """A client that counts what each of its requests costs the database."""

    client: Client
    counts: dict[str, int] = field(factory=dict)

    def send(
        self, method: str, path: str, who: Person | None = None, body: Any = None, **more: Any
    ) -> Any:
        """Ask, and note how often the database was asked."""
        headers = {"Idempotency-Key": uuid4().hex, **more}
        if who is not None:
            headers |= who.headers
        with statements() as seen:
            answer = self.client.request(method, PREFIX + path, json=body, headers=headers)
        assert answer.status_code < 400, f"{method} {path}: {answer.text}"
        self.counts[f"{method} {path}"] = len(seen)
        return answer

    def over(self, budget: int) -> dict[str, int]:
        """What cost more than *budget*."""
        return {what: count for what, count in self.counts.items() if count > budget}


@pytest.fixture
def room(ports: Ports) -> Classroom:
    """Somebody who can be booked, and paid."""
    room = open_classroom(ports.begin, ports.ids, first_day=ports.clock.now().date())
    processor = ports.gateway
    assert isinstance(processor, SimulatedProcessor)
    wanted = LinkOnboarding(instructor_id=room.instructor, return_url="http://localhost:3000/")
    processor.onboard(
        link_onboarding(wanted, begin=ports.begin, gateway=processor, clock=ports.clock)
    )
    refresh_payout_account(room.instructor, begin=ports.begin, gateway=processor, clock=ports.clock)
    return room


def book(meter: Meter, ports: Ports, room: Classroom, student: Person) -> str:
    """Hold an hour three days ahead, and pay for it."""
    start = ports.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
    proposal = {
        "instructor_id": str(room.instructor),
        "service_id": str(room.service_id),
        "start": start.isoformat().replace("+00:00", "Z"),
        "duration_minutes": 60,
        "location_type": "online",
    }
    quoted = {name: value for name, value in proposal.items() if name != "start"}
    meter.send("POST", "/pricing/quotes", student, quoted)
    meter.send("POST", "/payment-methods", student, {"token": "pm_card_visa"})
    held = meter.send("POST", "/bookings", student, proposal).json()["booking_id"]
    priced = meter.send("GET", f"/bookings/{held}/pricing", student).json()
    agreed = {"fingerprint": priced["quote"]["fingerprint"]}
    meter.send("POST", f"/bookings/{held}/confirm", student, agreed)
    return str(held)


def test_the_main_job_stays_within_budget(
    free_api: Client, ports: Ports, room: Classroom, join: Join, engine: Engine
) -> None:
    """OP-18: ≤ 12 queries a request, from sign-up to calling the lesson off."""
    meter = Meter(free_api)
    asked = meter.send("POST", "/auth/email-challenges", body={"email": "ann@example.com"}).json()
    code = {"code": mailed_code(engine, "ann@example.com")}
    path = f"/auth/email-challenges/{asked['id']}/confirmation"
    proof = meter.send("POST", path, body=code).json()["email_proof"]
    somebody = {
        "email_proof": proof,
        "password": PASSWORD,
        "first_name": "Ann",
        "last_name": "Lee",
        "zip_code": "11215",
        "role": "instructor",
        "accepted_terms_version": "2026-01",
        "transport": "bearer",
    }
    meter.send("POST", "/auth/registrations", body=somebody)
    login = {"email": "ann@example.com", "password": PASSWORD, "transport": "bearer"}
    tokens = meter.send("POST", "/auth/sessions", body=login).json()["session"]
    refreshed = {"refresh_token": tokens["refresh_token"]}
    meter.send("POST", "/auth/sessions/refresh", body=refreshed)
    teacher = Person("", "ann@example.com", tokens["access_token"], "")
    meter.send("PATCH", "/me", teacher, {"timezone": "America/Chicago"})
    _publish_a_week(meter, ports, teacher)
    meter.send("POST", "/connect/onboarding-links", teacher, {"return_url": "/back"})
    offered = {
        "service_id": str(room.service_id),
        "hourly_rate_cents": 90_00,
        "formats": ["online"],
        "durations": [60],
    }
    offering = meter.send("POST", "/instructors/me/offerings", teacher, offered).json()
    revised = f"/instructors/me/offerings/{offering['offering_id']}"
    meter.send("PATCH", revised, teacher, {"hourly_rate_cents": 95_00})
    student = join("student@example.com")
    booking = book(meter, ports, room, student)
    meter.send("POST", f"/bookings/{booking}/cancel", student, {"reason": "I am ill"})
    assert meter.over(BUDGET) == {}
    assert meter.counts["POST /bookings"] <= BOOKING_BUDGET + 3  # with its caller and its key


def _publish_a_week(meter: Meter, ports: Ports, teacher: Person) -> None:
    today = ports.clock.now().date()
    monday = today + timedelta(days=7 - today.weekday())
    path = f"/instructors/me/availability/weeks/{monday}"
    week = meter.send("GET", path, teacher)
    days = {str(monday + timedelta(days=n)): [{"start": "09:00", "end": "17:00"}] for n in range(7)}
    sent = {"If-Match": week.headers["ETag"]}
    meter.send("PUT", path, teacher, {"days": days}, **sent)


def test_every_reading_route_stays_within_budget(
    free_api: Client,
    ports: Ports,
    room: Classroom,
    join: Join,
    admin: Person,
) -> None:
    """OP-18, for each GET that the app has, with a booking and a payment to be shown."""
    meter = Meter(free_api)
    people = {
        Role.STUDENT: join("student@example.com"),
        Role.INSTRUCTOR: join("teacher@example.com", role="instructor"),
        Role.ADMIN: admin,
    }
    booking = book(meter, ports, room, people[Role.STUDENT])
    parts = {
        "booking_id": booking,
        "instructor_id": str(room.instructor),
        "category": "music",
        "service": "piano",
        "slug": "park-slope",
        "zip_code": "11215",
        "monday": "2030-01-07",
    }
    asked = 0
    for route in routes_of(free_api.app):
        if route.method != "GET" or not set(route.names) <= parts.keys():
            continue
        role = allowed(route)
        query = _NEEDED.get(route.template.removeprefix(PREFIX), "")
        with statements() as seen:
            answer = free_api.get(
                f"{route.template.format(**parts)}?{query}".rstrip("?"),
                headers={} if role is None else people[role].headers,
            )
        assert answer.status_code in {200, 404}, f"{route}: {answer.text}"
        meter.counts[str(route)] = len(seen)
        asked += answer.status_code == 200
    assert asked > 15
    assert meter.over(BUDGET) == {}
