"""Lessons that move, are called off and paid for, while processor and process misbehave.

Source: spec 01 §10.10, §10.11, §10.12, BK-33, PY-1, PY-83.
"""

from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta

from attrs import Factory, define
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from instainstru_core.accounts.model import Role
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.events import (
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingHoldReleased,
    BookingRescheduled,
)
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Confirmed, Pending
from instainstru_core.booking.terms import BookingStatus, CancelKind
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking
from instainstru_core.booking.use_cases.create_booking import CreateBooking, create_booking
from instainstru_core.booking.use_cases.propose_move import AskedMove
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.ids import IdT
from instainstru_core.kernel.lessons import Format
from instainstru_core.payments.use_cases.cancel_lesson import cancel_lesson
from instainstru_core.payments.use_cases.reschedule_booking import reschedule_booking
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.fakes.processor.books import IntentState
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.machines.booking import NEXT, Store, told_by
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import NOON, TOWN, signed_in
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till

MAX_MOVED_HOURS = 5 * 24
CARDS = (
    "pm_card_visa",
    "pm_card_mastercard",
    "pm_card_three_d_secure",
    "pm_card_declined",
    "pm_card_fails_capture",
)
LATE = tuple(range(13, 24))
HOURS = st.one_of(st.sampled_from(LATE), st.integers(1, MAX_MOVED_HOURS))
BUFFER = CalendarSettings().buffer(Format.ONLINE, Format.ONLINE)
TERMINAL = (BookingCancelled, BookingCompleted, BookingHoldReleased)


@define
class NotedIds:
    """The `Ids` port, remembering which bookings it named."""

    _ids: CountedIds
    bookings: list[BookingId] = Factory(list)

    def new(self, kind: type[IdT]) -> IdT:
        """The next id, of *kind*."""
        made = self._ids.new(kind)
        if isinstance(made, BookingId):
            self.bookings.append(made)
        return made


