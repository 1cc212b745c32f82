"""People of a platform that is being broken: what they ask for, again and again with one key."""

import itertools
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from datetime import time as wall_time
from typing import Any, Final, TypeVar, cast

import httpx
from attrs import define, field, frozen
from redis import Redis
from redis.exceptions import RedisError

from adapters.postgres.idempotency import PostgresIdempotencyRecords
from entrypoints.bootstrap import bulk, engine, ports
from entrypoints.http.limits import sign_bypass
from entrypoints.seeding.documents import shipped_catalog, shipped_regions
from entrypoints.seeding.people import Town
from entrypoints.seeding.plant import Bookable, load_documents
from entrypoints.seeding.processor import ProcessorDesk
from entrypoints.settings import Settings
from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.accounts.model import Account
from instainstru_core.accounts.use_cases.open_session import open_session
from instainstru_core.availability.model.planes import DayPlanes, span
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.mutex import MUTEX_LIFE
from instainstru_core.kernel.time_machine import TimeMachine
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.ports import Ports

PATIENCE_SECONDS: Final = 25.0
POLL_SECONDS: Final = 0.05
TIMEOUT_SECONDS: Final = 10.0
DAYS_OPEN: Final = 360
TEACHERS: Final = 4
MINUTES: Final = 60
EVERYTHING_ENDS: Final = timedelta(seconds=95)
"""Longer than a key (30 s), a lease or a lock (90 s), or an answer may take (60 s)."""

_SLOTS_PER_HOUR: Final = 12
_OPENS, _CLOSES = 9, 21
_FIRST_LESSON, _LAST_LESSON = 12, 19
_UNLIMITED: Final = ("financial", "booking")
_PASSWORD: Final = "Lessons-for-everyone-2030"
FoundT = TypeVar("FoundT")


