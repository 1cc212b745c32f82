"""The hot paths, as requests: each scenario hands every client its next one."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from typing import Final
from uuid import uuid4

from attrs import frozen

from benchmarks.load import Shot
from benchmarks.world import Teacher, World
from instainstru_core.payments.inbox.signatures import sign

NextShot = Callable[[int, int], Shot | None]
CALLED_OFF: Final = 600
SAVES_EACH: Final = 10
"""As many as the limiter lets one person write in a row."""
_READER: Final = {"Accept": "text/html", "Accept-Encoding": "gzip"}
SEEN: Final = 6.0
"""Seconds until each process has shown each of the pages that are asked for once."""
CREATED: Final = frozenset({201})


@frozen(kw_only=True)
class Scenario:
    """One hot path: what it is called, what it asks, and the rate we want of it."""

    name: str
    shots: NextShot
    wanted_per_second: int | None = None
    wanted_p95_ms: int | None = None
    warm_up_seconds: float = 2.0


def scenarios(world: World, *, bookings: int) -> Iterator[Scenario]:
    """Every hot path, over *world*."""
    teachers = world.teachers(600)
    yield Scenario(
        name="public availability, 2 weeks",
        shots=_availability(world, teachers),
        wanted_per_second=1_000,
    )
    yield Scenario(name="search", shots=_search(world), wanted_p95_ms=25)
    yield Scenario(
        name="results page", shots=_results_page(world), wanted_p95_ms=40, warm_up_seconds=SEEN
    )
    yield Scenario(
        name="profile page",
        shots=_profile_page(world, teachers),
        wanted_p95_ms=20,
        warm_up_seconds=SEEN,
    )
    yield Scenario(name="quote", shots=_quote(world, teachers), wanted_per_second=1_500)
    yield Scenario(
        name="booking, created", shots=_booking(world, teachers, bookings), wanted_per_second=250
    )
    yield Scenario(
        name="lesson called off", shots=_cancellation(world, teachers), warm_up_seconds=0.3
    )
    yield Scenario(name="webhook, kept", shots=_webhook(world))
    yield Scenario(name="week save", shots=_week(world, teachers), wanted_per_second=400)


def _availability(world: World, teachers: list[Teacher]) -> NextShot:
    first = world.today()
    last = first + timedelta(days=13)

    def shot(client: int, number: int) -> Shot:
        teacher = teachers[(client * 7919 + number * 31) % len(teachers)]
        path = f"/api/v1/instructors/{teacher.instructor_id}/availability?from={first}&to={last}"
        return Shot(method="GET", path=path, headers=world.headers())

    return shot


def _search(world: World) -> NextShot:
    services, regions = world.searchable()
    first = world.today() + timedelta(days=1)
    questions = [
        f"service={world.chance.choice(services)}{more}"
        for more in itertools.islice(_filters(world, regions, first), 400)
    ]

    def shot(client: int, number: int) -> Shot:
        question = questions[(client * 53 + number) % len(questions)]
        return Shot(method="GET", path=f"/api/v1/search?{question}", headers=world.headers())

    return shot


def _results_page(world: World) -> NextShot:
    """As people look: a subject, and some a neighborhood, a day, hours or a format, too."""
    services, regions = world.searchable()
    first = world.today() + timedelta(days=1)
    ways = []
    for number in range(400):
        where, day = world.chance.choice(regions), first + timedelta(days=number % 14)
        more = (f"&where={where}&date={day}&hours=afternoon", f"&date={day}&format=online", "", "")
        ways.append(f"/search?what={world.chance.choice(services)}{more[number % 4]}")

    def shot(client: int, number: int) -> Shot:
        path = ways[(client * 53 + number) % len(ways)]
        return Shot(method="GET", path=path, headers=world.headers(**_READER))

    return shot


def _profile_page(world: World, teachers: list[Teacher]) -> NextShot:
    def shot(client: int, number: int) -> Shot:
        teacher = teachers[(client * 7919 + number * 31) % len(teachers)]
        path = f"/instructors/{teacher.instructor_id}"
        return Shot(method="GET", path=path, headers=world.headers(**_READER))

    return shot


def _filters(world: World, regions: list[str], first: date) -> Iterator[str]:
    while True:
        day = first + timedelta(days=world.chance.randrange(14))
        yield f"&region={world.chance.choice(regions)}&date={day}&after=15:00&before=20:00"
        yield f"&date={day}&format=online"
        yield f"&from={day}&to={day + timedelta(days=6)}&rate_max=15000"
        yield ""


def _quote(world: World, teachers: list[Teacher]) -> NextShot:
    # A reader may ask 120 times a minute: enough people ask in turn.
    students = world.students(1000)

    def shot(client: int, number: int) -> Shot:
        teacher = teachers[(client * 101 + number) % len(teachers)]
        _, token = students[(client + number * 8) % len(students)]
        body = {
            "instructor_id": teacher.instructor_id,
            "service_id": teacher.service_id,
            "location_type": "online",
            "duration_minutes": 60,
        }
        return Shot(
            method="POST", path="/api/v1/pricing/quotes", headers=world.headers(token), body=body
        )

    return shot


def _booking(world: World, teachers: list[Teacher], count: int) -> NextShot:
    """Every shot a time that nobody has, for a student who holds at most three."""
    students = world.students(count // 3 + 1)
    free = iter(world.free_starts(teachers, count))
    taking, numbers = Lock(), itertools.count()

    def shot(_client: int, _number: int) -> Shot | None:
        with taking:
            found, number = next(free, None), next(numbers)
        if found is None:
            return None
        teacher, start, minutes = found
        _, token = students[number % len(students)]
        body = {
            "instructor_id": teacher.instructor_id,
            "service_id": teacher.service_id,
            "start": start,
            "duration_minutes": minutes,
            "location_type": "online",
        }
        return Shot(
            method="POST",
            path="/api/v1/bookings",
            headers=world.headers(token, **_key()),
            body=body,
            expected=CREATED,
        )

    return shot


def _cancellation(world: World, teachers: list[Teacher]) -> NextShot:
    """Every shot another lesson, days ahead and agreed on with a card.

    The lessons are agreed on when the first of them is asked for, which is before the clock runs.
    """
    lessons: Iterator[tuple[str, str]] | None = None

    def shot(_client: int, _number: int) -> Shot | None:
        nonlocal lessons
        lessons = lessons or iter(world.agreed_lessons(teachers, CALLED_OFF))
        lesson = next(lessons, None)
        if lesson is None:
            return None
        booking, token = lesson
        return Shot(
            method="POST",
            path=f"/api/v1/bookings/{booking}/cancel",
            headers=world.headers(token, **_key()),
            body={"reason": "something came up"},
        )

    return shot


def _webhook(world: World) -> NextShot:
    """Every shot a new event, signed, about an account that the processor knows."""
    told = world.processor_events()
    secret = world.webhook_secret()

    def shot(client: int, number: int) -> Shot:
        event = {**told[(client + number * 8) % len(told)], "id": f"evt_bench_{uuid4().hex}"}
        body = json.dumps(event).encode()
        signature = sign(body, secret=secret, at=datetime.now(UTC))
        headers = world.headers(**{"Simulator-Signature": signature})
        return Shot(method="POST", path="/api/v1/webhooks/simulator", headers=headers, body=body)

    return shot


def _week(world: World, teachers: list[Teacher]) -> NextShot:
    monday = world.monday(20)
    weeks = [
        {
            "days": {
                str(monday + timedelta(days=day)): [{"start": f"{hour:02}:00", "end": "18:00"}]
                for day in range(5)
            }
        }
        for hour in (9, 10)
    ]

    taking, numbers = Lock(), itertools.count()

    def shot(_client: int, _number: int) -> Shot | None:
        with taking:
            turn = next(numbers)
        if turn >= len(teachers) * SAVES_EACH:
            return None
        teacher = teachers[turn % len(teachers)]
        return Shot(
            method="PUT",
            path=f"/api/v1/instructors/me/availability/weeks/{monday}",
            headers=world.headers(teacher.token, **{"If-Match": "*"}),
            body=weeks[turn // len(teachers) % 2],
        )

    return shot


def _key() -> Mapping[str, str]:
    return {"Idempotency-Key": uuid4().hex}
