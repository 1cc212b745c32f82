"""Keyed requests over HTTP, on real servers. Source: SE-12, SE-13."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from attrs import evolve, field, frozen
from litestar import Litestar, Router, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody
from litestar.testing import TestClient
from msgspec import Struct
from sqlalchemy import Engine, text

from adapters.postgres.engine import postgres_engine
from adapters.postgres.mutex import AdvisoryMutexes
from adapters.valkey.client import valkey_client
from adapters.valkey.mutex import ValkeyMutexes
from entrypoints.http.app import create_app
from entrypoints.http.config import HttpConfig
from entrypoints.http.idempotency import Keyed
from entrypoints.http.policy import REQUIRED, policy, requires
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.due_work.model import NewWork
from instainstru_core.kernel.errors import Conflict
from instainstru_core.kernel.mutex import Mutexes
from instainstru_core.ports import Ports
from tests.integration.http.conftest import Unlimited
from tests.integration.http.people import Client, Join, Person
from tests.integration.http.serving import lent

KEY = "a-key-of-the-tests-1"
DOWN = "redis://127.0.0.1:1/0"


class GiftBody(Struct, forbid_unknown_fields=True):
    cents: int
    note: str = ""


class GiftView(Struct):
    cents: int


@frozen
class Shop:
    """What the route's effect waits for, and how often it is asked."""

    entered: threading.Semaphore = field(factory=lambda: threading.Semaphore(0))
    open: threading.Event = field(factory=threading.Event)


@post(
    "/gifts",
    sync_to_thread=True,
    opt=policy(
        access=requires(Permission.CREATE_BOOKINGS), bucket="financial", idempotency=REQUIRED
    ),
)
def give(
    data: JSONBody[GiftBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
    shop: NamedDependency[Shop],
) -> GiftView:
    shop.entered.release()
    assert shop.open.wait(20)
    if data.cents == 13:
        raise Conflict("thirteen is never given")
    if data.cents == 500:
        raise RuntimeError("the shop burns")
    answer = keyed.answer(GiftView)
    with ports.begin() as work:
        now = ports.clock.now()
        work.work_items.file(NewWork(handler="gift", payload={"of": str(principal)}, due_at=now))
        answer(work, data.cents)
    return GiftView(data.cents)


SHOPS: list[Shop] = []
"""The one that is open to a test, whichever app it was lent."""


def with_shop(ports: Ports, config: HttpConfig) -> Litestar:
    """The API with the shop."""
    router = Router(
        "/",
        route_handlers=[give],
        dependencies={"shop": Provide(lambda: SHOPS[0], sync_to_thread=False)},
    )
    return create_app(ports, config, more=[router])


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.open.set()
    SHOPS[:] = [shop]
    return shop


@pytest.fixture
def gifts(ports: Ports, config: HttpConfig, shop: Shop) -> Iterator[Client]:
    with (
        lent(ports, config, with_shop) as app,
        TestClient(app, raise_server_exceptions=False) as client,
    ):
        client.headers["X-Client"] = "tests"
        yield client


@pytest.fixture
def sarah(join: Join) -> Person:
    return join("sarah@example.com")


def ask(gifts: Client, person: Person, key: str | None = KEY, **body: Any) -> Any:
    headers = dict(person.headers)
    if key is not None:
        headers["Idempotency-Key"] = key
    return gifts.post("/gifts", json=body or {"cents": 7}, headers=headers)


def given_gifts(engine: Engine) -> int:
    with engine.connect() as connection:
        count = connection.scalar(text("SELECT count(*) FROM work_items WHERE handler = 'gift'"))
    return int(count)


def test_a_key_is_required_and_must_be_one(gifts: Client, sarah: Person) -> None:
    """SE-13: 400, by two names."""
    for key, code in (
        (None, "idempotency_key_required"),
        ("short", "idempotency_key_invalid"),
        ("x" * 65, "idempotency_key_invalid"),
        ("spaces are not allowed", "idempotency_key_invalid"),
    ):
        answer = ask(gifts, sarah, key)
        assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_replay_is_marked_and_has_no_effect_and_costs_no_rate(
    gifts: Client, sarah: Person, engine: Engine
) -> None:
    """SE-12, SE-13: once in 12 s, but replays are free; key order is nothing."""
    first = ask(gifts, sarah, cents=7, note="x")
    assert (first.status_code, first.json()) == (201, {"cents": 7})
    assert "Idempotency-Replayed" not in first.headers
    for _ in range(3):
        again = ask(gifts, sarah, note="x", cents=7)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["Idempotency-Replayed"] == "true"
    assert given_gifts(engine) == 1
    other = ask(gifts, sarah, "another-key-of-tests")
    assert (other.status_code, other.json()["code"]) == (429, "rate_limited")
    assert other.headers["X-RateLimit-Policy"] == "financial"


def test_a_key_with_another_body_is_refused(gifts: Client, sarah: Person, engine: Engine) -> None:
    """SE-13."""
    assert ask(gifts, sarah, cents=7).status_code == 201
    answer = ask(gifts, sarah, cents=8)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert given_gifts(engine) == 1


def test_a_refusal_that_stays_is_replayed(gifts: Client, sarah: Person) -> None:
    """SE-13: deterministic 4xx of the use case."""
    first = ask(gifts, sarah, cents=13)
    assert (first.status_code, first.json()["code"]) == (409, "invalid_state")
    again = ask(gifts, sarah, cents=13)
    assert again.status_code == 409
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Content-Type"] == "application/problem+json"
    assert again.json() == first.json()


def test_a_failure_frees_the_key(gifts: Client, sarah: Person, engine: Engine) -> None:
    """SE-13: failed_retryable."""
    assert ask(gifts, sarah, cents=500).status_code == 500
    with engine.connect() as connection:
        state = connection.scalar(text("SELECT state FROM idempotency_records"))
    assert state == "failed_retryable"


def test_an_invalid_body_claims_nothing(gifts: Client, sarah: Person, engine: Engine) -> None:
    """SE-12: validation comes first."""
    assert ask(gifts, sarah, cents="seven").status_code == 422
    assert ask(gifts, sarah, cents=7).status_code == 201


def test_somebody_elses_key_is_another(
    gifts: Client, sarah: Person, join: Join, engine: Engine
) -> None:
    """SE-13: the principal is part of the scope."""
    assert ask(gifts, sarah).status_code == 201
    assert ask(gifts, join("ben@example.com")).status_code == 201
    assert given_gifts(engine) == 2


def test_a_replay_is_authorised_anew(gifts: Client, free_api: Client, sarah: Person) -> None:
    """SE-13: signed out means signed out."""
    assert ask(gifts, sarah).status_code == 201
    assert free_api.delete("/api/v1/auth/session", headers=sarah.headers).status_code == 204
    assert ask(gifts, sarah).status_code == 401


def test_two_at_once_have_one_effect(
    gifts: Client, sarah: Person, shop: Shop, engine: Engine
) -> None:
    """SE-13: the second is told to wait, then gets the first's answer."""
    shop.open.clear()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, gifts, sarah)
        assert shop.entered.acquire(timeout=20)
        second = ask(gifts, sarah)
        assert (second.status_code, second.json()["code"]) == (409, "operation_in_progress")
        assert second.headers["Retry-After"] == "1"
        shop.open.set()
        assert first.result().status_code == 201
    third = ask(gifts, sarah)
    assert (third.status_code, third.headers["Idempotency-Replayed"]) == (201, "true")
    assert given_gifts(engine) == 1


