"""A town in which the clocks are about to change, before the real API."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from attrs import define, evolve
from sqlalchemy import Engine

from adapters.postgres.outbox import Routes
from adapters.postgres.roster import PostgresRoster
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.ids import Ulids
from adapters.system.serialization import Serializer
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.use_cases.create_admin import CreateAdmin, create_admin
from instainstru_core.accounts.use_cases.sign_in import SignIn, sign_in
from instainstru_core.catalog.use_cases.load_catalog import load_catalog
from instainstru_core.kernel.time import instant_text
from instainstru_core.places.use_cases.load_regions import load_regions
from instainstru_core.ports import Ports
from instainstru_core.reactions import AWAITED, ROUTES
from instainstru_core.testing.contracts.catalogs import small_catalog
from instainstru_core.testing.contracts.regions import SMALL_CITY
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.memory.accounts import PlainPasswords
from instainstru_core.testing.world import PASSWORD, PIANO, World
from tests.integration.http.conftest import Unlimited
from tests.integration.http.people import Client
from tests.integration.http.serving import serving
from tests.unit.clock_changes import oracle

API: Final = "/api/v1"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
HOURS: Final = {
    oracle.NEW_YORK: (("00:00", "01:10"), ("01:20", "03:40"), ("12:00", "24:00")),
    oracle.LORD_HOWE: (("00:00", "01:30"), ("01:40", "03:40"), ("12:00", "24:00")),
}
"""When the teacher is open on the day of the change, and on the ones before and after it.

Some minutes of the hour that comes twice are closed.
"""

DURATIONS: Final = (30, 45, 60, 90, 240)
NAMES: Final = {
    "anna": "anna.1@example.com",
    "jane": "jane.2@example.com",
    "ada": "ada@example.com",
}


@define
class ClockTown:
    """Anna learns, Jane teaches online, in *zone*, and Ada is of the staff.

    It is five days before the change.
    """

    client: Client
    world: World
    people: dict[str, Principal]
    zone: str
    change: date

    @property
    def dates(self) -> list[date]:
        return [self.change - DAY, self.change, self.change + DAY]

    @property
    def midnight(self) -> datetime:
        """The first instant of the change's date."""
        return oracle.minutes_of(self.zone, self.change)[0]

    @property
    def clock(self) -> HandMovedClock:
        return self.world.clock

    @property
    def teacher(self) -> str:
        return f"/instructors/{self.people['jane'].account_id}"

    def calendar(self, **more: Any) -> oracle.Calendar:
        """Jane's calendar, as the oracle has it."""
        windows = [(_minute(start), _minute(end)) for start, end in HOURS[self.zone]]
        return oracle.Calendar(self.zone, dict.fromkeys(self.dates, windows), **more)

    def send(self, who: str | None, method: str, path: str, **more: Any) -> Any:
        """The answer to one request."""
        sent = {"X-Client": "tests", "Idempotency-Key": uuid4().hex, **more.pop("headers", {})}
        if who is not None:
            sent["Authorization"] = f"Bearer {self._token(who)}"
        self.client.cookies.clear()
        return self.client.request(method, API + path, headers=sent, **more)

    def do(self, who: str | None, method: str, path: str, **more: Any) -> Any:
        """What a request that must go well answers."""
        answer = self.send(who, method, path, **more)
        assert answer.status_code < 300, f"{method} {path}: {answer.text}"
        return answer.json()

    def get(self, path: str, who: str | None = None, /, **query: object) -> Any:
        return self.do(who, "GET", path, params={name: str(each) for name, each in query.items()})

    def lesson(self, start: datetime | tuple[date, str] | str, minutes: int = 60) -> dict[str, Any]:
        """A lesson with Jane: at an instant, on her clock, or as it is written."""
        asked: dict[str, Any] = {
            "instructor_id": str(self.people["jane"].account_id),
            "service_id": str(PIANO),
            "duration_minutes": minutes,
            "location_type": "online",
        }
        if isinstance(start, tuple):
            return asked | {"date": str(start[0]), "time": start[1]}
        return asked | {"start": start if isinstance(start, str) else instant_text(start)}

    def book(self, start: datetime, minutes: int = 60) -> str:
        """A lesson of Anna's, paid for; its id."""
        held = self.do("anna", "POST", "/bookings", json=self.lesson(start, minutes))
        booking = str(held["booking_id"])
        priced = self.get(f"/bookings/{booking}/pricing", "anna")
        agreed = {"fingerprint": priced["quote"]["fingerprint"]}
        self.do("anna", "POST", f"/bookings/{booking}/confirm", json=agreed)
        return booking

    def open(self, day: date, *hours: tuple[str, str]) -> Any:
        """Make *hours* all that is open on *day*."""
        monday = day - day.weekday() * DAY
        whole = {"op": "close", "date": str(day), "start": "00:00", "end": "24:00"}
        steps = [{**whole, "op": "open", "start": start, "end": end} for start, end in hours]
        path = f"/instructors/me/availability/weeks/{monday}"
        return self.do("jane", "PATCH", path, json={"operations": [whole, *steps]})

    def _token(self, who: str) -> str:
        ports = self.world.ports
        return sign_in(
            SignIn(email=Email.parse(NAMES[who]), password=PASSWORD),
            begin=ports.begin,
            read=ports.read,
            passwords=ports.passwords,
            secrets=ports.secrets,
            tokens=ports.tokens,
            ids=ports.ids,
            clock=ports.clock,
        ).tokens.access


