"""The composition root: the one place that knows both the ports and who fills them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import httpx
from sqlalchemy import Engine

from adapters.icalendar.source import HttpFeeds
from adapters.postgres.bulk import PostgresBulk
from adapters.postgres.config import PostgresPricing
from adapters.postgres.engine import postgres_engine
from adapters.postgres.idempotency import PostgresIdempotencyRecords
from adapters.postgres.mailbox import PostgresMailbox
from adapters.postgres.mutex import AdvisoryMutexes
from adapters.postgres.outbox import Routes
from adapters.postgres.places import PostgresPlaces
from adapters.postgres.roster import PostgresRoster
from adapters.postgres.supply import PostgresMarket
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.simulator.courier import silenced
from adapters.simulator.past import SimulatedPast
from adapters.simulator.payment_gateway import SimulatedGateway, processor_client
from adapters.simulator.video import SimulatedVideoRooms
from adapters.stripe.client import stripe_client
from adapters.stripe.payment_gateway import StripeGateway
from adapters.system.chance import SystemChance
from adapters.system.clock import MovableClock, SystemClock
from adapters.system.ids import Ulids
from adapters.system.passwords import Argon2Passwords
from adapters.system.serialization import Serializer
from adapters.system.signing import Ed25519Signer
from adapters.system.tokens import Ed25519Tokens, SigningKey, SystemSecrets
from adapters.valkey.client import valkey_client
from adapters.valkey.mutex import ValkeyMutexes
from adapters.valkey.rate_store import ValkeyRateStore
from entrypoints.alarms import LoggedAlarms
from entrypoints.crash_points import crashing_at
from entrypoints.settings import Settings
from entrypoints.tiers import Refused, Tier
from instainstru_core.accounts.counters import LocalCounters
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.inbox.signatures import SignedWebhooks
from instainstru_core.ports import Ports
from instainstru_core.reactions import AWAITED, ROUTES

LOCKS: Final = 5
"""How many operations with money go on at once while Valkey is down; not a connection before."""


def platform_clock(data_dir: Path, *, demo: bool = True) -> SystemClock | MovableClock:
    """The clock the platform goes by: the machine's, or a demo's that can be pushed forward."""
    return MovableClock.at(data_dir / "clock") if demo else SystemClock()


def engine(settings: Settings, *, connections: int | None = None) -> Engine:
    """The database, with a connection a thread unless told otherwise."""
    return postgres_engine(settings.database_url, connections=connections or settings.threads)


def bulk(database: Engine) -> PostgresBulk:
    """Loads sample people by the thousand."""
    return PostgresBulk(database)


def silent_processor(settings: Settings) -> AbstractContextManager[None]:
    """Keeps the simulated processor from telling what is done to it by the hundred."""
    return silenced(_processor(settings))


def past_of(settings: Settings) -> SimulatedPast | None:
    """What the simulated processor can be told of the time before; a real one has no such door."""
    return SimulatedPast(_processor(settings)) if settings.stripe is None else None


def _processor(settings: Settings) -> httpx.Client:
    if settings.tier is Tier.PROD:
        message = "PROD moves real money: set PAYMENT_PROCESSOR=stripe, and give it Stripe's keys"
        raise Refused("processor_is_simulated", message)
    return processor_client(settings.processor_url, api_key=settings.keys.processor.hex())


def _gateway(settings: Settings) -> PaymentGateway:
    if settings.stripe is None:
        return SimulatedGateway(_processor(settings))
    if settings.tier is Tier.PROD:
        message = "PROD stays closed until instructors are checked and administrators prove twice"
        raise Refused("gates_missing", message)
    return StripeGateway.over(stripe_client(settings.stripe.secret_key, url=settings.stripe.url))


def _stripe_secrets(settings: Settings) -> Sequence[bytes]:
    """What Stripe signs with: a secret for each endpoint, and the one before; none without it."""
    return [] if settings.stripe is None else settings.stripe.webhook_secrets


def _video(settings: Settings) -> SimulatedVideoRooms | None:
    """The simulated provider; PROD has none, so that its lessons by video are unavailable."""
    return None if settings.tier is Tier.PROD else SimulatedVideoRooms(settings.keys.webhook)


def ports(settings: Settings, *, connections: int | None = None) -> Ports:
    """The real world, wired.

    Raises:
        Refused: Valkey has no address, or PROD is to start: with a simulated processor, or before
            its gates exist (ADR 0020).
    """
    if settings.valkey_url is None:
        message = "VALKEY_URL is not set: set it, or run `make demo`, which brings its own"
        raise Refused("valkey_url_missing", message)
    database = engine(settings, connections=connections)
    machine = SystemClock()
    clock = platform_clock(settings.data_dir, demo=settings.demo)
    ids = Ulids(clock)
    pricing = PostgresPricing(database)
    units = PostgresUnits(
        database,
        ids,
        clock,
        Serializer().dump,
        Routes(handlers=ROUTES, awaited=AWAITED),
        rules=settings.calendar_rules,
        pricing=pricing,
    )
    cache = valkey_client(settings.valkey_url, connections=settings.threads + 2)
    places = PostgresPlaces(database)
    roster = PostgresRoster(database, clock, settings.calendar_rules)
    mailbox = PostgresMailbox(database, clock)
    world = Ports(
        begin=units.begin,
        read=units.read,
        ids=ids,
        clock=clock,
        passwords=Argon2Passwords(),
        secrets=SystemSecrets(settings.keys.pepper),
        tokens=Ed25519Tokens(
            [SigningKey.of(settings.keys.signing)],
            issuer=f"https://instainstru.com/{settings.mode}",
            audience=f"instainstru-{settings.mode}",
        ),
        rates=ValkeyRateStore(cache, LocalCounters(machine)),
        mutexes=ValkeyMutexes(cache),
        operation_locks=ValkeyMutexes(cache, AdvisoryMutexes(engine(settings, connections=LOCKS))),
        idempotency=PostgresIdempotencyRecords(database),
        places=places,
        market=PostgresMarket(database, roster, places, pricing),
        chance=SystemChance(),
        roster=roster,
        feed_source=HttpFeeds.of_the_internet(),
        gateway=_gateway(settings),
        mailer=mailbox,
        pricing_source=pricing,
        webhook_verifier=SignedWebhooks(secrets=[settings.keys.webhook], clock=machine),
        stripe_verifier=SignedWebhooks(secrets=_stripe_secrets(settings), clock=machine),
        signer=Ed25519Signer.of(settings.keys.ledger),
        rules=settings.calendar_rules,
        alarms=LoggedAlarms(),
        video=_video(settings),
        mailbox=mailbox if settings.demo else None,
        time_machine=clock if isinstance(clock, MovableClock) else None,
    )
    return world if settings.crash_at is None else crashing_at(settings.crash_at, world)