class ReschedulingMachine(RuleBasedStateMachine):
    """One student and one instructor, who have every lesson there is."""

    def __init__(self) -> None:
        super().__init__()
        self.clock, self.ids = HandMovedClock(NOON), NotedIds(CountedIds())
        self.store = self.make_store(self.ids, self.clock)
        self.till = Till.opened(
            begin=self.store.begin, read=self.store.read, ids=self.ids, clock=self.clock
        )
        self.cards = [self.till.card, *(self.till.add_card(token) for token in CARDS[1:])]
        self.known: dict[BookingId, BookingStatus] = {}

    def make_store(self, ids: NotedIds, clock: HandMovedClock) -> Store:
        """Where bookings and payments are kept: something empty."""
        self.memory = InMemoryStore(ids, clock, ROUTES_OF_MONEY)
        return self.memory

    def told(self) -> Counter[tuple[str, str]]:
        """What was told so far."""
        return told_by(self.memory.recorded)

    @initialize(hours=st.sampled_from((14, 23, 30, 60)), other=st.integers(62, MAX_MOVED_HOURS))
    def begin_with_two_lessons(self, hours: int, other: int) -> None:
        """Both are agreed on, so that there is something to move, and something in its way."""
        self.book(hours, 0)
        self.book(other, 1)
        assert sum(isinstance(each.state, Confirmed) for each in self._bookings()) == 2

    @rule(hours=HOURS, card=st.sampled_from(range(len(CARDS))))
    def book(self, hours: int, card: int) -> None:
        """Hold a time, and pay for it."""
        start = self._on_the_grid(hours)
        proposal = self.till.classroom.proposal(self.till.student, start)
        request = CreateBooking(principal=signed_in(self.till.student), proposal=proposal)
        try:
            booking = create_booking(
                request, begin=self.store.begin, places=TOWN, ids=self.ids, clock=self.clock
            )
            self.till.pay(booking, self.cards[card])
        except DomainError:
            return

    @rule(
        data=st.data(),
        hours=HOURS,
        minutes=st.sampled_from((None, None, None, 30, 90)),
        fault=st.sampled_from((None, None, *Fault)),
        kind=st.sampled_from(("authorise", "capture")),
    )
    def move(
        self, data: st.DataObject, hours: int, minutes: int | None, fault: Fault | None, kind: str
    ) -> None:
        """Ask to have a lesson at another time; the processor may not answer."""
        if (booking := self._any(data, Confirmed)) is None:
            return
        if fault is not None:
            self.till.processor.fail_next(kind, fault)
        asked = AskedMove(
            principal=signed_in(self.till.student),
            booking_id=booking.booking_id,
            start=self._on_the_grid(hours),
            duration_minutes=minutes,
        )
        try:
            reschedule_booking(
                asked,
                begin=self.store.begin,
                gateway=self.till.gateway,
                places=TOWN,
                ids=self.ids,
                clock=self.clock,
            )
        except DomainError:
            return

    @rule(data=st.data(), by_student=st.booleans(), waiting=st.booleans())
    def cancel(self, data: st.DataObject, by_student: bool, waiting: bool) -> None:
        """Either of the two calls a lesson off, or what waits for its place."""
        booking = self._any(data, Pending if waiting else Confirmed)
        if booking is None:
            return
        teacher = signed_in(booking.instructor, Role.INSTRUCTOR)
        who = signed_in(booking.student) if by_student else teacher
        request = CancelBooking(principal=who, booking_id=booking.booking_id, reason="why")
        try:
            cancel_lesson(request, begin=self.store.begin, ids=self.ids, clock=self.clock)
        except DomainError:
            return

    @rule()
    def confirm_cards(self) -> None:
        """Whoever was asked to confirm a hold does."""
        for each in self.till.processor.books.intents.values():
            if each.state is IntentState.REQUIRES_ACTION:
                self.till.processor.confirm(each.intent, each.client_secret)

    @rule(minutes=st.sampled_from((1, 10, 31, 61, 6 * 60, 13 * 60)))
    def wait(self, minutes: int) -> None:
        """Let time pass, and do what is due by then."""
        self.till.after(minutes=minutes)

    @invariant()
    def a_chain_is_one_lesson(self) -> None:
        """At most one that waits and one that stands; counted up, and late once, at the end."""
        chains: dict[BookingId, list[Booking]] = {}
        for each in self._bookings():
            chains.setdefault(each.chain.chain_id, []).append(each)
        for members in chains.values():
            assert sum(isinstance(each.state, Pending) for each in members) <= 1
            standing = [each for each in members if _stands(each)]
            assert len(standing) <= 1
            agreed = [each for each in members if each.confirmed_at is not None]
            agreed.sort(key=lambda each: each.chain.reschedule_count)
            counts = [each.chain.reschedule_count for each in agreed]
            assert counts == list(range(len(counts)))
            assert not any(each.chain.late_reschedule for each in agreed[:-1])

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        """Lessons of different chains that own their time keep apart, by the buffer at least."""
        taken = [each for each in self._bookings() if each.occupies(self.clock.now())]
        for number, one in enumerate(taken):
            for other in taken[:number]:
                same = one.chain.chain_id == other.chain.chain_id
                assert same or not one.lesson.overlaps(other.lesson.widened(BUFFER))

    @invariant()
    def only_known_transitions_happen(self) -> None:
        """Statuses move along the table of spec 01 §3, never back."""
        for booking in self._bookings():
            known = self.known.get(booking.booking_id)
            if booking.status is not known:
                assert known is None or booking.status in NEXT.get(known, set())
                self.known[booking.booking_id] = booking.status

    @invariant()
    def the_money_is_where_the_lesson_is(self) -> None:
        """What stands has the one open payment of its chain, and its time; what moved has none."""
        with self.store.begin() as work:
            for each in self._bookings():
                payment = work.payments.find_for_update(each.booking_id)
                if _stands(each):
                    assert payment is not None
                    assert payment.lesson == each.lesson
                    assert payment.breakdown.lesson_price == each.price
                if isinstance(each.state, Cancelled) and each.state.kind is CancelKind.RESCHEDULED:
                    assert payment is None

    @invariant()
    def every_end_is_told_once(self) -> None:
        """A move is told once, by the booking that took the place; aborting tells nobody."""
        told = self.told()
        for each in self._bookings():
            name = str(each.booking_id)
            silent = isinstance(each.state, Cancelled) and each.state.kind in {
                CancelKind.RESCHEDULED,
                CancelKind.ABORTED,
            }
            over = not isinstance(each.state, Pending | Confirmed) and not silent
            assert sum(told[kind.name, name] for kind in TERMINAL) == int(over)
            agreed, first = each.confirmed_at is not None, each.chain.predecessor_id is None
            assert told[BookingConfirmed.name, name] == int(agreed and first)
            assert told[BookingRescheduled.name, name] == int(agreed and not first)

    @invariant()
    def the_books_balance(self) -> None:
        """Whatever happened to the money."""
        assert self.till.books().balanced

    def _on_the_grid(self, hours: int) -> datetime:
        now = self.clock.now()
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours)

    def _bookings(self) -> list[Booking]:
        found = []
        with self.store.begin() as work:
            for booking_id in self.ids.bookings:
                with suppress(BookingNotFound):
                    found.append(work.bookings.get(booking_id))
        return found

    def _any(self, data: st.DataObject, state: type[Confirmed | Pending]) -> Booking | None:
        found = [each for each in self._bookings() if isinstance(each.state, state)]
        return data.draw(st.sampled_from(found)) if found else None


def _stands(booking: Booking) -> bool:
    return not isinstance(booking.state, Pending | Cancelled)
