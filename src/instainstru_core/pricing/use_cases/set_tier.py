"""Put an instructor on a commission level by hand. Source: PR-18."""

from datetime import datetime, timedelta

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.pricing.errors import FoundingInstructor, UnknownTier
from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.pricing.model.tiers import InstructorTier, placed
from instainstru_core.pricing.ports import PricingWork


def set_tier(
    instructor_id: InstructorId,
    tier: str,
    *,
    work: PricingWork,
    now: datetime,
    config: PricingConfig,
) -> tuple[InstructorTier | None, InstructorTier]:
    """Keep *tier* for the instructor, inside the caller's unit; what was kept before, and now.

    From then on it is evaluated like any other.

    Raises:
        FoundingInstructor: Their rate stands outside the tiers.
        UnknownTier: No level is called so.
    """
    work.instructor_tiers.lock(instructor_id)
    since = now - timedelta(days=config.tier_activity_window_days)
    facts = work.instructor_tiers.facts(instructor_id, since=since)
    if facts.is_founding:
        raise FoundingInstructor
    level = next((each for each in config.tiers if each.name == tier), None)
    if level is None:
        raise UnknownTier(tier, tuple(each.name for each in config.tiers))
    before = work.instructor_tiers.find(instructor_id)
    kept = placed(instructor_id, level, facts, now=now, config=config)
    work.instructor_tiers.keep(kept)
    return before, kept
