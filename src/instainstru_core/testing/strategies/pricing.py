"""Prices, as hypothesis draws them."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from instainstru_core.kernel.lessons import Modality
from instainstru_core.kernel.money import Money
from instainstru_core.pricing.model.config import DEFAULT_PRICING, PricingConfig, Tier
from instainstru_core.pricing.model.quotes import PriceBreakdown, quote
from instainstru_core.pricing.model.tiers import Commission, TierFacts

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
WITHOUT_FLOORS = PricingConfig(version=2, floor_in_person=Money(0), floor_remote=Money(0))

rates = st.integers(8000, 50_000).map(Money)
minutes = st.integers(3, 48).map(lambda slots: slots * 5)
modalities = st.sampled_from(Modality)
commissions = st.integers(0, 9999).map(lambda bps: Commission(tier="entry", bps=bps))
instants = st.integers(0, 200 * 24).map(lambda hours: NOW - timedelta(hours=hours))
configs = st.builds(
    lambda gaps, entry, falls: PricingConfig(
        version=3,
        tiers=tuple(
            Tier(name=f"tier_{level}", minimum=1 + sum(gaps[:level]), commission_bps=entry - fall)
            for level, fall in enumerate([0, *sorted(falls)])
        ),
    ),
    st.lists(st.integers(1, 9), min_size=3, max_size=3),
    st.integers(1501, 5000),
    st.sets(st.integers(1, 1500), min_size=0, max_size=3),
)


@st.composite
def breakdowns(draw: st.DrawFn) -> PriceBreakdown:
    """The breakdown of any lesson that may be sold without credit."""
    return quote(
        draw(rates),
        draw(minutes),
        draw(modalities),
        commission=draw(commissions),
        config=DEFAULT_PRICING,
    )


@st.composite
def tier_facts(draw: st.DrawFn) -> TierFacts:
    """What an evaluation may meet: rates of yesterday's configuration among it."""
    return TierFacts(
        persisted_bps=draw(st.none() | st.sampled_from([1000, 1200, 1500, 1350, 900, 2000])),
        completed=draw(st.integers(0, 30)),
        last_completed_at=draw(st.none() | instants),
        last_step_down_at=draw(st.none() | instants),
    )
