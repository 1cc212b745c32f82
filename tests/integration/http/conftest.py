"""The API on real PostgreSQL and real Valkey, called in process."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from argon2 import PasswordHasher
from attrs import evolve
from psycopg import Connection as PsycopgConnection
from redis import Redis
from sqlalchemy import Engine, Pool, event

from adapters.postgres.places import PostgresPlaces
from adapters.system.passwords import Argon2Passwords
from entrypoints.bootstrap import ports as wired
from entrypoints.http.config import HttpConfig
from entrypoints.settings import Settings, read_settings
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.use_cases.create_admin import CreateAdmin, create_admin
from instainstru_core.kernel.time_machine import TimeMachine
from instainstru_core.payments.inbox.signatures import SignedWebhooks
from instainstru_core.ports import Ports
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.ports import STRIPE_SECRET
from tests.integration.http.people import PASSWORD, Client, Join, Person, mailed_code
from tests.integration.http.serving import serving

if TYPE_CHECKING:
    from tests.integration.http.town import Town

# The variables of every frame, which it would show otherwise, are whole worlds: that takes seconds.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)


@pytest.fixture(scope="session")
def settings(
    postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    directory: Path = tmp_path_factory.mktemp("api")
    return read_settings(
        {
            "CI": "1",
            "DATABASE_URL": postgres_url,
            "VALKEY_URL": valkey_url,
            "DATA_DIR": str(directory),
            "THREADS": "8",
            "INSTAINSTRU_DEMO": "1",
        }
    )


@pytest.fixture(scope="session")
def world(schema: Engine, settings: Settings) -> Iterator[Ports]:
    """The real world, as a process is given it; what a process leaves to its end is closed here.

    Passwords are hashed as cheaply as can be: what they cost otherwise has tests of its own.
    """
    opened: list[PsycopgConnection] = []

    def note(connection: PsycopgConnection, _record: object) -> None:
        opened.append(connection)

    event.listen(Pool, "connect", note)
    world = wired(settings)
    cheap = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield evolve(world, gateway=SimulatedProcessor(world.clock), passwords=cheap)
    event.remove(Pool, "connect", note)
    for connection in opened:
        connection.close()


def _forget_regions(world: Ports) -> None:
    """A process keeps its city for life; tests put others into its database."""
    assert isinstance(world.places, PostgresPlaces)
    world.places._kept.clear()


@pytest.fixture
def ports(world: Ports, engine: Engine, settings: Settings) -> Ports:
    """The real world, with empty tables and counters."""
    assert settings.valkey_url is not None
    Redis.from_url(settings.valkey_url).flushall()
    _forget_regions(world)
    return world


@pytest.fixture(scope="module")
def place(schema: Engine, world: Ports, settings: Settings) -> "Iterator[Town]":
    """A town with people in it, for a module's tests to change and put back."""
    from tests.integration.http.town import town  # It needs this module.

    assert settings.valkey_url is not None
    Redis.from_url(settings.valkey_url).flushall()
    _forget_regions(world)
    with town(schema, world) as made:
        yield made


@pytest.fixture
def beginning(place: "Town") -> "Town":
    """The town as it was in the beginning."""
    place.restore()
    return place


@pytest.fixture
def config() -> HttpConfig:
    return HttpConfig(mode="int", threads=8, bypass_secret=b"a secret of the tests")


@pytest.fixture
def api(ports: Ports, config: HttpConfig) -> Iterator[Client]:
    """A client of the API, as a program: no cookies, `X-Client` always."""
    with serving(ports, config) as client:
        client.headers["X-Client"] = "tests"
        yield client


@pytest.fixture
def free_api(ports: Ports, config: HttpConfig) -> Iterator[Client]:
    """The API without rate limits in the way, and with video, for tests of something else."""
    rules = evolve(ports.rules, video_enabled=True)
    verifier = SignedWebhooks(secrets=(STRIPE_SECRET,), clock=ports.clock)
    world = evolve(ports, rates=Unlimited(), rules=rules, stripe_verifier=verifier)
    with serving(world, config) as client:
        client.headers["X-Client"] = "tests"
        yield client


class Unlimited:
    """Counters that never fill: the limiter has tests of its own."""

    def decide(self, asked: Any) -> list[Any]:
        from instainstru_core.accounts.rate_limits import decide

        return [decide(policy, None, now_ms=0) for policy, _ in asked]

    def check(self) -> None:
        """Always there."""


@pytest.fixture
def join(free_api: Client, engine: Engine) -> Join:
    """Registers people through the API, reading codes from the mails that are due."""

    def registered(email: str, role: str = "student", **more: Any) -> Person:
        answer = free_api.post("/api/v1/auth/email-challenges", json={"email": email})
        assert answer.status_code == 202, answer.text
        code = mailed_code(engine, email)
        challenge = answer.json()["id"]
        answer = free_api.post(
            f"/api/v1/auth/email-challenges/{challenge}/confirmation", json={"code": code}
        )
        assert answer.status_code == 200, answer.text
        body = {
            "email_proof": answer.json()["email_proof"],
            "password": PASSWORD,
            "first_name": "Sarah",
            "last_name": "Chen",
            "zip_code": "11215",
            "role": role,
            "accepted_terms_version": "2026-01",
            "transport": "bearer",
        }
        answer = free_api.post("/api/v1/auth/registrations", json=body | more)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        tokens = found["session"]
        return Person(
            found["account"]["id"], email, tokens["access_token"], tokens["refresh_token"]
        )

    return registered


@pytest.fixture
def admin(free_api: Client, ports: Ports) -> Person:
    """Somebody who looks after the platform."""
    account = create_admin(
        CreateAdmin(
            email=Email.parse("root@example.com"),
            password=PASSWORD,
            first_name="Ada",
            last_name="Root",
        ),
        begin=ports.begin,
        passwords=ports.passwords,
        ids=ports.ids,
        clock=ports.clock,
    )
    body = {"email": account.email, "password": PASSWORD, "transport": "bearer"}
    tokens = free_api.post("/api/v1/auth/sessions", json=body).json()["session"]
    return Person(
        str(account.account_id), account.email, tokens["access_token"], tokens["refresh_token"]
    )


@pytest.fixture
def time_machine(ports: Ports) -> TimeMachine:
    """Moves the clock of the whole run forward."""
    assert ports.time_machine is not None
    return ports.time_machine