def _minute(wall: str) -> int:
    return 60 * int(wall[:2]) + int(wall[3:])


@contextmanager
def clock_town(
    zone: str, change: date, *, real: tuple[Ports, Engine] | None = None
) -> Iterator[ClockTown]:
    """A town in memory; or in the database and beside whatever else *real* has."""
    clock = HandMovedClock(oracle.minutes_of(zone, change)[0] - 5 * DAY)
    world = World(clock=clock)
    if real is not None:
        world.ports = _in_postgres(world, *real)
        load_catalog(small_catalog(), begin=world.ports.begin)
        load_regions(SMALL_CITY, begin=world.ports.begin)
    world.ports = evolve(world.ports, rates=Unlimited())
    people = {"anna": world.student("Anna"), "jane": world.instructor("Jane")}
    create_admin(
        CreateAdmin(
            email=Email.parse(NAMES["ada"]), password=PASSWORD, first_name="Ada", last_name="Root"
        ),
        begin=world.ports.begin,
        passwords=world.ports.passwords,
        ids=world.ports.ids,
        clock=clock,
    )
    with serving(world.ports) as client:
        town = ClockTown(client, world, people, zone, change)
        town.do("jane", "PATCH", "/instructors/me", json={"zone": zone})
        (piano,) = town.get("/instructors/me/offerings", "jane")["items"]
        terms = {"formats": ["online"], "hourly_rate_cents": 12_000, "durations": [*DURATIONS]}
        town.do("jane", "PATCH", f"/instructors/me/offerings/{piano['offering_id']}", json=terms)
        for monday in (change + n * DAY for n in (-6, 1, 8)):
            path = f"/instructors/me/availability/weeks/{monday}"
            town.do("jane", "PUT", path, json={"days": {}}, headers={"If-Match": "*"})
        for day in town.dates:
            town.open(day, *HOURS[zone])
        world.settle()
        yield town


def _in_postgres(world: World, real: Ports, engine: Engine) -> Ports:
    ids = Ulids(world.clock)
    units = PostgresUnits(
        engine,
        ids,
        world.clock,
        Serializer().dump,
        Routes(handlers=ROUTES, awaited=AWAITED),
        rules=real.rules,
    )
    return evolve(
        real,
        begin=units.begin,
        read=units.read,
        ids=ids,
        clock=world.clock,
        passwords=PlainPasswords(),
        roster=PostgresRoster(engine, world.clock, real.rules),
        gateway=world.processor,
        mailer=world.mailbox,
        mailbox=world.mailbox,
        webhook_verifier=world.ports.webhook_verifier,
        stripe_verifier=world.ports.stripe_verifier,
        time_machine=None,
    )
