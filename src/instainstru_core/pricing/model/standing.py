"""Where an instructor stands between the commission levels, and what comes.

Source: spec 02 §5, §11.6.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import frozen

from instainstru_core.pricing.model.config import PricingConfig, Tier
from instainstru_core.pricing.model.tiers import Commission, TierFacts, evaluate_tier


@frozen(kw_only=True)
class Forecast:
    """From *at* on *lessons* of today's count, if no other one is taught."""

    at: datetime
    lessons: int


@frozen(kw_only=True)
class CommissionStanding:
    """What the instructor pays now, for how many lessons, and how many more lower it.

    *commission* is what the next lesson is priced with; a founding instructor's never changes.
    *resets_at* is when the entry rate holds again if nothing more is taught (PR-11); *forecast*
    tells when lessons leave the window, the next one first.
    """

    commission: Commission
    completed: int
    window_days: int
    next_tier: Tier | None
    lessons_to_next: int | None
    resets_at: datetime | None
    forecast: tuple[Forecast, ...]
    tiers: tuple[Tier, ...]


def commission_standing(
    facts: TierFacts,
    completions: Sequence[datetime],
    *,
    now: datetime,
    config: PricingConfig,
) -> CommissionStanding:
    """The standing that *facts* mean at *now*; *completions* are the window's, oldest first."""
    commission = evaluate_tier(facts, upcoming=1, now=now, config=config)
    higher = next((each for each in config.tiers if each.minimum > facts.completed + 1), None)
    following = None if facts.is_founding else higher
    window = timedelta(days=config.tier_activity_window_days)
    last = facts.last_completed_at
    return CommissionStanding(
        commission=commission,
        completed=facts.completed,
        window_days=config.tier_activity_window_days,
        next_tier=following,
        lessons_to_next=None if following is None else following.minimum - facts.completed - 1,
        resets_at=None
        if last is None or facts.is_founding
        else last + timedelta(days=config.tier_inactivity_reset_days),
        forecast=tuple(
            Forecast(at=each + window, lessons=len(completions) - gone)
            for gone, each in enumerate(completions, start=1)
        ),
        tiers=config.tiers,
    )
