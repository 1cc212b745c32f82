"""Opening a database as a tool does: looked at, announced and recorded first.

A composition root beside `bootstrap`, for commands that must work before the platform can.
Source: SE-39, SE-40, SE-41.
"""

import getpass
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from adapters.postgres import migrate as migrations
from adapters.postgres.engine import postgres_engine
from adapters.postgres.outbox import Routes
from adapters.postgres.queries.office import PostgresOfficeQueries
from adapters.postgres.queries.payments import PostgresPaymentQueries
from adapters.postgres.queries.reconciliation import PostgresReconciliationQueries
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.clock import SystemClock
from adapters.system.ids import Ulids
from adapters.system.serialization import Serializer
from adapters.system.signing import Ed25519Signer
from entrypoints.settings import Settings
from entrypoints.tiers import Refused, Tier
from instainstru_core.payments.ledger.chain import Verdict
from instainstru_core.payments.model.health import AuthorisationHealth
from instainstru_core.payments.reconciliation.model import Item
from instainstru_core.payments.use_cases.books.verify_chain import verify_chain
from instainstru_core.payments.use_cases.books.verify_recent import Recent, verify_recent

MOST_DIFFERENCES = 1000
"""How many differences are counted at most."""
_OUT_OF_REACH = "the database can't be reached"


def allow_tool(settings: Settings, *, is_interactive: bool, ask: Callable[[str], str]) -> None:
    """Let a person at a terminal open PROD after typing its name; other tiers open freely.

    Raises:
        Refused: Nobody is at the terminal, or what they typed is not the name. Source: SE-39.
    """
    if settings.tier is not Tier.PROD:
        return
    if not is_interactive:
        message = "PROD opens to a tool only at a terminal: run this command by hand"
        raise Refused("prod_access_non_interactive", message)
    name = urlsplit(settings.database_url).path.removeprefix("/")
    if ask("This is PROD. Type the database's name to go on") != name:
        raise Refused("prod_access_not_confirmed", "that is not the database's name")


def record_selection(settings: Settings, operation: str) -> Path:
    """Append who selected which tier for what to the audit file. Source: SE-41."""
    path = settings.data_dir / "selections.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    entry = {
        "at": datetime.now(UTC).isoformat(),
        "user": getpass.getuser(),
        "pid": os.getpid(),
        "operation": operation,
        "tier": settings.tier,
    }
    with path.open("a") as file:
        file.write(json.dumps(entry) + "\n")
    return path


def allow_destruction(tier: Tier, *, means_stg: bool) -> None:
    """Let a destructive command pass: on INT freely, on STG when it is meant, on PROD never.

    Raises:
        Refused: The tier is not to be destroyed. Source: SE-41.
    """
    if tier is Tier.PROD:
        raise Refused("prod_is_never_destroyed", "this command never runs on PROD")
    if tier is Tier.STG and not means_stg:
        raise Refused("stg_not_meant", "this is STG: say --i-mean-stg if you mean it")


@contextmanager
def engine_of(settings: Settings, *, connections: int = 2) -> Iterator[Engine]:
    """An engine for one command."""
    engine = postgres_engine(settings.database_url, connections=connections)
    try:
        yield engine
    finally:
        engine.dispose()


def migrate(settings: Settings) -> migrations.SchemaState:
    """Bring the database to this release's schema.

    Raises:
        WrongTier: It belongs to another tier.
    """
    with engine_of(settings) as engine:
        return migrations.migrate(engine, tier=settings.tier)


def schema_state(settings: Settings) -> migrations.SchemaState:
    """How far the database's schema is."""
    with engine_of(settings) as engine:
        return migrations.schema_state(engine)


def check_tier(settings: Settings) -> None:
    """See that the database belongs to this process's tier.

    Raises:
        Refused: It carries another stamp or none, or can't be asked. Source: SE-40, SE-42.
    """
    try:
        with engine_of(settings) as engine:
            migrations.check_tier(engine, tier=settings.tier)
    except migrations.WrongTier as error:
        raise Refused("wrong_tier", str(error)) from error
    except OperationalError as error:
        raise Refused("database_unreachable", f"{_OUT_OF_REACH}: {_last_line(error)}") from error


def _last_line(error: Exception) -> str:
    """What the driver says, without SQLAlchemy's lines about itself."""
    return str(error.__cause__ or error).strip().splitlines()[-1]


def server_version(settings: Settings) -> str:
    """The database server's version.

    Raises:
        Refused: It can't be reached.
    """
    url = settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            return connection.info.parameter_status("server_version") or "unknown"
    except psycopg.OperationalError as error:
        raise Refused("database_unreachable", f"{_OUT_OF_REACH}: {_last_line(error)}") from error


def dead_work(settings: Settings) -> int:
    """How many pieces of due work have failed for good."""
    with engine_of(settings) as engine, engine.connect() as connection:
        counted = connection.scalar(text("SELECT count(*) FROM work_items WHERE dead"))
        return int(counted or 0)


def books_since_breach(settings: Settings) -> datetime | None:
    """Since when the books are known not to balance; None: the latest check was content."""
    with engine_of(settings) as engine, engine.connect() as connection:
        query = "SELECT min(found_at) FROM ledger_breaches WHERE mended_at IS NULL"
        found: datetime | None = connection.scalar(text(query))
        return found


def chain_verdict(settings: Settings) -> Verdict:
    """What is wrong with the chain of the books, every journal hashed again."""
    clock = SystemClock()
    with engine_of(settings) as engine:
        dump = Serializer().dump
        units = PostgresUnits(engine, Ulids(clock), clock, dump, Routes(handlers={}))
        return verify_chain(read=units.read, signer=Ed25519Signer.of(settings.keys.ledger))


def recent_chain(settings: Settings) -> Recent:
    """What is wrong with the newest part of the chain, from the last signed day on."""
    clock = SystemClock()
    with engine_of(settings) as engine:
        dump = Serializer().dump
        units = PostgresUnits(engine, Ulids(clock), clock, dump, Routes(handlers={}))
        return verify_recent(read=units.read, signer=Ed25519Signer.of(settings.keys.ledger))


def open_differences(settings: Settings) -> Sequence[Item]:
    """What differs from the processor's books and nobody resolved, the oldest first."""
    with engine_of(settings) as engine, engine.connect() as connection:
        return PostgresReconciliationQueries(connection).open_items(MOST_DIFFERENCES)


def reviews(settings: Settings) -> Mapping[str, int]:
    """How many payments and tips wait for a person, by the reason."""
    with engine_of(settings) as engine, engine.connect() as connection:
        return PostgresOfficeQueries(connection).pipeline(now=datetime.now(UTC)).reviews


def authorisation_health(settings: Settings) -> AuthorisationHealth:
    """How the holds that fell due by now are doing. Source: spec 02 §7."""
    with engine_of(settings) as engine, engine.connect() as connection:
        return PostgresPaymentQueries(connection).authorisations(now=datetime.now(UTC))


def valkey_version(url: str) -> str:
    """The Valkey server's version.

    Raises:
        Refused: It can't be reached.
    """
    try:
        with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
            found = client.info("server")
    except redis.RedisError as error:
        message = f"Valkey can't be reached, and the platform is slower without: {error}"
        raise Refused("valkey_unreachable", message) from error
    return str(found.get("valkey_version", found.get("redis_version", "unknown")))
