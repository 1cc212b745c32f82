"""The routes of calendars alone, on the in-memory world, called by whoever sits at the desk."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from attrs import define, evolve
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.testing import TestClient

from entrypoints.http import availability, blackouts, bookings, checks, weeks
from entrypoints.http.idempotency import Keyed
from entrypoints.http.parameters import refuse_bad_addresses
from entrypoints.http.problems import Refusal, on_domain_error, on_http_error, on_refusal
from entrypoints.http.wire import TYPE_DECODERS, TYPE_ENCODERS, StrictBody, Values
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal, Role
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.model.windows import Window, encode
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.zones import Zone
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.ports import ports, store
from instainstru_core.testing.strategies.booking import (
    NOON,
    TOWN,
    Classroom,
    a_booking,
    open_classroom,
    signed_in,
)


@define
class CalendarDesk:
    """One instructor who is open day and night for two weeks, a student, and a client."""

    client: TestClient[Litestar]
    store: InMemoryStore
    clock: HandMovedClock
    room: Classroom
    student: Principal
    teacher: Principal
    caller: Principal

    @property
    def public(self) -> str:
        """Where anybody sees the free time."""
        return f"/instructors/{self.room.instructor}/availability"

    def get(self, path: str, **parameters: object) -> Any:
        """The answer, which must be a good one."""
        answer = self.client.get(path, params={k: str(v) for k, v in parameters.items()})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str, str | None]:
        """Status, code and pointer of a refusal."""
        answer = self.client.request(method, path, json=body)
        problem = answer.json()
        wrong = problem.get("errors") or [{"pointer": None}]
        return answer.status_code, problem["code"], wrong[0]["pointer"]

    def open(self, day: date, *windows: tuple[int, int]) -> None:
        """Open *day* in every format, from one wall slot to another, and at no other time."""
        planes = encode([Window(start, end) for start, end in windows])
        with self.store.begin() as work:
            work.calendars.lock(self.room.instructor)
            work.calendars.save_days(self.room.instructor, {day: planes}, at=self.clock.now())

    def book(self, starts_at: datetime = NOON, **changes: Any) -> Booking:
        """A hold of the student's, kept."""
        booking = a_booking(
            self.store.ids.new(BookingId),
            student=StudentId(self.student.account_id.value),
            instructor=self.room.instructor,
            starts_at=starts_at,
            created_at=self.clock.now(),
            **changes,
        )
        with self.store.begin() as work:
            work.calendars.lock(self.room.instructor)
            return work.bookings.add(booking)

    def move_to(self, zone: str) -> None:
        """The instructor lives elsewhere now."""
        with self.store.begin() as work:
            kept = work.instructors.get_for_update(self.room.instructor)
            work.instructors.save(kept.introduce(at=self.clock.now(), zone=Zone(zone)))


@contextmanager
def calendar_desk(
    rules: CalendarRules = DEFAULT_RULES, *, now: datetime = NOON - timedelta(days=3)
) -> Iterator[CalendarDesk]:
    """A desk, on a platform with *rules*."""
    clock = HandMovedClock(now)
    database = store(clock, rules=rules)
    room = open_classroom(database.begin, database.ids)
    world = evolve(ports(clock, database=database), places=TOWN)
    student = signed_in(database.ids.new(StudentId))
    teacher = signed_in(InstructorId(room.instructor.value), Role.INSTRUCTOR)
    seat: list[CalendarDesk] = []
    routers = [each.ROUTER for each in (availability, blackouts, bookings, checks, weeks)]
    app = Litestar(
        [Router("/", route_handlers=routers)],
        dependencies={
            "ports": Provide(lambda: world, sync_to_thread=False),
            "principal": Provide(lambda: seat[0].caller, sync_to_thread=False),
            "keyed": Provide(lambda: Keyed(world, None, 200), sync_to_thread=False),
        },
        before_request=refuse_bad_addresses,
        exception_handlers={
            Refusal: on_refusal,
            DomainError: on_domain_error,
            HTTPException: on_http_error,
        },
        dto=StrictBody,
        return_dto=None,
        type_decoders=TYPE_DECODERS,
        type_encoders=TYPE_ENCODERS,
        plugins=[Values()],
        openapi_config=None,
    )
    with TestClient(app) as client:
        seat.append(CalendarDesk(client, database, clock, room, student, teacher, teacher))
        yield seat[0]
