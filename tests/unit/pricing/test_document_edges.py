"""The pricing document at its bounds, and what is said of each broken field. AD-11, PR-16."""

from typing import Any

import pytest
from attrs import evolve

from instainstru_core.config.errors import InvalidConfig
from instainstru_core.instructors.model.offering import Floors
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import Money
from instainstru_core.pricing.model.config import DEFAULT_PRICING, Milestone, PricingConfig, Tier
from instainstru_core.pricing.model.document import document_of, pricing_of

OTHER = PricingConfig(
    version=7,
    student_fee_bps=1,
    founding_rate_bps=9999,
    tiers=(
        Tier(name="a", minimum=0, commission_bps=9999),
        Tier(name="b" * 50, minimum=1, commission_bps=1),
    ),
    tier_activity_window_days=1,
    tier_stepdown_max=1,
    tier_stepdown_pause_days=3650,
    tier_inactivity_reset_days=2,
    floor_in_person=Money(0),
    floor_remote=Money(10_000_000),
    category_floors={
        "art": Floors(in_person=Money(1), remote=Money(2)),
        "music": Floors(in_person=Money(9000), remote=Money(0)),
    },
    founding_cap=10_000_000,
    founding_search_boost=3.0,
    credit_cycle_lessons=2,
    credit_milestones=(
        Milestone(offset=1, amount=Money(0)),
        Milestone(offset=0, amount=Money(10_000_000)),
    ),
    credit_expiry_days=3,
    release_grace_days=4,
    tip_minimum=Money(1),
    tip_maximum=Money(1),
    tip_window_days=5,
    refund_window_days=6,
)
"""Every field is other than the built-in one, and most are at a bound."""


def changed(**changes: Any) -> dict[str, Any]:
    return {**document_of(DEFAULT_PRICING), **changes}


def tier(index: int, **changes: Any) -> dict[str, Any]:
    rows = document_of(DEFAULT_PRICING)["tiers"]
    rows[index] |= changes
    return changed(tiers=rows)