def eventually(what: str, look: Callable[[], FoundT | None]) -> FoundT:
    """What *look* finds, once it does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = look()
        if found is not None:
            return found
        assert time.monotonic() < deadline, f"waited {PATIENCE_SECONDS:.0f} s in vain: {what}"
        time.sleep(POLL_SECONDS)


def new_key() -> str:
    """An `Idempotency-Key` never used before."""
    return secrets.token_urlsafe(24)


@frozen(kw_only=True)
class Teacher:
    """One who can be booked, online, any day."""

    instructor_id: str
    service_id: str
    service: str


@define
class Crowd:
    """The people of one platform, their sessions, and the platform's clock."""

    settings: Settings
    ports: Ports
    teachers: Sequence[Teacher]
    _town: Town
    _students: Iterator[int] = field(factory=lambda: itertools.count(1))
    _addresses: Iterator[int] = field(factory=lambda: itertools.count(1))
    _turn: Iterator[int] = field(factory=itertools.count)

    @classmethod
    def gather(cls, settings: Settings) -> "Crowd":
        """Load the catalogue and the map, and bring instructors whose payouts are set up."""
        world = ports(settings)
        load_documents(world)
        town = Town(
            catalog=shipped_catalog(),
            gazetteer=Gazetteer(shipped_regions()),
            password_hash=world.passwords.hash(_PASSWORD),
        )
        now = world.clock.now()
        today = NEW_YORK.today(now)
        hours = span(_OPENS * _SLOTS_PER_HOUR, _CLOSES * _SLOTS_PER_HOUR)
        days = {
            today + timedelta(days=n): DayPlanes(travel=hours, studio=hours, online=hours)
            for n in range(DAYS_OPEN)
        }
        slugs = {each.service_id: each.slug for each in town.catalog.shown_services()}
        numbers = itertools.count()
        chosen: list[Teacher] = []
        people: list[Bookable] = []
        while len(chosen) < TEACHERS:
            sample = town.teacher(next(numbers))
            offering = next(
                (
                    o
                    for o in sample.offerings
                    if Format.ONLINE in o.rates and MINUTES in o.durations
                ),
                None,
            )
            if offering is None or not sample.instructor.is_live:
                continue
            person = Bookable(
                account=sample.account,
                instructor=sample.instructor,
                offerings=sample.offerings,
                days=days,
            )
            people.append(person)
            chosen.append(
                Teacher(
                    instructor_id=str(offering.instructor_id),
                    service_id=str(offering.service_id),
                    service=slugs[offering.service_id],
                )
            )
        database = engine(settings, connections=1)
        nursery = bulk(database)
        assert sum(nursery.add_teachers(people, at=now)) == TEACHERS
        desk = ProcessorDesk(gateway=world.gateway, onboard=_complete, at=now)
        nursery.add_payout_accounts(
            desk.accounts([each.instructor.instructor_id for each in people])
        )
        nursery.finish()
        database.dispose()
        return cls(settings=settings, ports=world, teachers=chosen, town=town)

    def leave(self) -> None:
        """Close the connections of the people's world."""
        cast("PostgresIdempotencyRecords", self.ports.idempotency)._engine.dispose()

    @property
    def clock(self) -> TimeMachine:
        """The platform's clock."""
        machine = self.ports.time_machine
        assert machine is not None
        return machine

    def move_to(self, moment: datetime) -> None:
        """Push the clock to *moment*, if it is not there yet."""
        self.clock.move(max(timedelta(0), moment - self.clock.now()))

    def teacher(self) -> Teacher:
        """The next one."""
        return self.teachers[next(self._turn) % len(self.teachers)]

    def start(self, *, ahead: timedelta) -> datetime:
        """The first full hour at which people have lessons, *ahead* of now."""
        earliest = self.clock.now() + ahead
        day = NEW_YORK.today(earliest)
        for hours in itertools.count():
            found = NEW_YORK.instant(day + timedelta(days=hours // 24), wall_time(hours % 24))
            if found >= earliest and _FIRST_LESSON <= hours % 24 <= _LAST_LESSON:
                return found
        raise AssertionError("time has no end")

    def student(self, *, with_card: bool = True) -> str:
        """A new student, who has a card."""
        account = self._town.student(next(self._students))
        with self.ports.begin() as work:
            work.accounts.add(account)
        if with_card:
            student = StudentId(account.account_id.value)
            desk = ProcessorDesk(gateway=self.ports.gateway, onboard=_complete, at=self.clock.now())
            (card,) = desk.cards([student])
            with self.ports.begin() as work:
                work.cards.keep(card)
        return str(account.account_id)

    def email(self, account_id: str) -> tuple[str, str]:
        """The address and the password of a person."""
        return self._account(account_id).email, _PASSWORD

    def token(self, account_id: str) -> str:
        """An access token of a new session."""
        world = self.ports
        with world.begin() as work:
            opened = open_session(
                work.accounts.get(AccountId.parse(account_id)),
                work=work,
                ids=world.ids,
                secrets=world.secrets,
                tokens=world.tokens,
                at=world.clock.now(),
            )
        return opened.tokens.access

    def headers(self, token: str | None = None, **more: str) -> dict[str, str]:
        """The headers of a program at an address that nobody had before."""
        number = next(self._addresses)
        found = {
            "X-Client": "chaos",
            "X-RateLimit-Bypass": sign_bypass(
                self.settings.bypass_secret, _UNLIMITED, self.clock.now() + timedelta(hours=1)
            ),
            "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
            **more,
        }
        return found if token is None else {**found, "Authorization": f"Bearer {token}"}

    def post(
        self,
        url: str,
        path: str,
        body: Mapping[str, Any],
        *,
        token: str | None,
        key: str,
        patience: float = TIMEOUT_SECONDS,
    ) -> httpx.Response:
        """One try of a POST.

        Raises:
            httpx.TransportError: Nobody answered.
        """
        return httpx.post(
            f"{url}/api/v1{path}",
            json=dict(body),
            headers=self.headers(token, **{"Idempotency-Key": key}),
            timeout=patience,
            trust_env=False,
        )

    def outwait(self, dead: timedelta) -> None:
        """Let pass the time in which somebody *dead* still holds keys, leases and locks.

        Keys and leases go by the platform's clock; locks by Valkey's own, where each has its end:
        those that would have ended by then are gone.
        """
        self.clock.move(dead)
        assert self.settings.valkey_url is not None
        with Redis.from_url(self.settings.valkey_url) as valkey, suppress(RedisError):
            for lock in valkey.scan_iter("mutex:*"):
                left = valkey.pttl(lock)
                assert left <= MUTEX_LIFE / timedelta(milliseconds=1), f"{lock!r} never ends"
                if left <= dead / timedelta(milliseconds=1):
                    valkey.delete(lock)

    def _account(self, account_id: str) -> Account:
        with self.ports.begin() as work:
            return work.accounts.get(AccountId.parse(account_id))


def _complete(link: str) -> None:
    httpx.post(link, timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)
