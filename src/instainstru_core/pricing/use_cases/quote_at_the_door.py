"""Say what a lesson would cost to whoever asks, and find out who that is by the same look."""

from collections.abc import Callable
from datetime import timedelta

from attrs import evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.accounts.ports import AccessClaims
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.pricing.model.quotes import PriceBreakdown
from instainstru_core.pricing.ports import PricingReads
from instainstru_core.pricing.use_cases.quote_lesson import QuoteLesson, price_of


def quote_at_the_door(
    request: QuoteLesson,
    asker: AccessClaims,
    *,
    admit: Callable[[Principal | None], Principal],
    read: Begin[PricingReads],
    clock: Clock,
    config: PricingConfig,
) -> tuple[PriceBreakdown, Principal]:
    """The price at this moment, and who was told it. Source: PR-10, PR-14, AC-24.

    *admit* refuses whoever may not ask, before anything is said about the lesson. Students are
    quoted with their own credit, whomever the request names.

    Raises:
        OfferingNotFound: And whatever else `quote_lesson` raises.
    """
    now = clock.now()
    since = now - timedelta(days=config.tier_activity_window_days)
    with read() as reads:
        found, offering = reads.priced_offerings.find_for(
            asker, request.instructor_id, request.service_id, since=since, now=now
        )
        principal = admit(found)
        asked = evolve(request, student_id=_student(principal))
        return price_of(asked, offering, reads=reads, now=now, config=config), principal


def _student(principal: Principal) -> StudentId | None:
    """Who could pay with credit."""
    if not principal.may(Permission.CREATE_BOOKINGS):
        return None
    return StudentId(principal.account_id.value)
