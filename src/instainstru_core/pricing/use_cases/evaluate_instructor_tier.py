"""Keep an instructor's commission level up to date with what they taught."""

from datetime import datetime, timedelta

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.pricing.model.tiers import InstructorTier, reevaluate
from instainstru_core.pricing.ports import PricingWork


def evaluate_instructor_tier(
    instructor_id: InstructorId, *, work: PricingWork, now: datetime, config: PricingConfig
) -> InstructorTier:
    """Evaluate and keep the level, inside the caller's unit. Source: PR-12."""
    work.instructor_tiers.lock(instructor_id)
    since = now - timedelta(days=config.tier_activity_window_days)
    facts = work.instructor_tiers.facts(instructor_id, since=since)
    tier = reevaluate(instructor_id, facts, now=now, config=config)
    work.instructor_tiers.keep(tier)
    return tier
