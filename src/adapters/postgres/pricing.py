"""Commission levels and priced offerings in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import define
from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.doors import PRINCIPAL, claimed, principal_of
from adapters.postgres.hot import HotRow
from adapters.postgres.outbox import Outbox
from adapters.postgres.tables.pricing import instructor_tiers
from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.ports import AccessClaims
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format, Modality
from instainstru_core.kernel.money import Money
from instainstru_core.pricing.events import FloorRaised
from instainstru_core.pricing.model.raised import OfferedRates
from instainstru_core.pricing.model.replay import PricedLesson
from instainstru_core.pricing.model.tiers import Commission, InstructorTier, TierFacts
from instainstru_core.pricing.ports import PricedOffering

TIER_COLUMNS = """
    coalesce(teacher.founding, false) AS founding, tier.commission_bps AS persisted_bps,
    tier.last_step_down_at, taught.completed, taught.last_completed_at
"""
BLAMED = """
    SELECT FROM payments blamed
    WHERE blamed.booking_id = bookings.booking_id
        AND blamed.instructor_id = bookings.instructor_id
        AND blamed.outcome IN (
            'instructor_no_show_full_refund', 'student_wins_dispute_full_refund')
"""
"""A lesson that was refunded in full, with its instructor at fault. Source: PR-17."""

TIER_JOINS = f"""
    LEFT JOIN instructors teacher ON teacher.instructor_id = asked.instructor_id
    LEFT JOIN instructor_tiers tier ON tier.instructor_id = asked.instructor_id
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE completed_at >= :since) AS completed,
               max(completed_at) AS last_completed_at
        FROM bookings
        WHERE bookings.instructor_id = asked.instructor_id AND status = 'COMPLETED'
          AND NOT EXISTS ({BLAMED})
    ) taught
"""  # noqa: S608 - constants
_ASKED = "(SELECT CAST(:instructor AS uuid) AS instructor_id) asked"

_FACTS = text(f"SELECT {TIER_COLUMNS} FROM {_ASKED} {TIER_JOINS}")  # noqa: S608 - constants
_OFFERED_AT = (
    f"SELECT offering.rate_travel_cents, offering.rate_studio_cents, offering.rate_online_cents,"  # noqa: S608 - constants
    f" offering.durations, {TIER_COLUMNS} FROM {_ASKED} {TIER_JOINS}"
    " JOIN offerings offering ON offering.instructor_id = asked.instructor_id"
    " AND offering.service_id = :service AND offering.active"
)
_OFFERING = HotRow(_OFFERED_AT)
# Who asks and what they ask for have nothing in common but the moment.
_OFFERING_FOR = HotRow(
    f"SELECT offered.*, door.* FROM (SELECT) AS asking"  # noqa: S608 - constants
    f" LEFT JOIN ({_OFFERED_AT}) AS offered ON true LEFT JOIN ({PRINCIPAL}) AS door ON true"
)


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('tier:' || :instructor, 0))")
_COMPLETIONS = text(
    "SELECT completed_at FROM bookings WHERE instructor_id = :instructor"  # noqa: S608 - constants
    " AND status = 'COMPLETED' AND completed_at >= :since"
    f" AND NOT EXISTS ({BLAMED}) ORDER BY completed_at"
)
_PRICED_LESSONS = text(
    """
    SELECT payment.instructor_id, booking.service_id, payment.ends_at, payment.hourly_rate_cents,
        payment.minutes, payment.modality, payment.tier, payment.lesson_price_cents,
        payment.student_fee_cents, payment.commission_cents
    FROM payments AS payment
    JOIN bookings AS booking USING (booking_id)
    WHERE payment.outcome IN ('lesson_completed_full_payout', 'student_no_show_full_payout')
        AND payment.ends_at >= :since AND payment.ends_at < :until
    ORDER BY payment.instructor_id, payment.ends_at, payment.payment_id
    """
)


_OFFERED = text(
    """
    SELECT offering.instructor_id, offering.service_id, offering.rate_travel_cents,
        offering.rate_studio_cents, offering.rate_online_cents
    FROM offerings AS offering
    JOIN instructors AS teacher USING (instructor_id)
    WHERE offering.active AND teacher.is_live
    ORDER BY offering.instructor_id
    """
)
_CATEGORIES = text(
    """
    SELECT service.service_id, category.slug
    FROM services AS service
    JOIN subcategories AS part USING (subcategory_id)
    JOIN categories AS category USING (category_id)
    """
)


def _rates_of(row: Any) -> dict[Format, Money]:
    rates = {
        Format.TRAVEL: row.rate_travel_cents,
        Format.STUDIO: row.rate_studio_cents,
        Format.ONLINE: row.rate_online_cents,
    }
    return {each: Money(cents) for each, cents in rates.items() if cents is not None}


def _priced_offering_of(row: Any) -> PricedOffering:
    return PricedOffering(
        rates=_rates_of(row), durations=tuple(row.durations), tier=tier_facts_of(row)
    )


def tier_facts_of(row: Any) -> TierFacts:
    """What *row* says of an instructor's tier."""
    return TierFacts(
        is_founding=row.founding,
        persisted_bps=row.persisted_bps,
        completed=row.completed,
        last_completed_at=row.last_completed_at,
        last_step_down_at=row.last_step_down_at,
    )


