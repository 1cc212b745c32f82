"""What moves money may be asked every twelve seconds, by one person, whatever it is.

Source: SE-4, SE-12, PY-72.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, Final

import pytest
from attrs import define, evolve

from entrypoints.http.config import PREFIX
from entrypoints.http.idempotency import OPERATION_LOCK
from entrypoints.http.policy import Idempotency
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.use_cases.sign_in import SignIn, sign_in
from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.errors import OperationInProgress
from instainstru_core.testing.world import HOUR, PASSWORD, World
from tests.integration.http.people import Client
from tests.integration.http.routes import NOTHING, routes_of
from tests.integration.http.serving import serving

MONEY: Final = {
    f"{PREFIX}/bookings": "booking",
    f"{PREFIX}/bookings/{{booking_id}}/cancel": "booking",
    f"{PREFIX}/bookings/{{booking_id}}/reschedule": "booking",
    f"{PREFIX}/bookings/{{booking_id}}/confirm": "financial",
    f"{PREFIX}/bookings/{{booking_id}}/payment-retries": "financial",
    f"{PREFIX}/bookings/{{booking_id}}/tips": "financial",
    f"{PREFIX}/debts/{{debt_id}}/payments": "financial",
    f"{PREFIX}/connect/instant-payouts": "financial",
    f"{PREFIX}/admin/payments/{{payment_id}}/refunds": "financial",
}
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
    with serving(world.ports) as client:
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


def test_py_72_every_route_of_money_says_so(shop: Shop) -> None:
    """SE-4: which allowance each has; SE-12: all are asked one at a time by one person."""
    said = {(route.method, route.template): route.policy for route in routes_of(shop.client.app)}
    for path, bucket in MONEY.items():
        declared = said["POST", path]
        assert (path, declared.bucket.name) == (path, bucket)
        assert declared.money, path
        assert declared.idempotency is Idempotency.REQUIRED, path
    assert all(each.money for each in said.values() if each.bucket.name == "financial")


class Busy:
    """Locks that somebody else has."""

    def hold(self, name: str, *, life: timedelta = OPERATION_LOCK) -> AbstractContextManager[None]:
        """Never granted.

        Raises:
            OperationInProgress: Always.
        """
        raise OperationInProgress(f"{name} is held for {life}")


@pytest.mark.parametrize("what", ["cancel", "reschedule", "tips"])
def test_se_12_who_is_at_it_already_waits(shop: Shop, what: str) -> None:
    """PY-72: the lock of (user, operation), whatever the allowance."""
    bodies = {
        "cancel": {"reason": "I am ill"},
        "reschedule": {"start": "2030-01-20T15:00:00Z"},
        "tips": TIP,
    }
    ports = evolve(shop.world.ports, operation_locks=Busy())
    with serving(ports) as client:
        busy = evolve(shop, client=client)
        answer = busy.post(f"/bookings/{shop.lesson.booking_id}/{what}", bodies[what])
    assert (answer.status_code, answer.json()["code"]) == (409, "operation_in_progress")
    assert answer.headers["Retry-After"] == "1"
