"""The town of `World` in PostgreSQL, before the real API, put back as it was in milliseconds."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from attrs import define, evolve, field, frozen
from sqlalchemy import Engine, text

from adapters.postgres.outbox import Routes
from adapters.postgres.tables.metadata import metadata
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.ids import Ulids
from adapters.system.serialization import Serializer
from entrypoints.http.config import HttpConfig
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.use_cases.create_admin import CreateAdmin, create_admin
from instainstru_core.accounts.use_cases.sign_in import SignIn, sign_in
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.catalog.use_cases.load_catalog import load_catalog
from instainstru_core.kernel.time import instant_text
from instainstru_core.places.use_cases.load_regions import load_regions
from instainstru_core.ports import Ports
from instainstru_core.reactions import AWAITED, ROUTES
from instainstru_core.testing.contracts.catalogs import small_catalog
from instainstru_core.testing.contracts.regions import SMALL_CITY
from instainstru_core.testing.fakes.video import FakeVideoRooms
from instainstru_core.testing.memory.accounts import PlainPasswords
from instainstru_core.testing.world import MONDAY, NOON, PASSWORD, PIANO, World
from tests.integration.http.conftest import Unlimited
from tests.integration.http.people import Client
from tests.integration.http.serving import serving

API: Final = "/api/v1"
EIGHT: Final = HttpConfig(mode="int", threads=8)
TUESDAY: Final = MONDAY + timedelta(days=1)
HOME: Final = {"address": "1 Main St, Brooklyn", "lat": 40.67, "lng": -73.98}
STUDIO: Final = {"label": "Studio", **HOME}
_TABLES: Final = [table.name for table in metadata.sorted_tables]
_UNWATCHED: Final = frozenset({"idempotency_records"})
"""Where a refusal leaves something on purpose: it is kept for who asks again."""


@frozen(kw_only=True)
class Ask:
    """One request; without *who* nobody is signed in. An empty *key* is a new one."""

    who: str | None
    method: str
    path: str
    body: Any = None
    query: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(factory=dict)
    key: str = ""
    has_key: bool = True
    video: bool = False


@define
class Town:
    """Anna and Bob learn, Jane teaches in every format and Mary online; Ada and Rob
    are staff.

    It is Monday noon, and both calendars are open from 8 to 22 for three weeks.
    """

    world: World
    engine: Engine
    people: dict[str, Principal]
    _clients: dict[bool, Client]
    emails: dict[str, str]
    locks: ExitStack = field(factory=ExitStack)
    """What is held until everything is put back."""

    _tokens: dict[tuple[str, datetime], str] = field(factory=dict)

    @property
    def ports(self) -> Ports:
        """What the API was given."""
        return self.world.ports

    @property
    def client(self) -> Client:
        """What reaches the API, for requests that `send` can't say."""
        return self._clients[False]

    def id_of(self, name: str) -> str:
        """The account of *name*."""
        return str(self.people[name].account_id)

    def token(self, name: str) -> str:
        """What opens the API to *name*, now."""
        ports, now = self.ports, self.ports.clock.now()
        if (name, now) not in self._tokens:
            opened = sign_in(
                SignIn(email=Email.parse(self.emails[name]), password=PASSWORD),
                begin=ports.begin,
                read=ports.read,
                passwords=ports.passwords,
                secrets=ports.secrets,
                tokens=ports.tokens,
                ids=ports.ids,
                clock=ports.clock,
            )
            self._tokens[name, now] = opened.tokens.access
        return self._tokens[name, now]

    def send(self, ask: Ask, token: str | None = None) -> Any:
        """The answer to *ask*."""
        client = self._clients[ask.video]
        sent = {"X-Client": "tests", **ask.headers}
        if ask.has_key:
            sent["Idempotency-Key"] = ask.key or uuid4().hex
        if ask.who is not None:
            sent["Authorization"] = f"Bearer {token or self.token(ask.who)}"
        client.cookies.clear()
        return client.request(
            ask.method, API + ask.path, json=ask.body, params=ask.query, headers=sent
        )

    def do(self, who: str, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """What a request that must go well answers."""
        answer = self.send(Ask(who=who, method=method, path=path, body=body, **more))
        assert answer.status_code < 300, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    def lesson(self, **changes: Any) -> dict[str, Any]:
        """An hour of piano with Jane online, Tuesday at noon, unless *changes* say otherwise."""
        body = {
            "instructor_id": self.id_of("jane"),
            "service_id": str(PIANO),
            "start": instant_text(NOON + timedelta(days=1)),
            "duration_minutes": 60,
            "location_type": "online",
            **changes,
        }
        return {name: value for name, value in body.items() if value is not None}

    def hold(self, who: str = "anna", **changes: Any) -> str:
        """A lesson that *who* holds; its id."""
        return str(self.do(who, "POST", "/bookings", self.lesson(**changes))["booking_id"])

    def book(self, who: str = "anna", **changes: Any) -> str:
        """A lesson that *who* has paid for, or will at its time; its id."""
        held = self.hold(who, **changes)
        self.do(who, "POST", f"/bookings/{held}/confirm", self.agreed(who, held))
        return held

    def agreed(self, who: str, booking: str) -> dict[str, Any]:
        """What confirms *booking* at today's price."""
        priced = self.do(who, "GET", f"/bookings/{booking}/pricing")
        return {"fingerprint": priced["quote"]["fingerprint"]}

    def kept(self, booking: str) -> Booking:
        """The booking as it stands."""
        return self.world.booking(BookingId.parse(booking))

    def open(self, who: str, day: date, *windows: Mapping[str, Any]) -> None:
        """Make *windows* all that is open on *day*."""
        monday = day - timedelta(days=day.weekday())
        path = f"/instructors/me/availability/weeks/{monday}"
        everything = {"start": "00:00", "end": "24:00"}
        steps = [{"op": "close", "date": str(day), **everything}]
        steps += [{"op": "open", "date": str(day), **each} for each in windows]
        self.do(who, "PATCH", path, {"operations": steps})

    def state(self) -> Mapping[str, str]:
        """Every row of the database, summed up by table."""
        each = " UNION ALL ".join(
            f"SELECT '{name}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
            f' FROM "{name}" t'
            for name in _TABLES
            if name not in _UNWATCHED
        )
        with self.engine.connect() as connection:
            found = connection.execute(text(each)).all()
        return {str(row[0]): str(row[1]) for row in found}

    def moved(self) -> Mapping[str, object]:
        """What really happened at the processor: money and cards, but not what was asked."""
        books = self.world.processor.books
        return {
            "effects": sum(each.kind not in {"card", "detachment"} for each in books.effects),
            "balance": len(books.balance_transactions),
            "transfers": dict(books.transfers),
            "refunds": dict(books.refunds),
            "payouts": dict(books.payouts),
            "accounts": dict(books.accounts),
            "cards": {name for name, card in books.cards.items() if not card.is_detached},
        }

    def restore(self) -> None:
        """Make everything as it was in the beginning."""
        self.locks.close()
        self._tokens.clear()
        self.world.clock.set(NOON)
        statements = [f'DELETE FROM "{name}"' for name in _TABLES]
        statements += [
            f'INSERT INTO "{name}" OVERRIDING SYSTEM VALUE SELECT * FROM beginning."{name}"'
            for name in _TABLES
        ]
        with self.engine.begin() as connection:
            # No trigger and no foreign key looks: all rows were good together before.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text("; ".join(statements)))

    def remember(self) -> None:
        """Make now the beginning."""
        statements = ["DROP SCHEMA IF EXISTS beginning CASCADE", "CREATE SCHEMA beginning"]
        statements += [
            f'CREATE TABLE beginning."{name}" AS TABLE public."{name}"' for name in _TABLES
        ]
        with self.engine.begin() as connection:
            connection.execute(text("; ".join(statements)))


@contextmanager
def town(engine: Engine, real: Ports, world: World | None = None) -> Iterator[Town]:
    """A town on *engine*, otherwise as *real* is; the tables must be empty.

    Another *world* brings another processor.
    """
    world = world or World()
    ids = Ulids(world.clock)
    units = PostgresUnits(
        engine,
        ids,
        world.clock,
        Serializer().dump,
        Routes(handlers=ROUTES, awaited=AWAITED),
        rules=real.rules,
        pricing=real.pricing_source,
    )
    world.ports = evolve(
        real,
        begin=units.begin,
        read=units.read,
        ids=ids,
        clock=world.clock,
        passwords=PlainPasswords(),
        rates=Unlimited(),
        gateway=world.processor,
        mailer=world.mailbox,
        mailbox=world.mailbox,
        feed_source=world.ports.feed_source,
        webhook_verifier=world.ports.webhook_verifier,
        stripe_verifier=world.ports.stripe_verifier,
        time_machine=None,
    )
    load_catalog(small_catalog(), begin=world.ports.begin)
    load_regions(SMALL_CITY, begin=world.ports.begin)
    watched = evolve(
        world.ports, video=FakeVideoRooms(), rules=evolve(real.rules, video_enabled=True)
    )
    with serving(world.ports, EIGHT) as client, serving(watched, EIGHT) as other:
        made = Town(world, engine, {}, {False: client, True: other}, {})
        _settle(made)
        made.remember()
        yield made
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA beginning CASCADE"))
        names = ", ".join(f'"{name}"' for name in _TABLES)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


def _settle(made: Town) -> None:
    """Let the people move in."""
    world = made.world
    made.people["anna"] = world.student("Anna")
    made.people["bob"] = world.student("Bob")
    made.people["jane"] = world.instructor("Jane")
    made.people["mary"] = world.instructor("Mary")
    for number, name in enumerate(made.people, start=1):
        made.emails[name] = f"{name}.{number}@example.com"
    for name in ("ada", "rob"):
        made.emails[name] = f"{name}@example.com"
        create_admin(
            CreateAdmin(
                email=Email.parse(made.emails[name]),
                password=PASSWORD,
                first_name=name.capitalize(),
                last_name="Root",
            ),
            begin=made.ports.begin,
            passwords=made.ports.passwords,
            ids=made.ports.ids,
            clock=made.ports.clock,
        )
    made.do("jane", "PUT", "/instructors/me/service-areas", {"regions": ["brooklyn"]})
    made.do("jane", "PUT", "/instructors/me/teaching-locations", {"items": [STUDIO]})
    (piano,) = made.do("jane", "GET", "/instructors/me/offerings")["items"]
    everything = {
        "formats": ["travel", "studio", "online"],
        "hourly_rate_cents": 12_000,
        "durations": [30, 60, 90],
    }
    made.do("jane", "PATCH", f"/instructors/me/offerings/{piano['offering_id']}", everything)
    world.settle()
