"""The whole world in memory: the same `Ports` that an entrypoint is given, without a server.

Needs neither hypothesis nor pytest, so that anybody can try the core with its wheel alone.
"""

from collections.abc import Mapping
from typing import Final

from instainstru_core.accounts.counters import LocalCounters
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.due_work.use_cases.claim_due_work import claim_due_work
from instainstru_core.due_work.use_cases.perform_work import Performed, perform_work
from instainstru_core.kernel.time import Clock
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.inbox.signatures import SignedWebhooks
from instainstru_core.ports import Ports
from instainstru_core.reactions import HANDLERS, PERIODIC, ROUTES, Handler
from instainstru_core.testing.fakes.chance import FixedChance
from instainstru_core.testing.fakes.feeds import FakeFeeds
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.fakes.mailer import InMemoryMailbox
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.fakes.signer import FakeSigner
from instainstru_core.testing.fakes.video import FakeVideoRooms
from instainstru_core.testing.memory.accounts import (
    CountedSecrets,
    InMemoryIdempotencyRecords,
    InMemoryMutexes,
    PlainPasswords,
    ReadableTokens,
)
from instainstru_core.testing.memory.availability import InMemoryRoster
from instainstru_core.testing.memory.config import InMemoryPricing
from instainstru_core.testing.memory.places import InMemoryPlaces
from instainstru_core.testing.memory.search import InMemoryMarket
from instainstru_core.testing.memory.store import InMemoryStore

WEBHOOK_SECRET: Final = b"what the simulated processor signs with"
STRIPE_SECRET: Final = b"what Stripe's endpoint signs with"
MAX_ROUNDS: Final = 1000
"""How often due work may lead to more due work before something must be going round in circles."""


def store(clock: Clock, *, rules: CalendarRules = DEFAULT_RULES) -> InMemoryStore:
    """An empty database that files the reactions to what happens, like the real one."""
    return InMemoryStore(CountedIds(), clock, ROUTES, rules=rules)


def ports(
    clock: Clock,
    *,
    database: InMemoryStore | None = None,
    gateway: PaymentGateway | None = None,
    mailbox: InMemoryMailbox | None = None,
    feeds: FakeFeeds | None = None,
) -> Ports:
    """The world in memory, by *clock*. What isn't given is new, empty, and nobody else's.

    Secrets can be foreseen and passwords read: it must never meet a real person.
    """
    database = database or store(clock)
    mailbox = mailbox or InMemoryMailbox(clock)
    places, roster = InMemoryPlaces(database.begin), InMemoryRoster(database.read)
    pricing = database.pricing = InMemoryPricing(database.read)
    return Ports(
        begin=database.begin,
        read=database.read,
        ids=database.ids,
        clock=clock,
        passwords=PlainPasswords(),
        secrets=CountedSecrets(),
        tokens=ReadableTokens(),
        rates=LocalCounters(clock),
        mutexes=InMemoryMutexes(),
        operation_locks=InMemoryMutexes(),
        idempotency=InMemoryIdempotencyRecords(database),
        places=places,
        market=InMemoryMarket(
            store=database,
            roster=roster,
            places=places,
            floors=lambda service: pricing.current().floors(service),
        ),
        chance=FixedChance(),
        roster=roster,
        feed_source=feeds or FakeFeeds(),
        gateway=gateway or SimulatedProcessor(clock),
        mailer=mailbox,
        pricing_source=pricing,
        webhook_verifier=SignedWebhooks(secrets=(WEBHOOK_SECRET,), clock=clock),
        stripe_verifier=SignedWebhooks(secrets=(STRIPE_SECRET,), clock=clock),
        signer=FakeSigner(),
        video=FakeVideoRooms(),
        rules=database.rules,
        mailbox=mailbox,
    )


def perform_due(
    ports: Ports, *, handlers: Mapping[str, Handler] = HANDLERS, deliveries: int = 1
) -> tuple[Performed, ...]:
    """Do what is due, and what that leads to, as pump and workers would; say how each went.

    Each item is handed out *deliveries* times, as a broker may.

    Raises:
        RuntimeError: It never ends.
    """
    performed: list[Performed] = []
    for _ in range(MAX_ROUNDS):
        claimed = claim_due_work(begin=ports.begin, clock=ports.clock)
        if not claimed:
            return tuple(performed)
        performed += [
            perform_work(
                work_id,
                handlers=handlers,
                periodic=PERIODIC,
                ports=ports,
                begin=ports.begin,
                clock=ports.clock,
            )
            for work_id in claimed
            for _ in range(deliveries)
        ]
    raise RuntimeError(f"there was still work due after {MAX_ROUNDS} rounds")
