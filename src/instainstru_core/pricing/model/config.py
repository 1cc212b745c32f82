"""The figures that prices are made of: one versioned document. Source: PR-16, spec 02 §8."""

from collections.abc import Mapping

from attrs import evolve, field, frozen
from attrs.validators import and_, ge, le, lt, min_len

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.model.offering import Floors
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Modality
from instainstru_core.kernel.money import BASIS_POINTS, Money, half_up

FOUNDING = "founding"
"""The name of the rate outside the tiers. Source: PR-13."""

_FLOOR_IN_PERSON = Money(8000)
_FLOOR_REMOTE = Money(6000)
_SMALLEST_CHARGE = Money(50)
_TIP_MINIMUM = Money(100)
_TIP_MAXIMUM = Money(50_000)
_rate = and_(ge(0), lt(BASIS_POINTS))


@frozen(kw_only=True)
class Tier:
    """One level of commission: who has *minimum* lessons or more pays *commission_bps*."""

    name: str
    minimum: int = field(validator=ge(0))
    commission_bps: int = field(validator=_rate)


@frozen(kw_only=True)
class Milestone:
    """What a student gets at every lesson whose number leaves *offset* in a cycle.

    Source: CR-10.
    """

    offset: int = field(validator=ge(0))
    amount: Money


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
    category_floors: Mapping[str, Floors] = field(factory=dict)
    smallest_charge: Money = _SMALLEST_CHARGE
    founding_cap: int = field(default=100, validator=ge(1))
    founding_search_boost: float = field(default=1.5, validator=and_(ge(1.0), le(3.0)))
    credit_cycle_lessons: int = field(default=11, validator=ge(1))
    credit_milestones: tuple[Milestone, ...] = (
        Milestone(offset=5, amount=Money(1000)),
        Milestone(offset=0, amount=Money(2000)),
    )
    credit_expiry_days: int = field(default=365, validator=ge(1))
    release_grace_days: int = field(default=30, validator=ge(1))
    tip_minimum: Money = _TIP_MINIMUM
    tip_maximum: Money = _TIP_MAXIMUM
    tip_window_days: int = field(default=30, validator=ge(1))
    refund_window_days: int = field(default=180, validator=ge(1))
    service_floors: Mapping[ServiceId, Floors] = field(factory=dict, eq=False, repr=False)
    """The floors of *category_floors*, by the services of those categories: `for_services`."""

    def __attrs_post_init__(self) -> None:
        offsets = [milestone.offset for milestone in self.credit_milestones]
        if len(set(offsets)) < len(offsets) or any(
            offset >= self.credit_cycle_lessons for offset in offsets
        ):
            raise Malformed("milestones must differ, and lie within the cycle")
        if self.tip_maximum < self.tip_minimum:
            raise Malformed("a tip's maximum must not be below its minimum")
        for lower, higher in zip(self.tiers, self.tiers[1:], strict=False):
            if higher.minimum <= lower.minimum or higher.commission_bps >= lower.commission_bps:
                raise Malformed("tier rates must strictly fall as their minimums rise")

    def floors(self, service_id: ServiceId | None = None) -> Floors:
        """What 60 minutes of a service must cost at least, of its category's or the default.

        Source: PR-6, PR-7.
        """
        if service_id is not None and (own := self.service_floors.get(service_id)) is not None:
            return own
        return Floors(in_person=self.floor_in_person, remote=self.floor_remote)

    def floor(self, modality: Modality, minutes: int, service_id: ServiceId | None = None) -> Money:
        """What *minutes* must cost at least; 0 where there is no floor. Source: PR-6, PR-7."""
        floors = self.floors(service_id)
        hourly = floors.remote if modality is Modality.REMOTE else floors.in_person
        return Money(half_up(hourly.cents * minutes, 60))

    def for_services(self, categories: Mapping[ServiceId, str]) -> "PricingConfig":
        """The same, knowing which category each service is in: by slug. Source: PR-7."""
        floors = {
            service: self.category_floors[slug]
            for service, slug in categories.items()
            if slug in self.category_floors
        }
        return evolve(self, service_floors=floors)


DEFAULT_PRICING = PricingConfig(version=1)
"""The document as the platform starts with it. Source: spec 02 §8."""
