"""Whose level it is that changed, in the level and in what is told of it. Source: PR-12, PR-18."""

from uuid import UUID

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.pricing.events import CommissionTierChanged
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.model.tiers import Commission, TierFacts, placed
from instainstru_core.testing.strategies.pricing import NOW

INSTRUCTOR = InstructorId(UUID(int=7))


def test_pr_18_a_level_that_an_operator_gives_is_told_with_whose_it_is() -> None:
    entry, growth = DEFAULT_PRICING.tiers[:2]
    facts = TierFacts(completed=3)
    kept = placed(INSTRUCTOR, growth, facts, now=NOW, config=DEFAULT_PRICING)
    assert (kept.instructor_id, kept.evaluated_at) == (INSTRUCTOR, NOW)
    assert kept.commission == Commission(tier=growth.name, bps=growth.commission_bps)
    assert kept.events == (
        CommissionTierChanged(
            instructor_id=INSTRUCTOR,
            tier=growth.name,
            commission_bps=growth.commission_bps,
            previous_bps=entry.commission_bps,
            completed=3,
            occurred_at=NOW,
        ),
    )