@define
class PostgresInstructorTiers:
    """The `InstructorTiers` port."""

    _connection: Connection
    _outbox: Outbox

    def facts(self, instructor_id: InstructorId, *, since: datetime) -> TierFacts:
        values = {"instructor": instructor_id.value, "since": since}
        return tier_facts_of(self._connection.execute(_FACTS, values).one())

    def lock(self, instructor_id: InstructorId) -> None:
        self._connection.execute(_LOCK, {"instructor": str(instructor_id)})

    def find(self, instructor_id: InstructorId) -> InstructorTier | None:
        statement = select(instructor_tiers).where(
            instructor_tiers.c.instructor_id == instructor_id
        )
        if (row := self._connection.execute(statement).one_or_none()) is None:
            return None
        return InstructorTier(
            instructor_id=row.instructor_id,
            commission=Commission(tier=row.tier, bps=row.commission_bps),
            evaluated_at=row.evaluated_at,
            last_step_down_at=row.last_step_down_at,
        )

    def kept_after(
        self, instructor_id: InstructorId | None, *, limit: int
    ) -> Sequence[InstructorId]:
        column = instructor_tiers.c.instructor_id
        statement = select(column).order_by(column).limit(limit)
        if instructor_id is not None:
            statement = statement.where(column > instructor_id)
        return list(self._connection.scalars(statement))

    def keep(self, tier: InstructorTier) -> None:
        columns = {
            "tier": tier.commission.tier,
            "commission_bps": tier.commission.bps,
            "last_step_down_at": tier.last_step_down_at,
            "evaluated_at": tier.evaluated_at,
        }
        statement = insert(instructor_tiers).values(instructor_id=tier.instructor_id, **columns)
        self._connection.execute(
            statement.on_conflict_do_update(constraint="instructor_tiers_pkey", set_=columns)
        )
        self._outbox.record(tier.events)


@define
class PostgresOfferedServices:
    """The `OfferedServices` port."""

    _connection: Connection
    _outbox: Outbox

    def active(self) -> Sequence[OfferedRates]:
        return [
            OfferedRates(
                instructor_id=InstructorId(row.instructor_id),
                service_id=ServiceId(row.service_id),
                rates=_rates_of(row),
            )
            for row in self._connection.execute(_OFFERED)
        ]

    def categories(self) -> Mapping[ServiceId, str]:
        return {ServiceId(row[0]): row[1] for row in self._connection.execute(_CATEGORIES)}

    def tell(self, news: Sequence[FloorRaised]) -> None:
        self._outbox.record(news)


@define
class PostgresPricedOfferings:
    """The `PricedOfferings` query: one statement for everything a quote goes by."""

    _connection: Connection

    def find(
        self, instructor_id: InstructorId, service_id: ServiceId, *, since: datetime
    ) -> PricedOffering | None:
        values = {"instructor": instructor_id.value, "service": service_id.value, "since": since}
        row = _OFFERING.of(self._connection, values)
        return None if row is None else _priced_offering_of(row)

    def find_for(
        self,
        asker: AccessClaims,
        instructor_id: InstructorId,
        service_id: ServiceId,
        *,
        since: datetime,
        now: datetime,
    ) -> tuple[Principal | None, PricedOffering | None]:
        who = asker.session_id, asker.account_id
        values = claimed(*who, epoch=asker.epoch, now=now)
        values |= {"instructor": instructor_id.value, "service": service_id.value, "since": since}
        row = _OFFERING_FOR.of(self._connection, values)
        principal = None if row.role is None else principal_of(row, *who)
        return principal, None if row.durations is None else _priced_offering_of(row)


@define
class PostgresPricingHistory:
    """The `PricingHistory` query, one statement each."""

    _connection: Connection

    def tier_facts(self, instructor_id: InstructorId, *, since: datetime) -> TierFacts:
        values = {"instructor": instructor_id.value, "since": since}
        return tier_facts_of(self._connection.execute(_FACTS, values).one())

    def completions(self, instructor_id: InstructorId, *, since: datetime) -> Sequence[datetime]:
        values = {"instructor": instructor_id.value, "since": since}
        return list(self._connection.scalars(_COMPLETIONS, values))

    def lessons(self, *, since: datetime, until: datetime) -> Sequence[PricedLesson]:
        rows = self._connection.execute(_PRICED_LESSONS, {"since": since, "until": until})
        return [
            PricedLesson(
                instructor_id=InstructorId(row.instructor_id),
                service_id=ServiceId(row.service_id),
                ended_at=row.ends_at,
                hourly_rate=Money(row.hourly_rate_cents),
                minutes=row.minutes,
                modality=Modality(row.modality),
                tier=row.tier,
                lesson_price=Money(row.lesson_price_cents),
                student_fee=Money(row.student_fee_cents),
                commission=Money(row.commission_cents),
            )
            for row in rows
        ]
