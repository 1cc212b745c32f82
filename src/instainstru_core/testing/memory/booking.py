"""Bookings in memory: the ports of booking on a snapshot of frozen values."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from attrs import define, evolve

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.accounts.model import Account
from instainstru_core.availability.model.planes import CLOSED
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.errors.refusals import InstructorConflict, StudentConflict
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.log import LogEntry, entry_of
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import Place
from instainstru_core.booking.model.states import Cancelled, Confirmed, Pending
from instainstru_core.booking.policies.facts import Offered, Parties, Teacher
from instainstru_core.booking.policies.statistics import BookingCounts, counts
from instainstru_core.booking.policies.views import View, belongs, is_hidden
from instainstru_core.booking.queries import BookingCard, BookingList, BookingPage, shown_name
from instainstru_core.booking.terms import Party
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.model import Service
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import Instructor, TeachingPlace
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.testing.memory.claims import InMemoryClaims
from instainstru_core.testing.memory.debts import standing_in
from instainstru_core.testing.memory.external_calendars import private_busy_of
from instainstru_core.testing.memory.instructors import offerings_of
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables

if TYPE_CHECKING:
    from instainstru_core.availability.ports import Calendars

_READY = frozenset({PaymentState.AUTHORIZED, PaymentState.LOCKED})


@define
class InMemoryBookings:
    """The `Bookings` port, with both exclusion constraints."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def get(self, booking_id: BookingId) -> Booking:
        if (found := self._rows().get(booking_id)) is None:
            raise BookingNotFound(booking_id)
        return found

    def get_for_update(self, booking_id: BookingId, *, patient: bool = True) -> Booking:  # noqa: ARG002 - nobody waits here
        return self.get(booking_id)

    def near(
        self, *, student: StudentId, instructor: InstructorId, around: Interval | None
    ) -> Sequence[Booking]:
        return [
            each
            for each in self._of_either(student, instructor)
            if (each.student == student and isinstance(each.state, Pending))
            or (
                around is not None
                and not isinstance(each.state, Cancelled)
                and each.lesson.overlaps(around)
            )
        ]

    def add(self, booking: Booking) -> Booking:
        in_the_way = list(self._in_the_way(booking))
        if any(each.instructor == booking.instructor for each in in_the_way):
            raise InstructorConflict(booking.lesson)
        if in_the_way:
            raise StudentConflict(booking.lesson, in_the_way[0].booking_id)
        return self._kept(booking)

    def save(self, booking: Booking) -> Booking:
        if self.get(booking.booking_id).version != booking.version:
            raise StaleAggregate(f"booking {booking.booking_id} changed since it was read")
        return self._kept(booking)

    def _in_the_way(self, booking: Booking) -> Iterator[Booking]:
        if isinstance(booking.state, Cancelled):
            return
        for each in self._of_either(booking.student, booking.instructor):
            if (
                each.chain.chain_id != booking.chain.chain_id
                and not isinstance(each.state, Cancelled)
                and each.lesson.overlaps(booking.lesson)
            ):
                yield each

    def _of_either(self, student: StudentId, instructor: InstructorId) -> Sequence[Booking]:
        """The bookings of one or both, oldest first."""
        table = ("bookings", BookingId, Booking)
        theirs = self._tables.where(*table, "student", student)
        others = self._tables.where(*table, "instructor", instructor)
        both = {each.booking_id: each for each in (*theirs, *others)}
        return [both[booking_id] for booking_id in sorted(both)]

    def _kept(self, booking: Booking) -> Booking:
        self._outbox.record(booking.events)
        before = self._rows().get(booking.booking_id)
        entry = entry_of(booking, status_before=None if before is None else before.status.value)
        if entry is not None:
            log = _log(self._tables)
            log[booking.booking_id] = (*log.get(booking.booking_id, ()), entry)
        kept = evolve(booking, version=booking.version + 1, events=())
        self._rows()[booking.booking_id] = kept
        return kept

    def _rows(self) -> dict[BookingId, Booking]:
        return bookings_in(self._tables)


@define
class InMemoryBookingParties:
    """The `BookingParties` port, over the other contexts' tables."""

    _tables: Tables
    _calendars: "Calendars"

    def find(
        self,
        *,
        student: StudentId,
        instructor: InstructorId,
        service_id: ServiceId,
        day: date | None,
    ) -> Parties:
        account = self._tables.of("accounts", AccountId, Account).get(AccountId(student.value))
        teacher = self._tables.of("instructors", InstructorId, Instructor).get(instructor)
        services = self._tables.of("services", str, Service).values()
        service = next((each for each in services if each.service_id == service_id), None)
        offering = next(
            (
                each
                for each in offerings_of(self._tables, instructor)
                if each.service_id == service_id
            ),
            None,
        )
        known_day = day if teacher is not None else None
        return Parties(
            student_zone=NEW_YORK if account is None else account.zone,
            standing=standing_in(self._tables, student),
            teacher=None if teacher is None else _teacher(teacher),
            service_active=None if service is None else service.is_active,
            offered=None
            if offering is None
            else Offered(
                service_name=offering.service_name,
                rates=offering.rates,
                durations=offering.durations,
                active=offering.active,
            ),
            planes=CLOSED
            if known_day is None
            else self._calendars.days(instructor, known_day, known_day).get(known_day, CLOSED),
            blocked=known_day is not None
            and known_day in self._calendars.blackouts(instructor, known_day, known_day),
            private_busy=private_busy_of(self._tables, instructor),
        )


def _teacher(instructor: Instructor) -> Teacher:
    return Teacher(
        is_bookable=instructor.is_visible and instructor.payable,
        service_area=instructor.service_area,
        teaching_place=_place(instructor.teaching_place),
    )


