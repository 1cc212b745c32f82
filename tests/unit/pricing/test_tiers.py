"""PR-11, PR-12, PR-13 and property 9 of spec 02 §10."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.pricing.events import CommissionTierChanged
from instainstru_core.pricing.model.config import DEFAULT_PRICING, PricingConfig, Tier
from instainstru_core.pricing.model.tiers import Commission, TierFacts, evaluate_tier, reevaluate
from instainstru_core.testing.strategies.pricing import NOW, configs, tier_facts

INSTRUCTOR = InstructorId(UUID(int=7))
LATELY = NOW - timedelta(days=1)


def evaluated(upcoming: int = 0, **facts: object) -> Commission:
    known = TierFacts(**({"last_completed_at": LATELY} | facts))  # type: ignore[arg-type]
    return evaluate_tier(known, upcoming=upcoming, now=NOW, config=DEFAULT_PRICING)


class TestEvaluation:
    def test_1_founding_is_immune(self) -> None:
        kept = evaluated(is_founding=True, completed=0, persisted_bps=1500, last_completed_at=None)
        assert kept == Commission(tier="founding", bps=800)

    def test_2_no_completion_ever_is_entry_whatever_is_upcoming(self) -> None:
        assert evaluated(upcoming=20, last_completed_at=None).bps == 1500

    @pytest.mark.parametrize(
        ("idle", "bps"), [(timedelta(days=90), 1200), (timedelta(days=90, seconds=1), 1500)]
    )
    def test_2_only_more_than_90_days_is_a_reset(self, idle: timedelta, bps: int) -> None:
        kept = evaluated(
            persisted_bps=1000, last_completed_at=NOW - idle, last_step_down_at=NOW - idle
        )
        assert kept.bps == bps

    @pytest.mark.parametrize(
        ("lessons", "tier"),
        [(0, "entry"), (1, "entry"), (4, "entry"), (5, "growth"), (10, "growth"), (11, "pro")],
    )
    def test_3_the_highest_tier_whose_minimum_is_reached(self, lessons: int, tier: str) -> None:
        assert evaluated(completed=lessons).tier == tier

    def test_3_counts_the_lesson_asked_for(self) -> None:
        assert evaluated(completed=4, upcoming=1).tier == "growth"

    def test_3_reads_a_rate_configured_no_more_as_the_nearest_one(self) -> None:
        since = NOW - timedelta(days=1)
        assert evaluated(persisted_bps=1290, last_step_down_at=since).bps == 1200
        assert evaluated(persisted_bps=1350, last_step_down_at=since).bps == 1200  # a tie
        assert evaluated(persisted_bps=1351, last_step_down_at=since).bps == 1500
        assert evaluated(persisted_bps=800, last_step_down_at=since).bps == 1000

    def test_4_rises_any_number_of_tiers_at_once(self) -> None:
        assert evaluated(persisted_bps=1500, completed=11).tier == "pro"

    @pytest.mark.parametrize(("days", "tier"), [(29, "pro"), (30, "growth")])
    def test_5_steps_down_once_in_30_days(self, days: int, tier: str) -> None:
        stepped = NOW - timedelta(days=days)
        assert evaluated(persisted_bps=1000, last_step_down_at=stepped).tier == tier

    def test_6_steps_down_one_tier_at_a_time(self) -> None:
        assert evaluated(persisted_bps=1000, completed=0).tier == "growth"
        assert evaluated(persisted_bps=1200, completed=0).tier == "entry"


class TestKeeping:
    def test_pr_12_remembers_when_the_rate_rose(self) -> None:
        facts = TierFacts(persisted_bps=1000, last_completed_at=LATELY)
        kept = reevaluate(INSTRUCTOR, facts, now=NOW, config=DEFAULT_PRICING)
        assert (kept.commission.tier, kept.last_step_down_at) == ("growth", NOW)

    def test_pr_12_an_inactivity_reset_counts_as_a_step_down(self) -> None:
        facts = TierFacts(persisted_bps=1000, last_completed_at=NOW - timedelta(days=91))
        kept = reevaluate(INSTRUCTOR, facts, now=NOW, config=DEFAULT_PRICING)
        assert (kept.commission.tier, kept.last_step_down_at) == ("entry", NOW)

    def test_pr_12_keeps_the_old_instant_when_nothing_rose(self) -> None:
        before = NOW - timedelta(days=3)
        facts = TierFacts(
            persisted_bps=1500, completed=5, last_completed_at=LATELY, last_step_down_at=before
        )
        kept = reevaluate(INSTRUCTOR, facts, now=NOW, config=DEFAULT_PRICING)
        assert (kept.commission.tier, kept.last_step_down_at) == ("growth", before)

    def test_pr_12_a_level_that_becomes_dearer_is_no_step_down(self) -> None:
        """Only step 6, or a reset, keeps the next step down off for 30 days."""
        dearer = evolve(
            DEFAULT_PRICING,
            tiers=(
                Tier(name="entry", minimum=1, commission_bps=1600),
                Tier(name="growth", minimum=5, commission_bps=1300),
            ),
        )
        facts = TierFacts(persisted_bps=1200, completed=5, last_completed_at=LATELY)
        kept = reevaluate(INSTRUCTOR, facts, now=NOW, config=dearer)
        assert (kept.commission.bps, kept.last_step_down_at) == (1300, None)

    @pytest.mark.parametrize(
        ("persisted", "completed", "news"),
        [
            (None, 4, None),
            (1500, 4, None),
            (1500, 5, ("growth", 1200, 1500)),
            (None, 11, ("pro", 1000, 1500)),
            (1000, 5, ("growth", 1200, 1000)),
            (1000, 11, None),
        ],
    )
    def test_pr_12_a_change_of_level_is_told_with_what_it_came_from(
        self, persisted: int | None, completed: int, news: tuple[str, int, int] | None
    ) -> None:
        facts = TierFacts(persisted_bps=persisted, completed=completed, last_completed_at=NOW)
        kept = reevaluate(INSTRUCTOR, facts, now=NOW, config=DEFAULT_PRICING)
        told = [
            (event.tier, event.commission_bps, event.previous_bps)
            for event in kept.events
            if isinstance(event, CommissionTierChanged) and event.completed == completed
        ]
        assert told == ([] if news is None else [news])
        assert len(kept.events) == len(told)

    def test_pr_13_a_founding_rate_is_no_change_of_level(self) -> None:
        facts = TierFacts(is_founding=True, completed=20, last_completed_at=NOW)
        kept = reevaluate(INSTRUCTOR, facts, now=NOW, config=DEFAULT_PRICING)
        assert (kept.commission.bps, kept.events) == (800, ())

    def test_pr_13_founding_is_never_stepped_down(self) -> None:
        facts = TierFacts(is_founding=True, persisted_bps=500)
        kept = reevaluate(INSTRUCTOR, facts, now=NOW, config=DEFAULT_PRICING)
        assert (kept.commission.tier, kept.last_step_down_at) == ("founding", None)


@given(facts=tier_facts(), more=st.integers(0, 20), config=configs | st.just(DEFAULT_PRICING))
def test_property_9_more_lessons_never_worsen_the_tier(
    facts: TierFacts, more: int, config: PricingConfig
) -> None:
    busier = evolve(facts, completed=facts.completed + more)
    before = evaluate_tier(facts, upcoming=0, now=NOW, config=config)
    assert evaluate_tier(busier, upcoming=0, now=NOW, config=config).bps <= before.bps


@given(facts=tier_facts())
def test_property_9_evaluating_again_changes_nothing(facts: TierFacts) -> None:
    kept = reevaluate(INSTRUCTOR, facts, now=NOW, config=DEFAULT_PRICING)
    again = evolve(
        facts, persisted_bps=kept.commission.bps, last_step_down_at=kept.last_step_down_at
    )
    assert reevaluate(INSTRUCTOR, again, now=NOW, config=DEFAULT_PRICING) == kept


@given(
    completions=st.lists(st.integers(0, 12), min_size=1, max_size=120),
    start=st.sampled_from([1000, 1200, 1500]),
)
def test_property_9_never_falls_two_steps_in_30_days(completions: list[int], start: int) -> None:
    """Night after night, as long as the instructor is active."""
    levels = [tier.commission_bps for tier in DEFAULT_PRICING.tiers]
    facts = TierFacts(persisted_bps=start, last_completed_at=NOW)
    falls: list[datetime] = []
    for night, completed in enumerate(completions):
        now = NOW + timedelta(days=night)
        facts = evolve(facts, completed=completed, last_completed_at=now)
        kept = reevaluate(INSTRUCTOR, facts, now=now, config=DEFAULT_PRICING)
        assert facts.persisted_bps is not None
        fall = levels.index(facts.persisted_bps) - levels.index(kept.commission.bps)
        if fall > 0:
            assert fall == 1
            assert all(now - earlier >= timedelta(days=30) for earlier in falls)
            falls.append(now)
        facts = evolve(
            facts, persisted_bps=kept.commission.bps, last_step_down_at=kept.last_step_down_at
        )
