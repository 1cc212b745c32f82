"""The figures that prices are made of: one versioned document. Source: PR-16, spec 02 §8."""

from attrs import field, frozen
from attrs.validators import and_, ge, lt, min_len

from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Modality
from instainstru_core.kernel.money import BASIS_POINTS, Money, half_up

FOUNDING = "founding"
"""The name of the rate outside the tiers. Source: PR-13."""

_FLOOR_IN_PERSON = Money(8000)
_FLOOR_REMOTE = Money(6000)
_SMALLEST_CHARGE = Money(50)
_rate = and_(ge(0), lt(BASIS_POINTS))


@frozen(kw_only=True)
class Tier:
    """One level of commission: who has *minimum* lessons or more pays *commission_bps*."""

    name: str
    minimum: int = field(validator=ge(1))
    commission_bps: int = field(validator=_rate)


@frozen(kw_only=True)
class PricingConfig:
    """One version of the pricing document, checked as it is built.

    Raises:
        Malformed: Tiers whose rates don't strictly fall while their minimums rise.
    """

    version: int = field(validator=ge(1))
    student_fee_bps: int = field(default=1200, validator=_rate)
    founding_rate_bps: int = field(default=800, validator=_rate)
    tiers: tuple[Tier, ...] = field(
        default=(
            Tier(name="entry", minimum=1, commission_bps=1500),
            Tier(name="growth", minimum=5, commission_bps=1200),
            Tier(name="pro", minimum=11, commission_bps=1000),
        ),
        validator=min_len(1),
    )
    tier_activity_window_days: int = field(default=30, validator=ge(1))
    tier_stepdown_max: int = field(default=1, validator=ge(1))
    tier_stepdown_pause_days: int = field(default=30, validator=ge(1))
    tier_inactivity_reset_days: int = field(default=90, validator=ge(1))
    floor_in_person: Money = _FLOOR_IN_PERSON
    floor_remote: Money = _FLOOR_REMOTE
    smallest_charge: Money = _SMALLEST_CHARGE

    def __attrs_post_init__(self) -> None:
        for lower, higher in zip(self.tiers, self.tiers[1:], strict=False):
            if higher.minimum <= lower.minimum or higher.commission_bps >= lower.commission_bps:
                raise Malformed("tier rates must strictly fall as their minimums rise")

    def hourly_floor(self, modality: Modality) -> Money:
        """What 60 minutes must cost at least. Source: PR-6."""
        return self.floor_remote if modality is Modality.REMOTE else self.floor_in_person

    def floor(self, modality: Modality, minutes: int) -> Money:
        """What *minutes* must cost at least; 0 where there is no floor. Source: PR-6."""
        return Money(half_up(self.hourly_floor(modality).cents * minutes, 60))


DEFAULT_PRICING = PricingConfig(version=1)
"""The document as the platform starts with it. Source: spec 02 §8."""