def _place(place: TeachingPlace | None) -> Place | None:
    return None if place is None else Place(address=place.address, lat=place.lat, lng=place.lng)


@define
class InMemoryBookingQueries:
    """The `BookingQueries` query."""

    _tables: Tables

    def page(self, wanted: BookingList, *, now: datetime) -> BookingPage:
        mine = [
            each
            for each in bookings_in(self._tables).values()
            if each.party_of(wanted.account_id) is wanted.role and _shown(each, wanted, now)
        ]
        if wanted.view is View.BOOK_AGAIN:
            mine = _latest(mine)
        mine.sort(key=lambda each: each.booking_id)
        match wanted.view:
            case View.UPCOMING | View.AWAITING_COMPLETION:
                mine.sort(key=lambda each: each.lesson.starts_at)
            case View.PENDING:
                mine.sort(key=lambda each: each.created_at, reverse=True)
            case _:
                mine.sort(key=lambda each: each.lesson.starts_at, reverse=True)
        first = (wanted.page - 1) * wanted.per_page
        return BookingPage(
            items=[self._card(each, wanted.role) for each in mine[first : first + wanted.per_page]],
            total=len(mine),
            page=wanted.page,
            per_page=wanted.per_page,
        )

    def card(self, booking_id: BookingId, *, viewer: AccountId) -> BookingCard:
        booking = bookings_in(self._tables).get(booking_id)
        party = None if booking is None else booking.party_of(viewer)
        if booking is None or party is None:
            raise BookingNotFound(booking_id)
        return self._card(booking, party)

    def taken(
        self, instructor: InstructorId, within: Interval, *, now: datetime
    ) -> Sequence[BookingCard]:
        mine = [
            each
            for each in bookings_in(self._tables).values()
            if each.instructor == instructor and each.occupies(now) and each.lesson.overlaps(within)
        ]
        mine.sort(key=lambda each: (each.lesson.starts_at, each.booking_id))
        return [self._card(each, Party.INSTRUCTOR) for each in mine]

    def counts(self, instructor: InstructorId, *, now: datetime) -> BookingCounts:
        rows = bookings_in(self._tables).values()
        return counts((each for each in rows if each.instructor == instructor), now=now)

    def _card(self, booking: Booking, viewer: Party) -> BookingCard:
        accounts = self._tables.of("accounts", AccountId, Account)
        student = accounts.get(AccountId(booking.student.value))
        teachers = self._tables.of("instructors", InstructorId, Instructor)
        teacher = teachers.get(booking.instructor)
        return BookingCard(
            booking=booking,
            viewer=viewer,
            student_name=shown_name(
                "" if student is None else student.first_name,
                "" if student is None else student.last_name,
            ),
            instructor_name=shown_name(
                "" if teacher is None else teacher.first_name,
                "" if teacher is None else teacher.last_initial,
            ),
        )


def _shown(booking: Booking, wanted: BookingList, now: datetime) -> bool:
    if wanted.status is not None and booking.status is not wanted.status:
        return False
    moved = wanted.include_rescheduled
    if wanted.view is not None:
        return belongs(booking, wanted.view, now, role=wanted.role, include_rescheduled=moved)
    expired = isinstance(booking.state, Pending) and not booking.occupies(now)
    return not is_hidden(booking, include_rescheduled=moved) and not expired


def _latest(completed: Sequence[Booking]) -> list[Booking]:
    latest: dict[tuple[InstructorId, ServiceId], Booking] = {}
    for each in sorted(completed, key=lambda each: (each.lesson.starts_at, each.booking_id)):
        latest[each.instructor, each.service_id] = each
    return list(latest.values())


def bookings_in(tables: Tables) -> dict[BookingId, Booking]:
    """Every booking of a snapshot."""
    return tables.of("bookings", BookingId, Booking)


@define
class InMemoryBookingLog:
    """The `BookingLog` query."""

    _tables: Tables

    def of(self, booking_id: BookingId) -> Sequence[LogEntry]:
        return _log(self._tables).get(booking_id, ())


def _log(tables: Tables) -> dict[BookingId, tuple[LogEntry, ...]]:
    return tables.of("booking_log", BookingId, tuple)


@define
class InMemoryPaymentReadiness:
    """The `PaymentReadiness` port, over the table of payments."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def is_ready(self, booking_id: BookingId) -> bool:
        return any(each.state in _READY for each in self._payments(booking_id))

    def is_locked(self, booking_id: BookingId) -> bool:
        return any(each.standing is PaymentState.LOCKED for each in self._payments(booking_id))

    def overdue(self, *, before: datetime, limit: int) -> Sequence[BookingId]:
        claims = InMemoryClaims(self._tables, self._outbox)
        due = [
            each
            for each in bookings_in(self._tables).values()
            if isinstance(each.state, Confirmed)
            and each.lesson.ends_at <= before
            and self.is_ready(each.booking_id)
            and not claims.open_on(each.booking_id)
        ]
        due.sort(key=lambda each: (each.lesson.ends_at, each.booking_id))
        return [each.booking_id for each in due[:limit]]

    def status_of(self, booking_id: BookingId) -> str | None:
        mine = self._payments(booking_id)
        latest = max(mine, key=lambda each: each.payment_id, default=None)
        if latest is None:
            return None
        going = latest.over and not latest.settled
        return PaymentState.CAPTURED.value if going else latest.state.value

    def _payments(self, booking_id: BookingId) -> Sequence[Payment]:
        return self._tables.where("payments", PaymentId, Payment, "booking_id", booking_id)
