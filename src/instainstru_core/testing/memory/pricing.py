"""Commission levels and priced offerings in memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import define, evolve

from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.ports import AccessClaims
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Completed
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import Payment
from instainstru_core.pricing.events import FloorRaised
from instainstru_core.pricing.model.raised import OfferedRates
from instainstru_core.pricing.model.replay import PricedLesson
from instainstru_core.pricing.model.tiers import InstructorTier, TierFacts
from instainstru_core.pricing.ports import PricedOffering
from instainstru_core.testing.memory.accounts import InMemoryDoors
from instainstru_core.testing.memory.catalog import InMemoryCatalog
from instainstru_core.testing.memory.instructors import offerings_of
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables

BLAMED = frozenset({Outcome.INSTRUCTOR_NO_SHOW, Outcome.DISPUTE_REFUND})
"""How lessons end that were refunded in full with the instructor at fault. Source: PR-17."""


def _taught(tables: Tables, instructor_id: InstructorId) -> list[datetime]:
    """When the lessons were completed that count for the instructor's level. Source: PR-17."""
    blamed = {
        payment.booking_id
        for payment in tables.where("payments", PaymentId, Payment, "instructor_id", instructor_id)
        if payment.outcome in BLAMED
    }
    return [
        booking.state.at
        for booking in tables.where("bookings", BookingId, Booking, "instructor", instructor_id)
        if isinstance(booking.state, Completed) and booking.booking_id not in blamed
    ]


def tier_facts(tables: Tables, instructor_id: InstructorId, since: datetime) -> TierFacts:
    """What an evaluation of the instructor goes by."""
    instructor = tables.of("instructors", InstructorId, Instructor).get(instructor_id)
    kept = tables.of("instructor_tiers", InstructorId, InstructorTier).get(instructor_id)
    taught = _taught(tables, instructor_id)
    return TierFacts(
        is_founding=instructor is not None and instructor.founding,
        persisted_bps=None if kept is None else kept.commission.bps,
        completed=sum(at >= since for at in taught),
        last_completed_at=max(taught, default=None),
        last_step_down_at=None if kept is None else kept.last_step_down_at,
    )


@define
class InMemoryInstructorTiers:
    """The `InstructorTiers` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def facts(self, instructor_id: InstructorId, *, since: datetime) -> TierFacts:
        return tier_facts(self._tables, instructor_id, since)

    def lock(self, instructor_id: InstructorId) -> None:
        """Units come one after the other anyway."""

    def find(self, instructor_id: InstructorId) -> InstructorTier | None:
        return self._tables.of("instructor_tiers", InstructorId, InstructorTier).get(instructor_id)

    def kept_after(
        self, instructor_id: InstructorId | None, *, limit: int
    ) -> Sequence[InstructorId]:
        rows = sorted(self._tables.of("instructor_tiers", InstructorId, InstructorTier))
        return [each for each in rows if instructor_id is None or each > instructor_id][:limit]

    def keep(self, tier: InstructorTier) -> None:
        rows = self._tables.of("instructor_tiers", InstructorId, InstructorTier)
        self._outbox.record(tier.events)
        rows[tier.instructor_id] = evolve(tier, events=())


@define
class InMemoryPricedOfferings:
    """The `PricedOfferings` query."""

    _tables: Tables

    def find(
        self, instructor_id: InstructorId, service_id: ServiceId, *, since: datetime
    ) -> PricedOffering | None:
        for offering in offerings_of(self._tables, instructor_id):
            if offering.service_id == service_id and offering.active:
                return PricedOffering(
                    rates=offering.rates,
                    durations=offering.durations,
                    tier=tier_facts(self._tables, instructor_id, since),
                )
        return None

    def find_for(
        self,
        asker: AccessClaims,
        instructor_id: InstructorId,
        service_id: ServiceId,
        *,
        since: datetime,
        now: datetime,
    ) -> tuple[Principal | None, PricedOffering | None]:
        principal = InMemoryDoors(self._tables).principal(
            asker.session_id, asker.account_id, epoch=asker.epoch, now=now
        )
        return principal, self.find(instructor_id, service_id, since=since)


@define
class InMemoryPricingHistory:
    """The `PricingHistory` query."""

    _tables: Tables

    def tier_facts(self, instructor_id: InstructorId, *, since: datetime) -> TierFacts:
        return tier_facts(self._tables, instructor_id, since)

    def completions(self, instructor_id: InstructorId, *, since: datetime) -> Sequence[datetime]:
        return sorted(at for at in _taught(self._tables, instructor_id) if at >= since)

    def lessons(self, *, since: datetime, until: datetime) -> Sequence[PricedLesson]:
        bookings = self._tables.of("bookings", BookingId, Booking)
        found = [
            payment
            for payment in self._tables.of("payments", PaymentId, Payment).values()
            if payment.outcome in {Outcome.LESSON_COMPLETED, Outcome.STUDENT_NO_SHOW}
            and since <= payment.lesson.ends_at < until
        ]
        found.sort(key=lambda each: (each.instructor_id, each.lesson.ends_at, each.payment_id))
        return [
            PricedLesson(
                instructor_id=each.instructor_id,
                service_id=bookings[each.booking_id].service_id,
                ended_at=each.lesson.ends_at,
                hourly_rate=each.breakdown.hourly_rate,
                minutes=each.breakdown.minutes,
                modality=each.breakdown.modality,
                tier=each.breakdown.tier,
                lesson_price=each.breakdown.lesson_price,
                student_fee=each.breakdown.student_fee,
                commission=each.breakdown.commission,
            )
            for each in found
        ]


@define
class InMemoryOfferedServices:
    """The `OfferedServices` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def active(self) -> Sequence[OfferedRates]:
        people = self._tables.of("instructors", InstructorId, Instructor)
        return [
            OfferedRates(
                instructor_id=instructor_id, service_id=offering.service_id, rates=offering.rates
            )
            for instructor_id in sorted(people)
            if people[instructor_id].is_live
            for offering in offerings_of(self._tables, instructor_id)
            if offering.active
        ]

    def categories(self) -> Mapping[ServiceId, str]:
        catalog = InMemoryCatalog(self._tables).tree()
        parts = {each.slug: each.category for each in catalog.subcategories}
        return {each.service_id: parts[each.subcategory] for each in catalog.services}

    def tell(self, news: Sequence[FloorRaised]) -> None:
        self._outbox.record(tuple(news))