@pytest.fixture(params=["valkey", "postgres"])
def operation_locks(
    request: pytest.FixtureRequest, ports: Ports, engine: Engine
) -> Iterator[Mutexes]:
    """Locks of operations, as they are and as they are while Valkey is down."""
    if request.param == "valkey":
        yield ports.operation_locks
        return
    lanes = postgres_engine(engine.url.render_as_string(hide_password=False), connections=2)
    yield ValkeyMutexes(valkey_client(DOWN, connections=2), AdvisoryMutexes(lanes))
    lanes.dispose()


def test_one_person_moves_money_once_at_a_time(
    ports: Ports,
    operation_locks: Mutexes,
    config: HttpConfig,
    sarah: Person,
    shop: Shop,
    engine: Engine,
) -> None:
    """SE-12: the lock of (user, operation), whatever the key, also while Valkey is down."""
    shop.open.clear()
    with (
        money_client(ports, operation_locks, config) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        first = pool.submit(ask, client, sarah)
        assert shop.entered.acquire(timeout=20)
        second = ask(client, sarah, "another-key-of-tests")
        assert (second.status_code, second.json()["code"]) == (409, "operation_in_progress")
        shop.open.set()
        assert first.result().status_code == 201
        assert ask(client, sarah, "another-key-of-tests").status_code == 201
    assert given_gifts(engine) == 2


def test_no_money_moves_unlocked(
    ports: Ports, config: HttpConfig, sarah: Person, shop: Shop, engine: Engine
) -> None:
    """SE-12: both places of locks down is a 503, and the key is free for another try."""
    nowhere = postgres_engine("postgresql://nobody@127.0.0.1:1/test", connections=1)
    locks = ValkeyMutexes(valkey_client(DOWN, connections=2), AdvisoryMutexes(nowhere))
    with money_client(ports, locks, config) as client:
        answer = ask(client, sarah)
        assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert given_gifts(engine) == 0
    with money_client(ports, ports.operation_locks, config) as client:
        assert ask(client, sarah).status_code == 201
    assert given_gifts(engine) == 1


@contextmanager
def money_client(ports: Ports, locks: Mutexes, config: HttpConfig) -> Iterator[Client]:
    """The API with the shop, without rate limits, and with these locks."""
    world = evolve(ports, rates=Unlimited(), operation_locks=locks)
    with lent(world, config, with_shop) as app, TestClient(app) as client:
        yield client
