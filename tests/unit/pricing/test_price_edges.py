"""Fingerprints to the letter, and replays and levels at their edges. PR-14, spec 02 §5, §11."""

import json
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from attrs import evolve

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.offering import Floors
from instainstru_core.kernel.lessons import Modality
from instainstru_core.kernel.money import Money
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.model.quotes import quote
from instainstru_core.pricing.model.replay import PricedLesson, replay_pricing
from instainstru_core.pricing.model.standing import commission_standing
from instainstru_core.pricing.model.tiers import Commission, TierFacts
from instainstru_core.testing.strategies.pricing import NOW

PIANO = ServiceId(UUID(int=1))
PEOPLE = [InstructorId(UUID(int=number)) for number in (2, 3, 4)]
ENTRY = Commission(tier="entry", bps=1500)
DAY = timedelta(days=1)
PRICE = quote(Money(12_000), 60, Modality.REMOTE, commission=ENTRY, config=DEFAULT_PRICING)


def lesson(who: int, after: timedelta, tier: str = "entry") -> PricedLesson:
    return PricedLesson(
        instructor_id=PEOPLE[who],
        service_id=PIANO,
        ended_at=NOW + after,
        hourly_rate=PRICE.hourly_rate,
        minutes=60,
        modality=PRICE.modality,
        tier=tier,
        lesson_price=PRICE.lesson_price,
        student_fee=PRICE.student_fee,
        commission=PRICE.commission,
    )


def test_pr_14_a_fingerprint_is_that_of_the_canonical_json() -> None:
    """What clients and payments keep: it must never change for the same figures."""
    named = {
        "hourly_rate": 12_000,
        "minutes": 60,
        "modality": "remote",
        "lesson_price": 12_000,
        "student_fee": 1440,
        "commission": 1800,
        "payout": 10_200,
        "credit": 0,
        "card_amount": 13_440,
        "student_fee_bps": 1200,
        "commission_bps": 1500,
        "tier": "entry",
        "config_version": 1,
    }
    canonical = json.dumps(named, sort_keys=True, separators=(",", ":"))
    assert PRICE.fingerprint == sha256(canonical.encode()).hexdigest()


class TestReplay:
    def test_a_window_ends_to_the_second(self) -> None:
        """Four lessons exactly 30 days before still count; a second earlier they don't."""
        early = [lesson(0, timedelta(0)) for _ in range(4)]
        at = replay_pricing([*early, lesson(0, 30 * DAY)], DEFAULT_PRICING)
        assert at.instructor_change == (360,) * 5
        past = replay_pricing([*early, lesson(0, 30 * DAY + timedelta(seconds=1))], DEFAULT_PRICING)
        assert past.instructor_change == (0,) * 5

    def test_each_instructor_begins_anew_and_founders_stop_nothing(self) -> None:
        lessons = [
            *(lesson(0, number * DAY) for number in range(3)),
            lesson(1, timedelta(0), tier="founding"),
            *(lesson(2, number * DAY) for number in range(5)),
        ]
        replay = replay_pricing(lessons, DEFAULT_PRICING)
        assert replay.instructors == 3
        # Nobody of the first; 15 % to 8 % for the second; the fifth lesson of the third.
        assert replay.instructor_change == (0, 0, 360, 840, 840)

    def test_floors_of_a_category_and_of_the_format(self) -> None:
        priced = [lesson(0, timedelta(0))]
        own = evolve(
            DEFAULT_PRICING,
            category_floors={"music": Floors(in_person=Money(0), remote=Money(12_001))},
        ).for_services({PIANO: "music"})
        assert replay_pricing(priced, own).below_floor == 1
        assert replay_pricing(priced, evolve(own, service_floors={})).below_floor == 0
        at = evolve(DEFAULT_PRICING, floor_remote=Money(12_000), floor_in_person=Money(99_999))
        assert replay_pricing(priced, at).below_floor == 0


def test_section_5_the_next_lesson_is_the_one_that_is_counted() -> None:
    """With three taught the next is the fourth, with four the fifth, which costs less."""
    facts = TierFacts(completed=3, last_completed_at=NOW)
    standing = commission_standing(facts, [], now=NOW, config=DEFAULT_PRICING)
    assert (standing.commission, standing.lessons_to_next) == (ENTRY, 1)
    fourth = commission_standing(evolve(facts, completed=4), [], now=NOW, config=DEFAULT_PRICING)
    assert fourth.commission.bps == 1200
    assert fourth.next_tier == DEFAULT_PRICING.tiers[2]
    assert fourth.lessons_to_next == 6
    assert (fourth.window_days, fourth.tiers) == (30, DEFAULT_PRICING.tiers)
