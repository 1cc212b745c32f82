"""A small town in memory, to try things out in: people, lessons, money, and a clock to move.

Everything happens through the use cases that the API calls, and through the work they file.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from attrs import Factory, define, field

from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Account, Principal, Role
from instainstru_core.accounts.use_cases.confirm_email_challenge import (
    ConfirmEmailChallenge,
    confirm_email_challenge,
)
from instainstru_core.accounts.use_cases.register import Register, register
from instainstru_core.accounts.use_cases.start_email_challenge import (
    StartEmailChallenge,
    start_email_challenge,
)
from instainstru_core.availability.model.windows import WindowText
from instainstru_core.availability.use_cases.replace_week import ReplaceWeek, replace_week
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.policies.facts import Proposal
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking
from instainstru_core.booking.use_cases.create_booking import CreateBooking, create_booking
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.model import id_of
from instainstru_core.catalog.use_cases.load_catalog import load_catalog
from instainstru_core.due_work.use_cases.perform_work import Performed
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.offering import DEFAULT_DURATIONS, Terms
from instainstru_core.instructors.use_cases.add_offering import AddOffering, add_offering
from instainstru_core.instructors.use_cases.go_live import GoLive, go_live
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.payments.inbox.signatures import sign
from instainstru_core.payments.ledger.model import Account as BookAccount
from instainstru_core.payments.ledger.model import TrialBalance
from instainstru_core.payments.model.cards import SavedCard
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor_events import ProcessorEvent
from instainstru_core.payments.reactions import DESKS
from instainstru_core.payments.use_cases.cancel_lesson import cancel_lesson
from instainstru_core.payments.use_cases.check_books import check_books
from instainstru_core.payments.use_cases.check_out import CheckedOut, CheckOut, check_out
from instainstru_core.payments.use_cases.keep_card import AddCard, add_card
from instainstru_core.payments.use_cases.open_payout_account import (
    LinkOnboarding,
    link_onboarding,
    refresh_payout_account,
)
from instainstru_core.payments.use_cases.receive_webhook import ReceiveWebhook, receive_webhook
from instainstru_core.payments.use_cases.sweep_operations import sweep_operations
from instainstru_core.places.use_cases.load_regions import load_regions
from instainstru_core.ports import Ports
from instainstru_core.pricing.use_cases.quote_lesson import QuoteLesson, quote_lesson
from instainstru_core.reactions import HANDLERS, Handler
from instainstru_core.testing.contracts.catalogs import small_catalog
from instainstru_core.testing.contracts.regions import SMALL_CITY
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.mailer import InMemoryMailbox
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.ports import WEBHOOK_SECRET, perform_due, ports, store

MONDAY: Final = date(2030, 1, 7)
NOON: Final = NEW_YORK.midnight(MONDAY) + timedelta(hours=12)
"""Monday noon in New York: when every world begins."""

PIANO: Final = id_of(ServiceId, "piano")
RATE: Final = Money(90_00)
PASSWORD: Final = "nine tall oaks by the lake"  # noqa: S105 - nobody real has it
HOUR: Final = timedelta(hours=1)
WEEKS_OPEN: Final = 3
MAX_STEPS: Final = 10_000
_OPEN: Final = WindowText("08:00", "22:00", [*map(str, Format)])


def webhook_body(event: ProcessorEvent) -> bytes:
    """How the processor writes *event*, before it signs it."""
    body = {
        "id": event.event_id,
        "type": event.type,
        "data": {"object": {"id": event.object_id}},
        "account": event.account,
    }
    return json.dumps(body).encode()


@define
class World:
    """The whole platform in memory. `ports` is what each entrypoint would be given."""

    clock: HandMovedClock = field(factory=lambda: HandMovedClock(NOON))
    database: InMemoryStore = field(
        default=Factory(lambda self: store(self.clock), takes_self=True), repr=False
    )
    processor: SimulatedProcessor = field(
        default=Factory(lambda self: SimulatedProcessor(self.clock), takes_self=True)
    )
    mailbox: InMemoryMailbox = field(
        default=Factory(lambda self: InMemoryMailbox(self.clock), takes_self=True)
    )
    ports: Ports = field(
        default=Factory(lambda self: self._own_ports(), takes_self=True), repr=False
    )
    deliveries: int = 1
    """How often each piece of due work and each webhook comes: more than once is allowed."""

    handlers: Mapping[str, Handler] = field(default=HANDLERS, repr=False)
    """Who does the work, by name."""

    weeks_open: int = WEEKS_OPEN
    """How far ahead instructors open their weeks."""

    _people: int = field(default=0, init=False)
    _heard: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        load_catalog(small_catalog(), begin=self.ports.begin)
        load_regions(SMALL_CITY, begin=self.ports.begin)

    def student(self, name: str = "Anna", *, card: str | None = "pm_card_visa") -> Principal:
        """Somebody new who wants to learn, signed in, with a card of `TEST_CARDS`."""
        student = self.sign_up(name, Role.STUDENT)
        if card is not None:
            self.add_card(student, card)
        return student

    def instructor(
        self,
        name: str = "Jane",
        *,
        service: ServiceId = PIANO,
        hourly_rate: Money = RATE,
        durations: tuple[int, ...] = DEFAULT_DURATIONS,
    ) -> Principal:
        """Somebody new who teaches online: live, payable, and free from 8 to 22 for three weeks."""
        instructor = self.sign_up(name, Role.INSTRUCTOR)
        me = InstructorId(instructor.account_id.value)
        begin, clock = self.ports.begin, self.clock
        link = link_onboarding(
            LinkOnboarding(instructor_id=me, return_url="https://instainstru.example/back"),
            begin=begin,
            gateway=self.processor,
            clock=clock,
        )
        self.processor.onboard(link)
        refresh_payout_account(me, begin=begin, gateway=self.processor, clock=clock)
        terms = Terms(
            hourly_rate=hourly_rate, formats=frozenset({Format.ONLINE}), durations=durations
        )
        offering = AddOffering(instructor_id=me, service_id=service, terms=terms)
        add_offering(offering, begin=begin, ids=self.ports.ids, clock=clock)
        self._open_weeks(me)
        go_live(GoLive(instructor_id=me), begin=begin, clock=clock)
        return instructor

    def sign_up(self, name: str, role: Role) -> Principal:
        """Somebody new, who proved a mailbox and is signed in."""
        self._people += 1
        ports = self.ports
        email = Email.parse(f"{name.lower()}.{self._people}@example.com")
        challenge = start_email_challenge(
            StartEmailChallenge(email=email, sender=email.key),
            begin=ports.begin,
            ids=ports.ids,
            secrets=ports.secrets,
            clock=self.clock,
        )
        proof = confirm_email_challenge(
            ConfirmEmailChallenge(challenge_id=challenge, code=self.mailed_code(email.typed)),
            begin=ports.begin,
            secrets=ports.secrets,
            clock=self.clock,
        )
        signed_in = register(
            Register(
                proof=proof,
                password=PASSWORD,
                first_name=name,
                last_name="Example",
                zip_code="11215",
                role=role,
                accepted_terms="2026-01",
            ),
            begin=ports.begin,
            passwords=ports.passwords,
            secrets=ports.secrets,
            tokens=ports.tokens,
            ids=ports.ids,
            clock=self.clock,
        )
        return self._principal(signed_in.account, signed_in.tokens.access)

    def mailed_code(self, email: str) -> str:
        """The code in the last mail to *email*."""
        perform_due(self.ports)
        (mail,) = self.mailbox.latest(to=email, limit=1)
        found = re.search(r"\b\d{6}\b", mail.mail.text)
        if found is None:
            raise RuntimeError("there is no code in the last mail")
        return found.group()

    def add_card(self, student: Principal, token: str) -> SavedCard:
        """One card more for *student*."""
        return add_card(
            AddCard(student_id=StudentId(student.account_id.value), token=token),
            begin=self.ports.begin,
            gateway=self.processor,
            ids=self.ports.ids,
            clock=self.clock,
        )

    def hold(
        self,
        student: Principal,
        instructor: Principal,
        *,
        starts_in: timedelta = 72 * HOUR,
        minutes: int = 60,
        service: ServiceId = PIANO,
    ) -> Booking:
        """A lesson online, held for *student* until they pay."""
        proposal = Proposal(
            student=StudentId(student.account_id.value),
            instructor=InstructorId(instructor.account_id.value),
            service_id=service,
            start=self.clock.now() + starts_in,
            duration_minutes=minutes,
            location_type=LocationType.ONLINE,
        )
        return create_booking(
            CreateBooking(principal=student, proposal=proposal),
            begin=self.ports.begin,
            places=self.ports.places,
            ids=self.ports.ids,
            clock=self.clock,
            pricing=self.ports.pricing,
        )

    def pay(self, booking: Booking, card: SavedCard | None = None) -> CheckedOut:
        """Agree to today's price and check out, with *card* or the default one."""
        asked = QuoteLesson(
            instructor_id=booking.instructor,
            service_id=booking.service_id,
            location_type=booking.location_type,
            duration_minutes=booking.lesson.minutes,
        )
        quoted = quote_lesson(
            asked, read=self.ports.read, clock=self.clock, config=self.ports.pricing
        )
        return check_out(
            CheckOut(
                student_id=booking.student,
                booking_id=booking.booking_id,
                fingerprint=quoted.fingerprint,
                card_id=None if card is None else card.card_id,
            ),
            begin=self.ports.begin,
            gateway=self.processor,
            ids=self.ports.ids,
            clock=self.clock,
            config=self.ports.pricing,
        )

    def book(
        self, student: Principal, instructor: Principal, *, starts_in: timedelta = 72 * HOUR
    ) -> Booking:
        """An hour of piano online, held and paid for."""
        held = self.hold(student, instructor, starts_in=starts_in)
        self.pay(held)
        return self.booking(held.booking_id)

    def cancel(self, who: Principal, booking: Booking, reason: str = "ill") -> Booking:
        """Call the lesson off, as one of its two parties."""
        cancelled = cancel_lesson(
            CancelBooking(principal=who, booking_id=booking.booking_id, reason=reason),
            begin=self.ports.begin,
            ids=self.ports.ids,
            clock=self.clock,
        )
        return cancelled.booking

    def advance(self, by: timedelta = timedelta()) -> tuple[Performed, ...]:
        """Let time pass, doing each thing when it is due; say how each went.

        Lost answers of the processor are asked for again at the end.

        Raises:
            RuntimeError: There is no end to what is due.
        """
        until = self.clock.now() + by
        performed = list(self.settle())
        for _ in range(MAX_STEPS):
            with self.ports.read() as reads:
                next_due = reads.due_work.backlog(until).oldest_due_at
            if next_due is None:
                break
            self.clock.set(max(next_due, self.clock.now()))
            performed += self.settle()
        else:
            raise RuntimeError(f"there was still work due after {MAX_STEPS} moments")
        self.clock.set(until)
        self.sweep()
        return (*performed, *self.settle())

    def settle(self) -> tuple[Performed, ...]:
        """Do what is due now, and hear what the processor has to say of it."""
        performed: tuple[Performed, ...] = ()
        while True:
            done = perform_due(self.ports, handlers=self.handlers, deliveries=self.deliveries)
            performed += done
            if not self.hear_news() and not done:
                return performed

    def sweep(self) -> int:
        """Ask the processor again for every answer that is overdue."""
        return sweep_operations(
            begin=self.ports.begin,
            gateway=self.processor,
            ids=self.ports.ids,
            clock=self.clock,
            desks=DESKS,
        )

    def hear_news(self) -> int:
        """Receive the processor's new webhooks; how many there were."""
        news = self.processor.news[self._heard :]
        for event in news:
            body = webhook_body(event)
            for _ in range(self.deliveries):
                self.hear(body)
        self._heard += len(news)
        return len(news)

    def hear(self, body: bytes) -> None:
        """Receive one webhook, signed by the processor."""
        signature = sign(body, secret=WEBHOOK_SECRET, at=self.clock.now())
        receive_webhook(
            ReceiveWebhook(provider="simulator", signature=signature, headers={}, body=body),
            begin=self.ports.begin,
            verifier=self.ports.webhook_verifier,
            ids=self.ports.ids,
            clock=self.clock,
        )

    def booking(self, booking_id: BookingId) -> Booking:
        """The booking as it stands."""
        with self.ports.begin() as work:
            return work.bookings.get(booking_id)

    def payment(self, booking: Booking) -> Payment | None:
        """The booking's payment as it stands, if it was ever checked out."""
        with self.ports.begin() as work:
            return work.payments.find_for_update(booking.booking_id)

    def books(self) -> TrialBalance:
        """The trial balance; Raises: BooksDontBalance."""
        return check_books(read=self.ports.read, now=self.clock.now())

    def balances(self) -> Mapping[BookAccount, int]:
        """The accounts that are not zero, in cents: debits positive, credits negative."""
        return {each.account: each.cents for each in self.books().balances if each.cents}

    def _own_ports(self) -> Ports:
        return ports(
            self.clock, database=self.database, gateway=self.processor, mailbox=self.mailbox
        )

    def _open_weeks(self, instructor_id: InstructorId) -> None:
        today = NEW_YORK.today(self.clock.now())
        monday = today - timedelta(days=today.weekday())
        for week in range(self.weeks_open):
            first = monday + timedelta(weeks=week)
            days = {first + timedelta(days=n): [_OPEN] for n in range(7)}
            request = ReplaceWeek(
                instructor_id=instructor_id, monday=first, days=days, if_match=frozenset("*")
            )
            replace_week(request, begin=self.ports.begin, ids=self.ports.ids, clock=self.clock)

    def _principal(self, account: Account, access: str) -> Principal:
        now = self.clock.now()
        claims = self.ports.tokens.read(access, now=now)
        with self.ports.read() as reads:
            found = reads.doors.principal(
                claims.session_id, account.account_id, epoch=claims.epoch, now=now
            )
        if found is None:
            raise RuntimeError("a session just opened is over")
        return found
