"""What the scenarios know of the platform under load: who is there, and tokens to act as them."""

import itertools
import json
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx
from attrs import define, field, frozen
from sqlalchemy import Engine, text

from entrypoints.settings import Settings
from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import Account, AccountStatus, Role
from instainstru_core.accounts.use_cases.open_session import open_session
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.ports import Ports

SEED: Final = 20_300_101
_GAP: Final = timedelta(hours=2)
"""Far enough apart for any buffer."""


@frozen(kw_only=True)
class Teacher:
    """One who can be booked."""

    instructor_id: str
    service_id: str
    service: str
    token: str


@define
class World:
    """A seeded platform, seen from beside it: the scenarios act over HTTP alone."""

    url: str
    ports: Ports
    engine: Engine
    settings: Settings
    chance: random.Random = field(factory=lambda: random.Random(SEED))
    _addresses: Iterator[int] = field(factory=lambda: itertools.count(1))

    def address(self) -> str:
        """An address that nobody had before."""
        number = next(self._addresses)
        return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"

    def headers(self, token: str | None = None, **more: str) -> dict[str, str]:
        """The headers of one client behind the trusted proxy."""
        found = {"X-Forwarded-For": self.address(), **more}
        if token is not None:
            found["Authorization"] = f"Bearer {token}"
        return found

    def today(self) -> date:
        """The platform's local date."""
        return NEW_YORK.today(self.ports.clock.now())

    def teachers(self, count: int) -> list[Teacher]:
        """At most *count* live instructors who teach online, with sessions."""
        rows = self._rows(
            """
            SELECT DISTINCT ON (i.instructor_id) i.instructor_id, o.service_id, s.slug
            FROM instructors AS i JOIN offerings AS o USING (instructor_id)
            JOIN services AS s USING (service_id)
            WHERE i.is_live AND o.active AND o.rate_online_cents IS NOT NULL
              AND 60 = ANY (o.durations)
            ORDER BY i.instructor_id LIMIT :count
            """,
            count=count,
        )
        return [
            Teacher(
                instructor_id=str(AccountId(row.instructor_id)),
                service_id=str(AccountId(row.service_id)),
                service=row.slug,
                token=self.token(AccountId(row.instructor_id)),
            )
            for row in rows
        ]

    def students(self, count: int) -> list[tuple[AccountId, str]]:
        """*count* new students, with sessions."""
        now = self.ports.clock.now()
        made: list[tuple[AccountId, str]] = []
        with self.ports.begin() as work:
            for _ in range(count):
                account = self._student(now)
                work.accounts.add(account)
                made.append((account.account_id, self._session(account, work, now)))
        return made

    def token(self, account_id: AccountId) -> str:
        """An access token of a new session."""
        with self.ports.begin() as work:
            account = work.accounts.get(account_id)
            return self._session(account, work, self.ports.clock.now())

    def free_starts(self, teachers: list[Teacher], count: int) -> list[tuple[Teacher, str, int]]:
        """At most *count* times that can all be booked: who, when, and how many minutes."""
        found: list[tuple[Teacher, str, int]] = []
        first = self.today() + timedelta(days=2)
        last = first + timedelta(days=30)
        with httpx.Client(base_url=self.url, timeout=30) as client:
            for teacher in teachers:
                path = f"/api/v1/instructors/{teacher.instructor_id}/availability"
                query = {"from": str(first), "to": str(last), "duration": "60"}
                more = {"location_type": "online"}
                days = client.get(path, params=query | more, headers=self.headers()).json()["days"]
                for day in days:
                    found += [(teacher, start, 60) for start in _apart(day["starts"])]
                if len(found) >= count:
                    break
        self.chance.shuffle(found)
        return found[:count]

    def at_the_till(self) -> tuple[str, str]:
        """The address of a checkout, and the token of the student who holds that lesson."""
        ((start, (_, token)),) = zip(
            self.free_starts(self.teachers(1), 1), self.students(1), strict=True
        )
        with httpx.Client(base_url=f"{self.url}/api/v1", timeout=30) as client:
            return f"/checkout/{self._held(client, token, *start)}", token

    def agreed_lessons(self, teachers: list[Teacher], count: int) -> list[tuple[str, str]]:
        """At most *count* lessons that cards will pay: which, and its student's token."""
        wanted = self.free_starts(teachers, count)
        people = self.students(len(wanted))
        with httpx.Client(base_url=f"{self.url}/api/v1", timeout=30) as client:
            return [
                (self._agreed(client, token, *start), token)
                for start, (_, token) in zip(wanted, people, strict=True)
            ]

    def _agreed(
        self, client: httpx.Client, token: str, teacher: Teacher, start: str, minutes: int
    ) -> str:
        self._post(client, token, "/payment-methods", {"token": "pm_card_visa"})
        booking = self._held(client, token, teacher, start, minutes)
        priced = client.get(f"/bookings/{booking}/pricing", headers=self.headers(token))
        agreed = {"fingerprint": priced.raise_for_status().json()["quote"]["fingerprint"]}
        self._post(client, token, f"/bookings/{booking}/confirm", agreed)
        return booking

    def _held(
        self, client: httpx.Client, token: str, teacher: Teacher, start: str, minutes: int
    ) -> str:
        lesson = {
            "instructor_id": teacher.instructor_id,
            "service_id": teacher.service_id,
            "start": start,
            "duration_minutes": minutes,
            "location_type": "online",
        }
        return str(self._post(client, token, "/bookings", lesson)["booking_id"])

    def _post(self, client: httpx.Client, token: str, path: str, body: object) -> Any:
        keyed = self.headers(token, **{"Idempotency-Key": uuid4().hex})
        return client.post(path, json=body, headers=keyed).raise_for_status().json()

    def processor_events(self) -> list[dict[str, Any]]:
        """What the processor said while the platform was filled."""
        rows = self._rows("SELECT body FROM webhooks WHERE provider = 'simulator' LIMIT 100")
        return [json.loads(row.body) for row in rows]

    def webhook_secret(self) -> bytes:
        """What the processor signs with."""
        return self.settings.keys.webhook

    def searchable(self) -> tuple[list[str], list[str]]:
        """Service slugs that are offered, and region slugs that are served."""
        services = self._rows(
            "SELECT DISTINCT s.slug FROM offerings JOIN services AS s USING (service_id) ORDER BY 1"
        )
        regions = self._rows("SELECT DISTINCT region_slug FROM instructor_areas ORDER BY 1")
        return [row[0] for row in services], [row[0] for row in regions]

    def monday(self, weeks: int) -> date:
        """The Monday that many weeks on."""
        today = self.today()
        return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)

    def _session(self, account: Account, work: Any, now: datetime) -> str:
        ports = self.ports
        signed_in = open_session(
            account, work=work, ids=ports.ids, secrets=ports.secrets, tokens=ports.tokens, at=now
        )
        return signed_in.tokens.access

    def _student(self, now: datetime) -> Account:
        account_id = self.ports.ids.new(AccountId)
        address = f"bench-{account_id}@bench.example.com".lower()
        return Account(
            account_id=account_id,
            email=address,
            email_key=address,
            password_hash="none: nobody signs in with it",
            first_name="Bench",
            last_name="Student",
            zip_code="10001",
            zone=NEW_YORK,
            role=Role.STUDENT,
            status=AccountStatus.ACTIVE,
            session_epoch=0,
            created_at=now,
        )

    def _rows(self, query: str, **values: object) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(query), values).all())


def _apart(starts: list[dict[str, str]]) -> Iterator[str]:
    last: datetime | None = None
    for each in starts:
        start = datetime.fromisoformat(each["starts_at"])
        if last is None or start - last >= _GAP:
            last = start
            yield each["starts_at"]