def flaws(body: dict[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with *body*, and where."""
    with pytest.raises(InvalidConfig) as refused:
        pricing_of(body, version=2)
    told = refused.value.facts()["fields"]
    assert isinstance(told, list)
    return [(flaw["path"], flaw["message"]) for flaw in told]


def test_every_field_is_read_and_written_at_its_bounds() -> None:
    """AD-11: what is published is what holds, field by field."""
    body = document_of(OTHER)
    assert pricing_of(body, version=7) == OTHER
    assert body["tiers"] == [
        {"name": "a", "minimum": 0, "maximum": 0, "commission_bps": 9999},
        {"name": "b" * 50, "minimum": 1, "maximum": None, "commission_bps": 1},
    ]
    assert body["floors"] == {"in_person_cents": 0, "remote_cents": 10_000_000}
    assert list(body["category_floors"]) == ["art", "music"]
    assert [name for name, value in body.items() if value == changed()[name]] == [
        "tier_stepdown_max"
    ]


@pytest.mark.parametrize(
    ("name", "most"),
    [
        *((name, 9999) for name in ("student_fee_bps", "founding_rate_bps")),
        *(
            (name, 3650)
            for name in (
                "tier_activity_window_days",
                "tier_stepdown_pause_days",
                "tier_inactivity_reset_days",
                "credit_expiry_days",
                "release_grace_days",
                "tip_window_days",
                "refund_window_days",
            )
        ),
        *((name, 10_000_000) for name in ("tier_stepdown_max", "founding_cap")),
        ("tip_maximum_cents", 10_000_000),
    ],
)
def test_a_number_is_taken_up_to_its_bound_and_no_further(name: str, most: int) -> None:
    assert document_of(pricing_of(changed(**{name: most}), version=2))[name] == most
    told = (f"/{name}", f"must be a whole number from 1 to {most}")
    assert flaws(changed(**{name: most + 1}))[0] == told


def test_a_missing_tip_is_named() -> None:
    body = changed()
    del body["tip_minimum_cents"]
    assert flaws(body) == [("/tip_minimum_cents", "must be a whole number from 1 to 10000000")]


def test_the_boost_is_from_one_to_three() -> None:
    assert pricing_of(changed(founding_search_boost=1), version=2).founding_search_boost == 1.0
    told = ("/founding_search_boost", "must be a number from 1.0 to 3.0")
    assert flaws(changed(founding_search_boost=3.5)) == [told]


def test_twenty_tiers_and_no_more() -> None:
    rows = [
        {
            "name": f"level {level}",
            "minimum": level,
            "maximum": level if level < 19 else None,
            "commission_bps": 2000 - level,
        }
        for level in range(20)
    ]
    assert len(pricing_of(changed(tiers=rows), version=2).tiers) == 20
    too_many = flaws(changed(tiers=[*rows, rows[-1]]))
    assert too_many[0] == ("/tiers", "must be a list of at most 20")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (changed(discount=1), [("/discount", "is not a field of this document")]),
        (
            changed(tip_minimum_cents=200, tip_maximum_cents=199),
            [("/tip_maximum_cents", "must not be below tip_minimum_cents")],
        ),
        (changed(floors=None), [("/floors", "must name in_person_cents and remote_cents")]),
        (
            changed(category_floors=[]),
            [("/category_floors", "must be an object, by the slug of the category")],
        ),
        (
            changed(tiers=[1]),
            [("/tiers/0", "must be an object"), ("/tiers", "must hold a tier at least")],
        ),
        (tier(1, name="entry"), [("/tiers/1/name", "is the name of another tier")]),
        (tier(1, name=5), [("/tiers/1/name", "must be 1 to 50 characters")]),
        (tier(1, name="x" * 51), [("/tiers/1/name", "must be 1 to 50 characters")]),
        (
            tier(1, minimum=1, maximum=10),
            [("/tiers/1/minimum", "must be above the minimum of the tier before")],
        ),
        (
            tier(1, minimum=4),
            [("/tiers/1/minimum", "must be above the maximum of the tier before")],
        ),
        (
            tier(1, commission_bps=1500),
            [("/tiers/1/commission_bps", "must be below the rate of the tier before")],
        ),
        (
            tier(2, commission_bps=0),
            [("/tiers/2/commission_bps", "must be a whole number from 1 to 9999")],
        ),
        (tier(0, maximum=None), [("/tiers/0/maximum", "only the last tier is open-ended")]),
        (tier(2, maximum=20), [("/tiers/2/maximum", "the last tier must be open-ended: null")]),
        (
            tier(0, maximum=0),
            [("/tiers/0/maximum", "must be a whole number, at least the minimum, or null")],
        ),
        (
            changed(credit_milestones="none"),
            [("/credit_milestones", "must be a list of at most 20")],
        ),
        (
            changed(credit_milestones=[{"offset": 1, "amount_cents": 1, "name": "five"}]),
            [("/credit_milestones/0/name", "is not a field of this document")],
        ),
        (
            changed(credit_milestones=[{"offset": 1, "amount_cents": 1}] * 2),
            [("/credit_milestones/1/offset", "is the offset of another milestone")],
        ),
        (
            changed(credit_milestones=[{"offset": 11, "amount_cents": 1}]),
            [("/credit_milestones/0/offset", "must be a whole number from 0 to 10")],
        ),
    ],
)
def test_what_is_said_of_each_broken_field(
    body: dict[str, Any], told: list[tuple[str, str]]
) -> None:
    assert flaws(body) == told


@pytest.mark.parametrize("name", [None, "", "x" * 51])
def test_a_tier_without_a_name_is_told_of_once(name: str | None) -> None:
    """A name that can't be is no other tier's."""
    rows = document_of(DEFAULT_PRICING)["tiers"]
    rows[0]["name"] = rows[1]["name"] = name
    told = "must be 1 to 50 characters"
    assert flaws(changed(tiers=rows)) == [("/tiers/0/name", told), ("/tiers/1/name", told)]


class TestConfig:
    """What is built past the document is judged, too."""

    @pytest.mark.parametrize("offsets", [(1, 1), (11,)])
    def test_milestones_differ_and_lie_within_the_cycle(self, offsets: tuple[int, ...]) -> None:
        milestones = tuple(Milestone(offset=each, amount=Money(1)) for each in offsets)
        needed = r"^milestones must differ, and lie within the cycle$"
        with pytest.raises(Malformed, match=needed):
            evolve(DEFAULT_PRICING, credit_milestones=milestones)

    def test_a_tips_maximum_may_be_its_minimum(self) -> None:
        assert evolve(DEFAULT_PRICING, tip_maximum=Money(100)).tip_maximum == Money(100)
        needed = r"^a tip's maximum must not be below its minimum$"
        with pytest.raises(Malformed, match=needed):
            evolve(DEFAULT_PRICING, tip_maximum=Money(99))

    def test_tiers_rise_strictly(self) -> None:
        tiers = (
            Tier(name="a", minimum=1, commission_bps=1500),
            Tier(name="b", minimum=1, commission_bps=1200),
        )
        needed = r"^tier rates must strictly fall as their minimums rise$"
        with pytest.raises(Malformed, match=needed):
            evolve(DEFAULT_PRICING, tiers=tiers)
