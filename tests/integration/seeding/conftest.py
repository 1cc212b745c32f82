"""Plants sample people in a database of its own."""

from collections.abc import Callable
from datetime import datetime

import pytest
from attrs import frozen
from sqlalchemy import Engine

from adapters.postgres.bulk import PostgresBulk
from adapters.postgres.places import PostgresPlaces
from adapters.postgres.unit_of_work import PostgresUnits
from entrypoints.seeding.plant import load_documents, plant
from entrypoints.seeding.soil import Past
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.places.ports import Places
from instainstru_core.ports import Reads, Work
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor


class OneHash:
    """Passwords that cost nothing."""

    def hash(self, password: str) -> str:
        return f"hash of {password}"


@frozen(kw_only=True)
class TheirPast:
    """The processor before the platform began."""

    processor: SimulatedProcessor
    began_at: datetime

    def until(self) -> datetime:
        return self.began_at

    def at(self, moment: datetime) -> PaymentGateway:
        assert moment < self.began_at
        return self.processor.at(moment)


@frozen(kw_only=True)
class World:
    """What planting needs of the ports."""

    begin: Begin[Work]
    clock: HandMovedClock
    passwords: OneHash
    gateway: PaymentGateway
    read: Begin[Reads]
    ids: Ids
    places: Places


@pytest.fixture
def gateway(clock: HandMovedClock) -> SimulatedProcessor:
    return SimulatedProcessor(clock=clock)


@pytest.fixture
def past(gateway: SimulatedProcessor, clock: HandMovedClock) -> Past | None:
    """What the processor can be told; a module may override it."""
    return TheirPast(processor=gateway, began_at=clock.now())


@pytest.fixture
def sow(
    engine: Engine,
    units: PostgresUnits,
    clock: HandMovedClock,
    ids: Ids,
    gateway: SimulatedProcessor,
    past: Past | None,
) -> Callable[[int], int]:
    world = World(
        begin=units.begin,
        clock=clock,
        passwords=OneHash(),
        gateway=gateway,
        read=units.read,
        ids=ids,
        places=PostgresPlaces(engine),
    )
    load_documents(world)

    def sow(instructors: int) -> int:
        done: list[int] = []
        accounts = plant(
            world,
            PostgresBulk(engine),
            instructors=instructors,
            password="secret",
            onboard=gateway.onboard,
            past=past,
            progress=lambda _what, count: done.append(count),
        )
        assert [each.email.partition("@")[0] for each in accounts] == list(
            map(str, ("student", "instructor", "admin"))
        )
        return sum(done)

    return sow
