"""Commission levels and priced offerings in memory."""

from datetime import datetime
from typing import TYPE_CHECKING

from attrs import define, evolve

from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Completed
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.pricing.model.tiers import InstructorTier, TierFacts
from instainstru_core.pricing.ports import PricedOffering
from instainstru_core.testing.memory.instructors import offerings_of

if TYPE_CHECKING:
    from instainstru_core.testing.memory.store import InMemoryOutbox, Tables


def tier_facts(tables: "Tables", instructor_id: InstructorId, since: datetime) -> TierFacts:
    """What an evaluation of the instructor goes by."""
    instructor = tables.of("instructors", InstructorId, Instructor).get(instructor_id)
    kept = tables.of("instructor_tiers", InstructorId, InstructorTier).get(instructor_id)
    taught = [
        booking.state.at
        for booking in tables.of("bookings", BookingId, Booking).values()
        if booking.instructor == instructor_id and isinstance(booking.state, Completed)
    ]
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

    _tables: "Tables"
    _outbox: "InMemoryOutbox"

    def facts(self, instructor_id: InstructorId, *, since: datetime) -> TierFacts:
        return tier_facts(self._tables, instructor_id, since)

    def keep(self, tier: InstructorTier) -> None:
        rows = self._tables.of("instructor_tiers", InstructorId, InstructorTier)
        self._outbox.record(tier.events)
        rows[tier.instructor_id] = evolve(tier, events=())


@define
class InMemoryPricedOfferings:
    """The `PricedOfferings` query."""

    _tables: "Tables"

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
