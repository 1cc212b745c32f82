"""Say what a lesson would cost: nothing is kept, nothing is held."""

from datetime import datetime, timedelta

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.pricing.errors import (
    DurationNotOffered,
    FormatNotOffered,
    NegativeCredit,
    OfferingNotFound,
)
from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.pricing.model.quotes import PriceBreakdown, quote
from instainstru_core.pricing.model.tiers import evaluate_tier
from instainstru_core.pricing.ports import PricedOffering, PricingReads


@frozen(kw_only=True)
class QuoteLesson:
    """Somebody asks what one lesson would cost; a student with so much of their credit."""

    instructor_id: InstructorId
    service_id: ServiceId
    location_type: LocationType
    duration_minutes: int
    credit_cents: int = 0
    student_id: StudentId | None = None


def quote_lesson(
    request: QuoteLesson, *, read: Begin[PricingReads], clock: Clock, config: PricingConfig
) -> PriceBreakdown:
    """The price at this moment, as a checkout would freeze it. Source: PR-10, PR-14.

    Raises:
        OfferingNotFound: The instructor doesn't teach the service.
        FormatNotOffered: Not in this way.
        DurationNotOffered: Not for so long.
        NegativeCredit: Less than no credit.
        PriceBelowFloor: Too cheap for its modality.
    """
    now = clock.now()
    since = now - timedelta(days=config.tier_activity_window_days)
    with read() as reads:
        offering = reads.priced_offerings.find(
            request.instructor_id, request.service_id, since=since
        )
        return price_of(request, offering, reads=reads, now=now, config=config)


def price_of(
    request: QuoteLesson,
    offering: PricedOffering | None,
    *,
    reads: PricingReads,
    now: datetime,
    config: PricingConfig,
) -> PriceBreakdown:
    """What is asked for, of what is offered; refuses as `quote_lesson` does."""
    if request.credit_cents < 0:
        raise NegativeCredit(request.credit_cents)
    if offering is None:
        raise OfferingNotFound
    rate = offering.rates.get(request.location_type.format)
    if rate is None:
        raise FormatNotOffered(request.location_type.format)
    if request.duration_minutes not in offering.durations:
        raise DurationNotOffered(request.duration_minutes, offering.durations)
    price = rate.for_minutes(request.duration_minutes)
    return quote(
        rate,
        request.duration_minutes,
        request.location_type.modality,
        commission=evaluate_tier(offering.tier, upcoming=1, now=now, config=config),
        credit_cents=request.credit_cents,
        available_credit=_credit(request, price, reads=reads, now=now),
        config=config,
        service_id=request.service_id,
    )


def _credit(request: QuoteLesson, price: Money, *, reads: PricingReads, now: datetime) -> Money:
    """What there is of credit, where some is to be used. Source: PR-5."""
    if request.student_id is None or not request.credit_cents:
        return NOTHING
    return reads.credit_purses.spendable(request.student_id, lesson_price=price, now=now)
