"""Tell an instructor what the platform keeps of a lesson, and what would lower it."""

from datetime import timedelta

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.pricing.model.standing import CommissionStanding, commission_standing
from instainstru_core.pricing.ports import PricingReads


def read_commission(
    instructor_id: InstructorId,
    *,
    read: Begin[PricingReads],
    clock: Clock,
    config: PricingConfig,
) -> CommissionStanding:
    """The instructor's standing now. Source: spec 02 §5."""
    now = clock.now()
    since = now - timedelta(days=config.tier_activity_window_days)
    with read() as reads:
        facts = reads.pricing_history.tier_facts(instructor_id, since=since)
        completions = reads.pricing_history.completions(instructor_id, since=since)
    return commission_standing(facts, completions, now=now, config=config)
