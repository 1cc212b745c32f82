"""A town whose people and whose due work get in each other's way, on one clock."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Final, cast

from attrs import Factory, define, evolve, field

from instainstru_core.accounts.ids import AccountId, SessionId
from instainstru_core.accounts.model import GRANTS, Principal, Role
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.model import Periodic, WorkItem
from instainstru_core.due_work.use_cases.claim_due_work import claim_due_work
from instainstru_core.due_work.use_cases.file_periodic_work import file_periodic_work
from instainstru_core.due_work.use_cases.perform_work import Outcome, Performed, perform_work
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import OperationId, PaymentId
from instainstru_core.payments.model.operation import PaymentOperation
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor_events import ProcessorEvent
from instainstru_core.payments.payouts.model import HoldCause
from instainstru_core.payments.reactions import DESKS
from instainstru_core.payments.use_cases.receive_webhook import HANDLER as PROCESS_WEBHOOK
from instainstru_core.payments.use_cases.sweep_operations import sweep_operations
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.ports import Ports
from instainstru_core.reactions import HANDLERS, PERIODIC, ROUTES, Handler
from instainstru_core.testing.contracts.regions import SMALL_CITY
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.fakes.mailer import InMemoryMailbox
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.memory.places import FixedPlaces
from instainstru_core.testing.ports import ports
from instainstru_core.testing.simulation.boundary import Boundary, Killed
from instainstru_core.testing.simulation.breach import breach
from instainstru_core.testing.simulation.checks import Checks
from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.processor import HostileProcessor, Mood
from instainstru_core.testing.simulation.rows import Change
from instainstru_core.testing.simulation.script import Script
from instainstru_core.testing.simulation.store import SimulatedStore
from instainstru_core.testing.world import World, webhook_body

SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
RATES: Final = (80_00, 90_00, 99_99, 123_45, 150_00)
DURATIONS: Final = (30, 45, 60, 90)
JOBS_EVERY: Final = timedelta(hours=6)
RARELY: Final = dict.fromkeys(("check_books", "seal_journals", "watch_balance"), timedelta(days=7))
MAX_MOMENTS: Final = 200_000
CRASHES_AT_WORK: Final = 0.004
AHEAD: Final = 0.1
"""So much of its time ahead a story should be with its bookings."""

_ELSEWHERE: Final = (
    "tell_of",
    "match_",
    "forget_",
    "refresh",
    "send_",
    "availability",
    "detect_attendance",
)
"""What people are told, whom a free time is offered, and calendars kept elsewhere move no money."""

_BY_THE_MINUTE: Final = "sweep_operations"
_MAY_FAIL: Final = frozenset({PROCESS_WEBHOOK, "check_authorisations"})
"""A webhook that comes too early is tried again (PY-65); an alarm rings when holds are overdue."""


def _moves_money(handler: str) -> bool:
    return not handler.startswith(_ELSEWHERE)


@define
class Town:
    """The whole platform in memory, its people, and what keeps them apart from each other."""

    script: Script
    handlers: Mapping[str, Handler] = HANDLERS
    boundary: Boundary = Factory(Boundary)
    clock: HandMovedClock = field(init=False)
    store: SimulatedStore = field(init=False)
    processor: SimulatedProcessor = field(init=False)
    line: HostileProcessor = field(init=False)
    mood: Mood = field(init=False)
    ports: Ports = field(init=False)
    world: World = field(init=False)
    checks: Checks = field(init=False)
    students: list[Principal] = Factory(list)
    instructors: list[Principal] = Factory(list)
    operator: Principal = field(init=False)
    second_operator: Principal = field(init=False)
    chains: dict[int, BookingId] = Factory(dict)
    """The first booking of each lesson that came to be."""

    notes: Counter[str] = Factory(Counter)
    """How often what happened."""

    _due: list[tuple[datetime, WorkId]] = Factory(list)
    _unanswered: list[tuple[datetime, OperationId]] = Factory(list)
    _post: list[tuple[datetime, int, bytes]] = Factory(list)
    _heard: int = 0
    _lost: list[bytes] = Factory(list)
    _ends: list[tuple[datetime, str]] = Factory(list)
    _periodic: Mapping[str, Periodic] = Factory(dict)

    def __attrs_post_init__(self) -> None:
        self.clock = HandMovedClock(self.script.begins_at)
        self.mood = Mood(Dice(self.script.seed))
        routes = {
            event: tuple(name for name in names if _moves_money(name))
            for event, names in ROUTES.items()
        }
        self.store = SimulatedStore(CountedIds(), self.clock, routes, boundary=self.boundary)
        self.processor = SimulatedProcessor(self.clock)
        self.line = HostileProcessor(self.processor, self.boundary, self.mood)
        self.checks = Checks(self.store.tables, self.processor)
        self.store.watch = self._watch
        mailbox = InMemoryMailbox(self.clock)
        gateway = cast("PaymentGateway", self.line)
        world = ports(self.clock, database=self.store, gateway=gateway, mailbox=mailbox)
        self.ports = evolve(world, places=FixedPlaces(Gazetteer(SMALL_CITY)))
        weeks = self.script.days // 7 + 4
        self.world = World(
            clock=self.clock,
            database=self.store,
            processor=self.processor,
            mailbox=mailbox,
            ports=self.ports,
            weeks_open=weeks,
        )
        self._people()

    def _people(self) -> None:
        for number in range(self.script.instructors):
            rate = Money(RATES[number % len(RATES)])
            self.instructors.append(
                self.world.instructor(f"Teacher{number}", hourly_rate=rate, durations=DURATIONS)
            )
        for number in range(self.script.students):
            self.students.append(self.world.student(f"Student{number}"))
        self.operator, self.second_operator = self._staff(), self._staff()
        self._periodic = {
            name: evolve(job, every=max(job.every, RARELY.get(name, JOBS_EVERY)))
            for name, job in PERIODIC.items()
            if _moves_money(name) and name != _BY_THE_MINUTE
        }
        file_periodic_work(self._periodic.values(), begin=self.store.begin, clock=self.clock)

    def _staff(self) -> Principal:
        """Somebody who may do everything that the staff may."""
        account = self.store.ids.new(AccountId)
        return Principal(
            account_id=account,
            role=Role.ADMIN,
            permissions=GRANTS[Role.ADMIN],
            session_id=SessionId(account.value),
        )

    @property
    def is_behind(self) -> bool:
        """Whether fewer lessons were booked by now than the script wants."""
        passed = (self.clock.now() - self.script.begins_at) / timedelta(days=self.script.days)
        booked = len(self.store.tables.named("bookings"))
        return booked < self.script.bookings * min(1.0, passed + AHEAD)

    def chain(self, lesson: int) -> Sequence[Booking]:
        """The bookings of a lesson: the one that was made, and those that took its place."""
        first = self.chains.get(lesson)
        if first is None:
            return ()
        rows = self.store.tables.named("bookings")
        found = [rows[first]]
        while (successor := found[-1].chain.successor_id) is not None and successor in rows:
            found.append(rows[successor])
        return found

    def payment(self, lesson: int) -> Payment | None:
        """The money of a lesson, if it was ever checked out."""
        payments = self.store.tables.named("payments")
        for booking in reversed(self.chain(lesson)):
            for payment in reversed(payments.where("booking_id", booking.booking_id)):
                return cast("Payment", payment)
        return None

    def booking(self, lesson: int) -> Booking | None:
        """The booking that its payment is for, or the last one there is."""
        chain = self.chain(lesson)
        payment = self.payment(lesson)
        for booking in chain:
            if payment is not None and booking.booking_id == payment.booking_id:
                return booking
        return chain[-1] if chain else None

    def left_the_platform(self, instructor: InstructorId) -> bool:
        """Whether the instructor's account is gone, and what they are owed with it."""
        holds = self.store.tables.named("payout_holds").where("instructor_id", instructor)
        return any(hold.cause is HoldCause.ACCOUNT_DEAUTHORIZED for hold in holds)

    def pass_time(self, until: datetime) -> None:
        """Let everything happen that is due by then, each at its time."""
        for _ in range(MAX_MOMENTS):
            moment = self._next()
            if moment is None or moment > until:
                break
            self.clock.set(max(self.clock.now(), moment))
            self._go_on()
        else:
            breach("what is due comes to an end", self.clock.now())
        self.clock.set(max(self.clock.now(), until))

    def tell(self, story: Callable[[], None]) -> bool:
        """Let *story* happen; whether it came to its end. Refusals and deaths are part of it."""
        try:
            story()
        except DomainError as refusal:
            self.notes[f"refused {refusal.code}"] += 1
        except OutcomeUnknown:
            self.notes["left without an answer"] += 1
        except Killed:
            self.notes["died"] += 1
            return False
        return True

    def work(self) -> None:
        """Do what is due now, and what that leads to."""
        while (moment := self._work_at()) is not None and moment <= self.clock.now():
            claimed = claim_due_work(begin=self.store.begin, clock=self.clock)
            if not claimed:
                break
            for work_id in claimed:
                self._perform(work_id)
        self._collect_post()

    def sweep(self) -> None:
        """Ask again for every answer that is overdue, over the same line."""
        sweep_operations(
            begin=self.ports.begin,
            gateway=self.ports.gateway,
            ids=self.ports.ids,
            clock=self.clock,
            desks=DESKS,
        )
        self._collect_post()

    def break_down(self, kind: str, ends_at: datetime) -> None:
        """No call of *kind* arrives until then."""
        self.mood.out.add(kind)
        heappush(self._ends, (ends_at, kind))

    def confirm_everything(self, client_secret: str) -> None:
        """The cardholder says yes to what this secret opens."""
        for intent in self.processor.books.intents.values():
            if intent.client_secret == client_secret:
                self.processor.confirm(intent.intent, client_secret)

    def money(self, cents: int) -> Money:
        """So many cents."""
        return Money(cents)

    def calm(self) -> None:
        """Nothing goes wrong any more; what was lost of the post is sent again, days too late."""
        self.mood.rate = 0
        self.mood.out.clear()
        self.boundary.arm(0)
        for number, body in enumerate(self._lost):
            heappush(self._post, (self.clock.now(), -1 - number, body))
        self._lost.clear()

    def _perform(self, work_id: WorkId) -> None:
        if self.mood.rate and self.mood.chance.random() < CRASHES_AT_WORK:
            self.boundary.arm(self.mood.chance.between(1, 8))
        try:
            done = perform_work(
                work_id,
                handlers=self.handlers,
                periodic=self._periodic,
                ports=self.ports,
                begin=self.store.begin,
                clock=self.clock,
            )
            self._heed(done)
        except Killed:
            self.notes["died at work"] += 1
        finally:
            self.boundary.arm(0)

    def _heed(self, done: Performed) -> None:
        self.notes[f"work {done.outcome.value}"] += 1
        if done.outcome not in {Outcome.FAILED, Outcome.DEAD}:
            return
        if done.handler in _MAY_FAIL or isinstance(done.error, OutcomeUnknown):
            return
        raised = done.error
        breach(f"{done.handler} does what it must", type(raised).__name__, raised)

    def _go_on(self) -> None:
        """Nobody waits for what happens by itself: it must not be refused, but may be killed."""
        try:
            self._happen()
        except Killed:
            self.notes["died at work"] += 1
        except DomainError as refusal:
            breach("what happens by itself is never refused", type(refusal).__name__, refusal)

    def _happen(self) -> None:
        now = self.clock.now()
        while self._ends and self._ends[0][0] <= now:
            self.mood.out.discard(heappop(self._ends)[1])
        while self._post and self._post[0][0] <= now:
            _, number, body = heappop(self._post)
            self._hear(number, body)
        self.processor.tick()
        sweep_at = self._sweep_at()
        if sweep_at is not None and sweep_at <= now:
            self.sweep()
        self.work()

    def _hear(self, number: int, body: bytes) -> None:
        try:
            self.world.hear(body)
        except Killed:  # It was not acknowledged, so it comes again.
            heappush(self._post, (self.clock.now() + MINUTE, number, body))
            raise

    def _next(self) -> datetime | None:
        moments = [self._work_at(), self._sweep_at()]
        moments += [self._post[0][0]] if self._post else []
        moments += [self._ends[0][0]] if self._ends else []
        return min((each for each in moments if each is not None), default=None)

    def _work_at(self) -> datetime | None:
        rows = self.store.tables.named("work_items")
        while self._due:
            due_at, work_id = self._due[0]
            item = cast("WorkItem | None", rows.get(work_id))
            if item is not None and not item.dead and item.due_at == due_at:
                return due_at
            heappop(self._due)
        return None

    def _sweep_at(self) -> datetime | None:
        rows = self.store.tables.named("payment_operations")
        while self._unanswered:
            due_at, operation_id = self._unanswered[0]
            operation = cast("PaymentOperation | None", rows.get(operation_id))
            waits = operation is not None and not operation.finished
            if operation is not None and waits and operation.next_attempt_at == due_at:
                return due_at
            heappop(self._unanswered)
        return None

    def _collect_post(self) -> None:
        """The processor's new webhooks: late, twice, out of order, or never to come."""
        told, chance = self.processor.books.events, self.mood.chance
        for number in range(self._heard, len(told)):
            event = told[number]
            body = webhook_body(
                ProcessorEvent(
                    event_id=event.event_id,
                    type=event.type,
                    object_id=event.object_id,
                    account=event.account,
                )
            )
            calm = not self.mood.rate
            copies = 1 if calm else chance.choice((0, 1, 1, 1, 1, 1, 2, 3))
            self.notes["webhooks lost"] += not copies
            if not copies:
                self._lost.append(body)
            self.notes["webhooks repeated"] += max(copies - 1, 0)
            for copy in range(copies):
                late = timedelta() if calm else chance.choice((0, 1, 30, 3600)) * SECOND
                heappush(self._post, (self.clock.now() + late, number * 4 + copy, body))
        self._heard = len(told)

    def _watch(self, changes: Sequence[Change], events: Sequence[Event]) -> None:
        for change in changes:
            if change.name == "work_items" and (item := change.after) is not None:
                heappush(self._due, (item.due_at, item.work_id))
            elif change.name == "payment_operations" and not change.after.finished:
                waiting = change.after
                heappush(self._unanswered, (waiting.next_attempt_at, waiting.operation_id))
        self.checks.after_unit(changes, events, self.clock.now())

    def of_payment(self, payment_id: PaymentId) -> Sequence[PaymentOperation]:
        """Everything that the processor was asked to do about a payment."""
        return self.store.tables.named("payment_operations").where("payment_id", payment_id)
