"""A till: one instructor who can be paid, one student with cards, and the simulated processor.

It works over any adapter of the units of work, so the same stories run on the twins and on
PostgreSQL.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, cast

from attrs import define, field

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.accounts.ports import AccountsReads, AccountsWork
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import Party, PolicyCase
from instainstru_core.due_work.model import Periodic
from instainstru_core.due_work.use_cases.perform_work import Outcome, perform_work
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.mutex import Mutexes
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import CardId
from instainstru_core.payments.ledger.model import Account, TrialBalance
from instainstru_core.payments.model.cards import SavedCard
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.queries import PaymentReads
from instainstru_core.payments.reactions import DESKS
from instainstru_core.payments.use_cases.change_card import ChangeCard, change_card
from instainstru_core.payments.use_cases.check_out import CheckedOut, CheckOut, check_out
from instainstru_core.payments.use_cases.keep_card import (
    AddCard,
    NamedCard,
    add_card,
    choose_default_card,
)
from instainstru_core.payments.use_cases.open_payout_account import (
    LinkOnboarding,
    link_onboarding,
    refresh_payout_account,
)
from instainstru_core.payments.use_cases.sweep_operations import sweep_operations
from instainstru_core.places.ports import PlacesWork
from instainstru_core.ports import Ports
from instainstru_core.pricing.model.config import DEFAULT_PRICING, PricingConfig
from instainstru_core.pricing.model.quotes import PriceBreakdown, quote
from instainstru_core.pricing.model.tiers import evaluate_tier
from instainstru_core.pricing.ports import FixedPricing, PricingReads
from instainstru_core.reactions import HANDLERS, ROUTES
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.fakes.signer import FakeSigner
from instainstru_core.testing.memory.accounts import InMemoryMutexes
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import NOON, Classroom, a_booking, open_classroom

MAX_ROUNDS = 60
_OURS: Final = frozenset(
    {
        "authorise_payment",
        "climb_ladder",
        "conclude_milestone",
        "earn_milestone",
        "evaluate_tier",
        "freeze_for_issue",
        "freeze_for_report",
        "release_payment",
        "resume_payment",
        "retry_capture",
        "retry_payouts",
        "schedule_capture",
        "settle_payment",
    }
)
ROUTES_OF_MONEY: Final[Mapping[type[Event], tuple[str, ...]]] = {
    event: tuple(name for name in names if name in _OURS) for event, names in ROUTES.items()
}
"""The reactions of payments alone."""


class TillWork(PaymentWork, AccountsWork, PlacesWork, Protocol):
    """What a till reaches."""


class TillReads(PaymentReads, PricingReads, AccountsReads, Protocol):
    """What is read at a till."""


@define
class Till:
    """Where lessons are paid; it is a `PaymentPorts`."""

    begin: Begin[TillWork]
    read: Begin[TillReads]
    ids: Ids
    clock: HandMovedClock
    processor: SimulatedProcessor
    classroom: Classroom
    student: StudentId
    card: SavedCard
    pricing: PricingConfig = DEFAULT_PRICING
    signer: FakeSigner = field(factory=FakeSigner)
    gateway: PaymentGateway = field(init=False)
    mutexes: Mutexes = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.gateway = self.processor
        self.mutexes = InMemoryMutexes()

    @classmethod
    def opened(
        cls,
        *,
        begin: Begin[Any] | None = None,
        read: Begin[Any] | None = None,
        ids: Ids | None = None,
        clock: HandMovedClock | None = None,
        card: str = "pm_card_visa",
        pricing: PricingConfig = DEFAULT_PRICING,
        processor: SimulatedProcessor | None = None,
    ) -> "Till":
        """A till at Monday noon, in memory unless told otherwise; the instructor is onboarded.

        Whose *begin* is given brings units of work that go by *pricing* too.
        """
        clock = clock or HandMovedClock(NOON)
        ids = ids or CountedIds()
        if begin is None or read is None:
            store = InMemoryStore(ids, clock, ROUTES_OF_MONEY, pricing=FixedPricing(pricing))
            begin, read = store.begin, store.read
        processor = processor or SimulatedProcessor(clock)
        classroom = open_classroom(begin, ids)
        link = link_onboarding(
            LinkOnboarding(
                instructor_id=classroom.instructor, return_url="https://instainstru.example/back"
            ),
            begin=begin,
            gateway=processor,
            clock=clock,
        )
        processor.onboard(link)
        refresh_payout_account(classroom.instructor, begin=begin, gateway=processor, clock=clock)
        student = ids.new(StudentId)
        saved = add_card(
            AddCard(student_id=student, token=card),
            begin=begin,
            gateway=processor,
            ids=ids,
            clock=clock,
        )
        return cls(
            begin=begin,
            read=read,
            ids=ids,
            clock=clock,
            processor=processor,
            classroom=classroom,
            student=student,
            card=saved,
            pricing=pricing,
        )

    def add_card(self, token: str) -> SavedCard:
        """Another card of the student."""
        return add_card(
            AddCard(student_id=self.student, token=token),
            begin=self.begin,
            gateway=self.gateway,
            ids=self.ids,
            clock=self.clock,
        )

    def default_card(self, token: str) -> SavedCard:
        """Another card of the student, which pays from now on where none is named."""
        card = self.add_card(token)
        choose_default_card(
            NamedCard(student_id=card.student_id, card_id=card.card_id), begin=self.begin
        )
        return card

    def hold(self, *, hours_ahead: float = 72, minutes: int = 60) -> Booking:
        """A lesson held for the student, so many hours from now."""
        now = self.clock.now()
        booking = a_booking(
            self.ids.new(BookingId),
            student=self.student,
            instructor=self.classroom.instructor,
            starts_at=now + timedelta(hours=hours_ahead),
            minutes=minutes,
            created_at=now,
        )
        with self.begin() as work:
            return work.bookings.add(booking)

    def price(self, booking: Booking, *, credit_cents: int = 0) -> PriceBreakdown:
        """What the booking would cost if it were checked out now."""
        since = self.clock.now() - timedelta(days=self.pricing.tier_activity_window_days)
        with self.begin() as work:
            facts = work.instructor_tiers.facts(booking.instructor, since=since)
        return quote(
            booking.hourly_rate,
            booking.lesson.minutes,
            booking.location_type.modality,
            commission=evaluate_tier(facts, upcoming=1, now=self.clock.now(), config=self.pricing),
            credit_cents=credit_cents,
            available_credit=Money(credit_cents),
            config=self.pricing,
        )

    def pay(
        self, booking: Booking, card: SavedCard | None = None, *, credit_cents: int = 0
    ) -> CheckedOut:
        """Check the booking out at its price, so much of it in credit."""
        request = CheckOut(
            student_id=self.student,
            booking_id=booking.booking_id,
            fingerprint=self.price(booking, credit_cents=credit_cents).fingerprint,
            card_id=(card or self.card).card_id,
            credit_cents=credit_cents,
        )
        return self.check_out(request)

    def check_out(self, request: CheckOut) -> CheckedOut:
        """Check out as *request* says."""
        return check_out(
            request,
            begin=self.begin,
            gateway=self.gateway,
            ids=self.ids,
            clock=self.clock,
            config=self.pricing,
        )

    def cancel(self, booking: Booking, by: Party, case: PolicyCase) -> None:
        """Call the lesson off."""
        actor = self.student.value if by is Party.STUDENT else self.classroom.instructor.value
        with self.begin() as work:
            current = work.bookings.get_for_update(booking.booking_id)
            work.bookings.save(
                current.cancel(
                    at=self.clock.now(),
                    by=by,
                    actor=AccountId(actor),
                    reason="something came up",
                    policy_case=case,
                )
            )

    def swap_card(self, booking: Booking, token: str) -> None:
        """The student lets another card pay."""
        change_card(
            ChangeCard(
                student_id=self.student,
                booking_id=booking.booking_id,
                card_id=self.add_card(token).card_id,
            ),
            begin=self.begin,
            gateway=self.gateway,
            ids=self.ids,
            clock=self.clock,
        )

    def complete(self, booking: Booking) -> None:
        """The instructor says that the lesson was given."""
        with self.begin() as work:
            current = work.bookings.get_for_update(booking.booking_id)
            work.bookings.save(current.complete(at=self.clock.now()))

    def booking(self, booking: Booking) -> Booking:
        """The booking as it stands."""
        with self.begin() as work:
            return work.bookings.get(booking.booking_id)

    def payment(self, booking: Booking) -> Payment:
        """The booking's payment as it stands."""
        with self.begin() as work:
            found = work.payments.find_for_update(booking.booking_id)
        assert found is not None, "the booking was never checked out"
        return found

    def at(self, moment: datetime) -> "Till":
        """Move the clock to *moment* and do what is due by then."""
        self.clock.set(moment)
        self.work_off()
        return self

    def after(self, **elapsed: float) -> "Till":
        """Move the clock and do what is due by then."""
        return self.at(self.clock.now() + timedelta(**elapsed))

    def work_off(self) -> None:
        """Perform everything that is due, what that leads to included, and sweep."""
        periodic: Mapping[str, Periodic] = {}
        for _ in range(MAX_ROUNDS):
            with self.begin() as work:
                due = work.work_items.claim(now=self.clock.now(), limit=100)
            if not due:
                break
            for work_id in due:
                done = perform_work(
                    work_id,
                    handlers=HANDLERS,
                    periodic=periodic,
                    ports=cast("Ports", self),
                    begin=cast("Begin[Any]", self.begin),
                    clock=self.clock,
                )
                assert done.outcome in {Outcome.DONE, Outcome.GONE}, done.error
        self.sweep()

    def sweep(self) -> int:
        """Repeat what was never answered."""
        return sweep_operations(
            begin=self.begin, gateway=self.gateway, ids=self.ids, clock=self.clock, desks=DESKS
        )

    def books(self) -> TrialBalance:
        """The trial balance."""
        with self.read() as reads:
            return reads.ledger_queries.trial_balance()

    def balances(self) -> dict[Account, int]:
        """What the accounts that are not zero come to."""
        return {each.account: each.cents for each in self.books().balances if each.cents}

    def unknown_card(self) -> CardId:
        """A card that does not exist."""
        return self.ids.new(CardId)
