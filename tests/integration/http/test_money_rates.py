"""What moves money may be asked every twelve seconds, by one person, whatever it is.

Source: SE-4, SE-12, PY-72.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest
from attrs import define
from litestar.testing import TestClient

from entrypoints.http.app import create_app
from entrypoints.http.config import HttpConfig
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.use_cases.sign_in import SignIn, sign_in
from instainstru_core.booking.model.booking import Booking
from instainstru_core.testing.world import HOUR, PASSWORD, World
from tests.integration.http.people import Client
from tests.integration.http.routes import NOTHING

TIP: Final = {"amount_cents": 500}
PAUSE: Final = timedelta(seconds=12)
"""Five a minute, and no burst."""


@define
class Shop:
    """A lesson that was given, before the API with its real limits."""

    client: Client
    world: World
    lesson: Booking
    asked: int = 0

    def post(self, path: str, body: Any, *, key: str = "", who: str = "anna.2") -> Any:
        """What *who* is answered, with a new key unless it is said which."""
        self.asked += 1
        headers = {
            "X-Client": "tests",
            "Authorization": f"Bearer {self._token(who)}",
            "Idempotency-Key": key or f"a-new-key-of-tests-{self.asked}",
        }
        self.client.cookies.clear()
        return self.client.post(f"/api/v1{path}", json=body, headers=headers)

    @property
    def tips(self) -> str:
        return f"/bookings/{self.lesson.booking_id}/tips"

    def _token(self, who: str) -> str:
        ports = self.world.ports
        return sign_in(
            SignIn(email=Email.parse(f"{who}@example.com"), password=PASSWORD),
            begin=ports.begin,
            read=ports.read,
            passwords=ports.passwords,
            secrets=ports.secrets,
            tokens=ports.tokens,
            ids=ports.ids,
            clock=ports.clock,
        ).tokens.access


@pytest.fixture
def shop() -> Iterator[Shop]:
    world = World()
    jane, anna = world.instructor("Jane"), world.student("Anna")
    world.student("Bob")
    lesson = world.book(anna, jane)
    world.advance(7 * 24 * HOUR)
    app = create_app(world.ports, HttpConfig(mode="int", threads=4))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Shop(client, world, lesson)


def _spend(shop: Shop) -> None:
    """Ask for money on another route, and be refused for another reason."""
    assert shop.post(f"/debts/{NOTHING}/payments", {}).status_code == 404


def test_the_second_time_in_twelve_seconds_moves_nothing(shop: Shop) -> None:
    """PY-72: one allowance for all routes, however the first one ended."""
    _spend(shop)
    moved = len(shop.world.processor.books.effects)
    second = shop.post(shop.tips, TIP)
    assert (second.status_code, second.json()["code"]) == (429, "rate_limited")
    assert second.headers["X-RateLimit-Policy"] == "financial"
    assert int(second.headers["Retry-After"]) == PAUSE.total_seconds()
    assert len(shop.world.processor.books.effects) == moved
    shop.world.clock.move(PAUSE)
    assert shop.post(shop.tips, TIP).status_code == 201


def test_a_replay_costs_nothing_and_is_never_too_late(shop: Shop) -> None:
    """SE-12: looked up before the limit."""
    key = "the-same-key-of-one-tip"
    first = shop.post(shop.tips, TIP, key=key)
    assert first.status_code == 201, first.text
    for _ in range(10):
        again = shop.post(shop.tips, TIP, key=key)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["Idempotency-Replayed"] == "true"
    moved = len(shop.world.processor.books.effects)
    assert shop.post(shop.tips, TIP).status_code == 429
    assert shop.post(shop.tips, TIP, key=key).content == first.content
    assert len(shop.world.processor.books.effects) == moved


def test_what_is_refused_before_the_limit_costs_nothing(shop: Shop) -> None:
    """SE-12: who may not, or says nonsense, is told so first."""
    for _ in range(5):
        assert shop.post(shop.tips, {"amount_cents": "5"}).status_code == 422
        assert shop.post(shop.tips, TIP, who="jane.1").status_code == 403
        assert shop.post(shop.tips, TIP, key="short").status_code == 400
    assert shop.post(shop.tips, TIP).status_code == 201


def test_what_one_spends_is_not_anothers(shop: Shop) -> None:
    """SE-4: by person."""
    path = f"/debts/{NOTHING}/payments"
    _spend(shop)
    assert shop.post(path, {}).status_code == 429
    assert shop.post(path, {}, who="bob.3").status_code == 404


def test_a_limit_that_was_met_keeps_the_key_free(shop: Shop) -> None:
    """SE-13: 429 is no answer: the same key later does it, once."""
    _spend(shop)
    key = "a-key-that-came-too-soon"
    assert shop.post(shop.tips, TIP, key=key).status_code == 429
    shop.world.clock.move(PAUSE)
    done = shop.post(shop.tips, TIP, key=key)
    assert (done.status_code, "Idempotency-Replayed" in done.headers) == (201, False)
