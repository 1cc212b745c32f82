"""What the platform keeps of a lesson: falling with volume, slow to rise. Source: PR-10…PR-13."""

from datetime import datetime, timedelta

from attrs import evolve, field, frozen
from attrs.validators import ge

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.events import Aggregate
from instainstru_core.pricing.events import CommissionTierChanged
from instainstru_core.pricing.model.config import FOUNDING, PricingConfig, Tier


@frozen(kw_only=True)
class Commission:
    """A rate and the level it comes from."""

    tier: str
    bps: int


@frozen(kw_only=True)
class TierFacts:
    """What an evaluation goes by. *completed* counts the lessons of the activity window."""

    is_founding: bool = False
    persisted_bps: int | None = None
    completed: int = field(default=0, validator=ge(0))
    last_completed_at: datetime | None = None
    last_step_down_at: datetime | None = None


@frozen(kw_only=True)
class InstructorTier(Aggregate):
    """The level kept for one instructor. Source: PR-12."""

    instructor_id: InstructorId
    commission: Commission
    evaluated_at: datetime
    last_step_down_at: datetime | None = None


def evaluate_tier(
    facts: TierFacts, *, upcoming: int, now: datetime, config: PricingConfig
) -> Commission:
    """The commission that *facts* earn at *now*: PR-11, step by step.

    A quote counts the lesson it is asked for (`upcoming=1`), what is kept does not (PR-10, PR-12).
    """
    if facts.is_founding:
        return Commission(tier=FOUNDING, bps=config.founding_rate_bps)
    tiers = config.tiers
    if _inactive(facts, now, config):
        return _commission(tiers[0])
    persisted = _nearest(tiers, facts.persisted_bps)
    required = _earned(tiers, facts.completed + upcoming)
    if required >= persisted:
        return _commission(tiers[required])
    pause = timedelta(days=config.tier_stepdown_pause_days)
    if facts.last_step_down_at is not None and now - facts.last_step_down_at < pause:
        return _commission(tiers[persisted])
    return _commission(tiers[max(required, persisted - config.tier_stepdown_max)])


def reevaluate(
    instructor_id: InstructorId, facts: TierFacts, *, now: datetime, config: PricingConfig
) -> InstructorTier:
    """The level to keep for the instructor, remembering when the rate last rose. Source: PR-12.

    Who was never evaluated stands at the entry level; a founding rate is no level (PR-13).
    """
    return _kept(
        instructor_id,
        evaluate_tier(facts, upcoming=0, now=now, config=config),
        facts,
        now=now,
        config=config,
    )


def placed(
    instructor_id: InstructorId,
    tier: Tier,
    facts: TierFacts,
    *,
    now: datetime,
    config: PricingConfig,
) -> InstructorTier:
    """The level that an operator gives the instructor. Source: PR-18."""
    return _kept(instructor_id, _commission(tier), facts, now=now, config=config)


def _kept(
    instructor_id: InstructorId,
    commission: Commission,
    facts: TierFacts,
    *,
    now: datetime,
    config: PricingConfig,
) -> InstructorTier:
    previous = (
        config.tiers[0].commission_bps if facts.persisted_bps is None else facts.persisted_bps
    )
    changed = CommissionTierChanged(
        instructor_id=instructor_id,
        tier=commission.tier,
        commission_bps=commission.bps,
        previous_bps=previous,
        completed=facts.completed,
        occurred_at=now,
    )
    kept = InstructorTier(
        instructor_id=instructor_id,
        commission=commission,
        evaluated_at=now,
        last_step_down_at=facts.last_step_down_at,
        events=(changed,) if commission.bps != previous and not facts.is_founding else (),
    )
    stood = config.tiers[_nearest(config.tiers, facts.persisted_bps)]
    rose = facts.persisted_bps is not None and commission.bps > stood.commission_bps
    return evolve(kept, last_step_down_at=now) if rose and not facts.is_founding else kept


def _inactive(facts: TierFacts, now: datetime, config: PricingConfig) -> bool:
    if facts.last_completed_at is None:
        return True
    return now - facts.last_completed_at > timedelta(days=config.tier_inactivity_reset_days)


def _nearest(tiers: tuple[Tier, ...], bps: int | None) -> int:
    """The configured level nearest to a rate that may be configured no more; of two the cheaper."""
    if bps is None:
        return 0
    return min(
        range(len(tiers)),
        key=lambda level: (abs(tiers[level].commission_bps - bps), tiers[level].commission_bps),
    )


def _earned(tiers: tuple[Tier, ...], lessons: int) -> int:
    return max((level for level, tier in enumerate(tiers) if tier.minimum <= lessons), default=0)


def _commission(tier: Tier) -> Commission:
    return Commission(tier=tier.name, bps=tier.commission_bps)
